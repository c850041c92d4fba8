import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import { Change } from "#shared/model/change.ts";
import { minuteMs } from "#shared/model/time.ts";

import { isNamedBy, keptFieldsOf } from "./kept-fields.ts";
import { AsanaSettings } from "./settings.ts";
import { idOf, pullAll, positionOf, task } from "./simulator/connected-source.ts";
import { rich, richSeed } from "./simulator/rich-seed.ts";
import { receiver } from "./simulator/test-simulator.ts";
import { recordingProxy, testSource } from "./simulator/test-source.ts";
import { world } from "./simulator/test-world.ts";
import { type CustomFieldWire, taskFieldsFor } from "./wire.ts";

const checkout = "1500000000000001";
const todo = "1600000000000001";
const page = "1800000000000001";
const priority = "1700000000000002";
const low = "1710000000000002";

describe("values of custom fields", () => {
  const field = (resource_subtype: string, more: object): CustomFieldWire => ({
    gid: "1700000000000077",
    name: "Area",
    resource_subtype,
    ...more,
  });
  const kept = (record: CustomFieldWire, entries = ["area"]) => keptFieldsOf(entries, [record]);

  test.each([
    ["a choice", field("enum", { enum_value: { name: "Payouts" } }), "Payouts"],
    ["several", field("multi_enum", { multi_enum_values: [{ name: "A" }, { name: "B" }] }), "A\nB"],
    ["a number", field("number", { number_value: 2.5, display_value: "€ 2,50" }), "2.5"],
    ["a text", field("text", { text_value: " two\n lines " }), "two lines"],
    ["a day", field("date", { date_value: { date: "2026-12-01" } }), "2026-12-01"],
  ])("of %s", (_what, record, text) => {
    expect(kept(record)).toEqual({ area: text });
  });

  test.each([
    ["people", field("people", { people_value: [{ name: "Dana" }], display_value: "Dana" })],
    ["another object", field("reference", { display_value: "A secret project" })],
    ["a kind of next year", field("mood", { display_value: "Dana is happy" })],
    ["an empty choice", field("enum", { enum_value: null })],
    ["a kind that is not told", { ...field("text", { text_value: "x" }), resource_subtype: null }],
  ])("are none of %s", (_what, record) => {
    expect(kept(record)).toBeUndefined();
  });

  test("go by gid under the field's name of the day, or under that of the settings for good", () => {
    const record = field("enum", { enum_value: { name: "Payouts" } });
    expect(kept(record, ["1700000000000077"])).toEqual({ Area: "Payouts" });
    expect(kept(record, ["1700000000000077=Product"])).toEqual({ Product: "Payouts" });
    const renamed = { ...record, name: "Domain" };
    expect(kept(renamed, ["1700000000000077=Product"])).toEqual({ Product: "Payouts" });
    expect(kept(renamed, ["Area"])).toBeUndefined();
    expect(isNamedBy("Cost=Benefit", { gid: "1", name: "cost=benefit" })).toBe(true);
  });

  test("are found by name whatever blanks, capitals and accents either side has", () => {
    const record = field("enum", { name: " Cafe\u0301  Market ", enum_value: { name: "EU" } });
    expect(kept(record, ["CAFÉ Market"])).toEqual({ "CAFÉ Market": "EU" });
    const turkish = field("enum", { name: "İlk Öncelik", enum_value: { name: "1" } });
    expect(kept(turkish, ["ilk öncelik"])).toEqual({ "ilk öncelik": "1" });
  });

  test("are bounded, whatever stands in them", () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 500 }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (given) => {
        const fields = given.map(([name, text_value], at) => ({
          gid: String(1_700_000_000_000_000 + at),
          name,
          resource_subtype: "text",
          text_value,
        }));
        const all = keptFieldsOf(
          fields.map(({ gid, name }) => `${gid}=${name ?? "F"}`),
          fields,
        );
        expect(Object.keys(all ?? {}).length).toBeLessThanOrEqual(10);
        expect(JSON.stringify(all ?? {}).length).toBeLessThan(10 * 700);
      }),
    );
  });
});

test("custom fields are asked for only where the settings name some, and never people's", () => {
  const none = AsanaSettings.parse({ token: "t", workspaces: ["1"] });
  expect(taskFieldsFor(none)).not.toContain("custom_fields");
  const asked = taskFieldsFor({ ...none, keptFields: ["Priority"] });
  expect(asked).toContain("custom_fields.enum_value.name");
  expect(asked).not.toMatch(/people|display_value/u);
});

