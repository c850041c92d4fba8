import { expect, test } from "vitest";

import {
  account,
  accountId,
  itemId,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const words = { title: "Epics adrift", why: "They are many.", nextStep: "Ask." };
const pattern = { detail: { rule: ["unlinked-work"], severity: ["warning"] } };
const api = "/api/custom-rules/back-test";
const hourMs = 3_600_000;

/** Two epics and a task without a goal, of which one epic was closed after two hours and another is a task now. */
async function livedHub(): Promise<AppRig> {
  const rig = await AppRig.create();
  const { hub } = rig;
  hub.clock.advance(24 * hourMs);
  await hub.apply(
    upserted(workItem("one")),
    upserted(workItem("two")),
    upserted(workItem("task", { kind: "task" })),
  );
  hub.clock.advance(2 * hourMs);
  await hub.apply(
    upserted(workItem("one", { version: 2, status: "done" })),
    upserted(workItem("two", { version: 2, kind: "task" })),
  );
  hub.clock.advance(2 * hourMs);
  await hub.apply(upserted(workItem("two", { version: 3 })));
  hub.clock.advance(hourMs);
  return rig;
}

async function saved(rig: AppRig, given: unknown = pattern): Promise<string> {
  const { body } = await rig.send("POST", "/api/custom-rules", {
    json: { ...words, pattern: given },
  });
  return (body as { readonly id: string }).id;
}

test("a draft's back-test tells each time that a finding became one that fits, and nothing is saved", async () => {
  const rig = await livedHub();
  const { status, body } = await rig.send("POST", api, { json: { pattern, days: 30 } });
  expect([status, body]).toMatchObject([
    200,
    {
      rule: "custom-draft",
      wanted: { raised: 3, cleared: 2, standing: 1, waitedOut: 0 },
      byRule: [{ rule: "unlinked-work", title: "Work with no strategic parent", raised: 3 }],
      sample: expect.arrayContaining([
        expect.objectContaining({ subjectId: itemId("one"), clearedBecause: "closed" }),
        expect.objectContaining({ subjectId: itemId("two"), clearedBecause: "out of scope" }),
        expect.objectContaining({ subjectId: itemId("two"), raisedAt: "2026-03-03T13:00:00.000Z" }),
      ]),
      notKnown: expect.arrayContaining([
        "The rules whose findings it picks are taken as they are set today.",
      ]),
    },
  ]);
  expect(body).not.toHaveProperty("today");
  expect((await rig.get("/api/custom-rules")).body).toEqual({ rules: [] });
});

test("a change of a saved rule is compared with the rule as it is saved; unchanged, with nothing", async () => {
  const rig = await livedHub();
  const id = await saved(rig);
  const other = { detail: { rule: ["unlinked-work"] } };
  const changed = await rig.send("POST", api, { json: { id, pattern: other, days: 30 } });
  expect(changed.body).toMatchObject({
    rule: id,
    wanted: { raised: 3 },
    today: { raised: 3 },
    compared: { both: 2, onlyToday: 1, onlyWanted: 1 },
  });
  const same = await rig.send("POST", `/api/rules/${id}/back-test`, { json: { days: 30 } });
  expect(same).toMatchObject({ status: 200, body: { rule: id, wanted: { raised: 3 } } });
  expect(same.body).not.toHaveProperty("today");
});

test("a saved rule that cannot be compared with is said to be, and not that nothing differs", async () => {
  const rig = await livedHub();
  const asking = await saved(rig, {
    detail: { rule: ["unlinked-work"], generation: [{ numeric: [">", 0] }] },
  });
  const json = { id: asking, pattern, days: 30 };
  const { body } = await rig.send("POST", api, { json });
  expect(body).toMatchObject({
    wanted: { raised: 3 },
    notCompared: expect.stringContaining("Its pattern asks about detail.generation"),
  });
  expect(body).not.toHaveProperty("today");
  const page = await rig.send("POST", `/custom-rules/back-test?id=${asking}`, {
    form: { pattern: JSON.stringify(pattern), days: "30" },
  });
  expect(page.text).toContain("cannot be compared with");
  expect(page.text).not.toContain("Nothing here differs");
  const key = { pk: "custom-rules", sk: asking };
  const stored = await rig.hub.table.get(key);
  const unread = { detail: { rule: [{ "no-such-operator": "x" }] } };
  await rig.hub.table.write({
    kind: "put",
    item: { ...stored, ...key, pattern: unread },
    condition: [],
  });
  expect((await rig.send("POST", api, { json })).body).toMatchObject({
    wanted: { raised: 3 },
    notCompared: expect.stringContaining("cannot read"),
  });
});

test("alerts wait as the rule is set, or as is asked", async () => {
  const rig = await livedHub();
  const id = await saved(rig);
  await rig.send("PUT", `/api/rules/${id}`, { json: { graceMinutes: 180 } });
  const set = await rig.send("POST", api, { json: { id, days: 30 } });
  expect(set.body).toMatchObject({ wanted: { raised: 1, waitedOut: 1 } });
  const asked = await rig.send("POST", api, { json: { id, days: 30, graceMinutes: 0 } });
  expect(asked.body).toMatchObject({ wanted: { raised: 3 }, today: { raised: 1 } });
});

test("what a rule that is off, or one without a past, would have found is left out and named", async () => {
  const rig = await livedHub();
  const of = (...rule: string[]) => ({ json: { pattern: { detail: { rule } }, days: 30 } });
  await rig.send("PUT", "/api/rules/unlinked-work", {
    json: { isEnabled: false, graceMinutes: 0 },
  });
  const off = await rig.send("POST", api, of("unlinked-work", "stale-by-evidence", "owner-left"));
  expect(off.body).toMatchObject({
    wanted: { raised: 0 },
    notKnown: expect.arrayContaining([
      expect.stringContaining("“Work with no strategic parent”: this rule is off"),
      expect.stringContaining("“In progress without a sign of life”: of what this rule looks at"),
    ]),
  });
  const pastless = await rig.send("POST", api, of("connection-degraded"));
  expect(pastless.body).toMatchObject({
    error: { issues: [{ path: "pattern", message: expect.stringContaining("nobody can tell") }] },
  });
});

test.each([
  [
    { detail: { generation: [{ numeric: [">", 1] }], rule: ["unlinked-work"] } },
    "detail.generation",
  ],
  [
    {
      $or: [
        { detail: { restsOn: { freshAt: [{ prefix: "2026" }] } } },
        { detail: { severity: ["info"] } },
      ],
    },
    "restsOn",
  ],
  [{ detail: { title: [{ regex: "x" }] } }, "regex"],
  [{ detail: { rule: ["unlinked-wrok"] } }, "No rule of the hub finds what would fit"],
  [{ "detail-type": ["goal.changed.v1"], detail: { change: ["removed"] } }, "signal"],
])("%j is refused, saying why", async (given, why) => {
  const rig = await livedHub();
  const { status, body } = await rig.send("POST", api, { json: { pattern: given } });
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(why)]);
});

test("teams that are together fewer than five people are in no line and no number", async () => {
  const rig = await AppRig.create();
  rig.hub.clock.advance(hourMs);
  const units = ["big", "small"].map((id) => upserted(orgUnit(id)));
  const people = ["a", "b", "c", "d", "e"].map((id) =>
    upserted(person(id, { unitId: unitId("big") })),
  );
  const few = ["x", "y"].map((id) => upserted(person(id, { unitId: unitId("small") })));
  const accounts = ["a", "x"].map((id) => upserted(account(id)));
  await rig.hub.apply(...units, ...people, ...few, ...accounts);
  rig.hub.clock.advance(hourMs);
  const epics = ["a", "x"].map((id) =>
    upserted(workItem(`of-${id}`, { assigneeId: accountId(id) })),
  );
  await rig.hub.apply(...epics);
  rig.hub.clock.advance(hourMs);
  const { body } = await rig.send("POST", api, { json: { pattern } });
  const { byTeam, headline } = body as { byTeam: { name: string }[]; headline: string };
  expect(body).toMatchObject({ wanted: { raised: 1 }, sample: [{ subjectId: itemId("of-a") }] });
  expect(byTeam.map(({ name }) => name)).toEqual(["big"]);
  expect(headline).not.toContain("small");
});

test("the page keeps what was typed of a rule that nobody has saved, there and back", async () => {
  const rig = await livedHub();
  const form = { ...words, pattern: JSON.stringify(pattern), isEnabled: "on" };
  const page = await rig.send("POST", "/custom-rules/back-test", { form });
  expect(page.status).toBe(200);
  expect(page.text).toContain("this would have raised 3 alerts");
  expect(page.text).toContain('name="why" value="They are many."');
  const broken = await rig.send("POST", "/custom-rules/back-test", {
    form: { ...form, pattern: "{" },
  });
  expect([broken.status, broken.text]).toEqual([400, expect.stringContaining("not valid JSON")]);
  const back = await rig.send("POST", "/custom-rules/check", { form: { ...form, days: "89" } });
  expect(back.text).toContain("They are many.");
});

test("the back-test of a saved rule has an address that can be passed on, and the rules' page leads to it", async () => {
  const rig = await livedHub();
  const id = await saved(rig);
  expect((await rig.get("/rules")).text).toContain(`/custom-rules/${id}/back-test`);
  const asked = await rig.get(
    `/custom-rules/${id}/back-test?days=30&graceMinutes=0&holdDownMinutes=60`,
  );
  expect(asked.text).toContain("this would have raised 3 alerts");
  expect(asked.text).toContain("Nothing here differs from the rule as it is saved");
  expect((await rig.get("/custom-rules/custom-0000000000/back-test")).status).toBe(404);
});