describe("a task", () => {
  const settings = { keptFields: ["Priority", "1700000000000003=Effort"] };
  const changesOf = (pages: Awaited<ReturnType<typeof pullAll>>) =>
    new Map(pages.flatMap(({ changes }) => changes.map((change) => [idOf(change), change])));

  test("has its section and its fields, the same from a list, by id and from an event", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl, ...settings }, clock });
    const expected = {
      record: { section: "In progress", fields: { Priority: "High", Effort: "5" } },
    };
    const listed = changesOf(await pullAll(source, "tasks")).get(task(page));
    expect(listed).toMatchObject(expected);
    expect(Change.parse(listed)).toEqual(listed);
    expect((await source.readByIds("tasks", [task(page)])).changes).toMatchObject([expected]);
    const event = { action: "changed", resource: { gid: page, resource_type: "task" } };
    const body = Buffer.from(JSON.stringify({ events: [event] }));
    const receivedAt = clock.now();
    const told = await source.interpret({ headers: {}, query: {}, body, receivedAt });
    expect(told.changes).toMatchObject([expected]);
  });

  test("keeps its section though no field is kept, that of its first home", async () => {
    const { source } = await world();
    const changes = changesOf(await pullAll(source, "tasks"));
    expect(changes.get(task(page))).toMatchObject({ record: { section: "In progress" } });
    expect(changes.get(task(page))).not.toHaveProperty("record.fields");
    // A subtask is in no project, hence in no section.
    expect(changes.get(task("1800000000000003"))).not.toHaveProperty("record.section");
  });

  test("is read again where it was last read before sections were", async () => {
    const { source, clock } = await world();
    const old = JSON.stringify({ v: 1, since: clock.now(), sweptAt: clock.now() });
    await expect(pullAll(source, "tasks", old)).rejects.toMatchObject({
      code: "connector.cursor-expired",
    });
  });

  test("that moves to another section, or gets another value, is told by the next run", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl, ...settings }, clock });
    let position = positionOf(await pullAll(source, "tasks"));
    const run = async () => {
      clock.advance(18 * minuteMs);
      const pages = await pullAll(source, "tasks", position);
      position = positionOf(pages);
      return changesOf(pages).get(task(page));
    };
    await run();
    simulator.perform({ kind: "addToProject", task: page, project: checkout, section: todo });
    expect(await run()).toMatchObject({ record: { section: "To do" } });
    simulator.perform({ kind: "updateTask", gid: page, custom_fields: { [priority]: low } });
    expect(await run()).toMatchObject({ record: { fields: { Priority: "Low" } } });
    simulator.perform({ kind: "updateTask", gid: page, custom_fields: { [priority]: null } });
    expect(await run()).toMatchObject({ record: { fields: { Effort: "5" } } });
  });

  test("that moves or gets another value is told through the webhook that the hub makes", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl, ...settings }, clock });
    const hook = await receiver();
    await source.subscribe({ id: "sub_1", targetUrl: hook.url, resource: checkout });
    const told = async (operation: object) => {
      await simulator.settle();
      const before = hook.received.length;
      simulator.perform(operation);
      await vi.waitFor(() => expect(hook.received.length).toBeGreaterThan(before));
      const body = Buffer.from(hook.received.at(-1)?.body ?? "");
      const receivedAt = clock.now();
      return (await source.interpret({ headers: {}, query: {}, body, receivedAt })).changes;
    };
    const moved = { kind: "addToProject", task: page, project: checkout, section: todo };
    expect(await told(moved)).toMatchObject([{ record: { section: "To do" } }]);
    const valued = { kind: "updateTask", gid: page, custom_fields: { [priority]: low } };
    expect(await told(valued)).toMatchObject([{ record: { fields: { Priority: "Low" } } }]);
  });

  test("brings nobody's name along, not even where a field of people is named", async () => {
    const { simulator, clock } = await world({ seed: richSeed });
    const seen: string[] = [];
    const root = await recordingProxy(simulator.url, (_method, url) => seen.push(url.search));
    const keptFields = [`${rich.fields.people}=Reviewers`, "Markets", "Code freeze"];
    const source = testSource({ settings: { baseUrl: `${root}/api/1.0`, keptFields }, clock });
    const change = changesOf(await pullAll(source, "tasks")).get(task(rich.multiHomed));
    expect(change).toMatchObject({
      record: { fields: { Markets: "DACH\nNordics", "Code freeze": "2026-12-01" } },
    });
    expect(change).not.toHaveProperty("record.fields.Reviewers");
    expect(seen.join("\n")).not.toContain("people_value");
  });
});

describe("settings", () => {
  const probing = async (keptFields: readonly string[]) => {
    const { simulator, clock } = await world({ seed: richSeed });
    const source = testSource({ settings: { baseUrl: simulator.apiUrl, keptFields }, clock });
    return { simulator, probe: () => source.probe() };
  };

  test.each([["Reviewers"], [rich.fields.people], [`${rich.fields.people}=Checked by`]])(
    "that would keep names of people are refused: %s",
    async (entry) => {
      const { probe } = await probing(["Priority", entry]);
      await expect(probe()).rejects.toMatchObject({
        code: "connector.misconfigured",
        issues: [{ path: "keptFields" }],
      });
    },
  );

  test("that name a field which the library does not have leave a gap", async () => {
    const { probe } = await probing(["Priority", "Nowhere"]);
    const { gaps } = await probe();
    expect(gaps.filter(({ what }) => what.startsWith("Field"))).toMatchObject([
      { what: "Field “Nowhere”" },
    ]);
  });

  test("on a plan without custom fields leave a gap, not a failure", async () => {
    const { probe, simulator } = await probing(["Priority"]);
    simulator.perform({ kind: "setFeatures", custom_fields: false });
    const { gaps } = await probe();
    expect(gaps.some(({ what }) => what.startsWith("Custom fields"))).toBe(true);
  });
});
