import { describe, expect, test } from "vitest";

import { connectionId, LinkRuleId, signalId } from "#shared/model/ids.ts";
import { dayMs, hourMs } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { factKey, linkRuleKey } from "#shared/store/keys.ts";
import { linkRuleSpec } from "#shared/store/specs.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  peopleConnection,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { SightAsOfAnswer, VerdictsAsOfAnswer } from "./as-of-answers.ts";

const epicId = itemId("epic");
const sightPath = `/api/work-items/${encodeURIComponent(epicId)}/line-of-sight`;

/** On 2 March the epic is linked, on the 4th unlinked, on the 6th a lone item is removed. */
async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  const { hub } = rig;
  await hub.apply(
    upserted(goal("north")),
    upserted(workItem("epic"), [linkTo(epicId, goalId("north"))]),
    upserted(workItem("lone", { title: "Alone" })),
  );
  await pass(rig, 2 * dayMs);
  await hub.apply(upserted(workItem("epic", { version: 1 })));
  await pass(rig, 2 * dayMs);
  await hub.apply(removed(itemId("lone"), 2));
  await pass(rig, hourMs);
  return rig;
}

/** Time in which the tools went on answering. */
async function pass({ hub }: AppRig, ms: number): Promise<void> {
  hub.clock.advance(ms);
  const freshAt = hub.clock.now();
  for (const id of [workConnection, goalConnection, peopleConnection]) {
    await hub.changeConnection(id, (connection) => ({ ...connection, freshAt }));
  }
  await hub.settle();
}

/** A link rule to a goal, in the place of the one before. */
async function rule({ hub }: AppRig, filter: string, to = "north"): Promise<void> {
  const id = LinkRuleId.parse("linkrule_aaaaaaaaaa");
  const [key, now] = [linkRuleKey(id), hub.clock.now()];
  await hub.table.write({ kind: "delete", key, condition: [] });
  await createDocument(hub.table, linkRuleSpec, {
    type: "link-rule",
    id,
    name: filter,
    filter,
    goalId: goalId(to),
    confidence: 0.9,
    isEnabled: true,
    createdAt: now,
    updatedAt: now,
    revision: 0,
  });
}

const sight = async (rig: AppRig, asOf: string) =>
  SightAsOfAnswer.parse((await rig.get(`${sightPath}?asOf=${asOf}`)).body);
const verdicts = async (rig: AppRig, asOf: string) =>
  VerdictsAsOfAnswer.parse((await rig.get(`/api/coverage/verdicts?asOf=${asOf}`)).body);

describe("as of a day", () => {
  test("an item has the line of sight that it had", async () => {
    const rig = await company();
    expect((await sight(rig, "2026-03-03")).item.verdict.kind).toBe("linked");
    expect((await sight(rig, "2026-03-05")).item.verdict.kind).toBe("unlinked");
    const now = SightAsOfAnswer.parse((await rig.get(sightPath)).body);
    expect(now).toMatchObject({
      asOf: rig.hub.clock.now(),
      item: { verdict: { kind: "unlinked" } },
    });
  });

  test("what was removed since counts, and is named without its title", async () => {
    const rig = await company();
    expect(await verdicts(rig, "2026-03-05")).toMatchObject({
      openWork: 2,
      notKnown: 0,
      verdicts: { unlinked: 2 },
      asOf: "2026-03-05T23:59:59.999Z",
    });
    expect((await verdicts(rig, "2026-03-06")).openWork).toBe(1);
    const path = `/api/work-items/${encodeURIComponent(itemId("lone"))}/line-of-sight`;
    const { item } = SightAsOfAnswer.parse((await rig.get(`${path}?asOf=2026-03-05`)).body);
    expect(item.title).toBe("lone (removed since)");
    expect((await rig.get(path)).status).toBe(404);
  });

  test("the signals that were open are told, though they have cleared since", async () => {
    const rig = await company();
    const open = async (asOf: string) => (await rig.get(`/api/signals/open?asOf=${asOf}`)).body;
    expect(await open("2026-03-05")).toMatchObject({ total: 2 });
    expect(await open("2026-03-03")).toMatchObject({ total: 1 });
    expect((await verdicts(rig, "2026-03-05")).openSignals).toEqual({ "unlinked-work": 2 });
  });

  test("of a signal that has forgotten its openings nobody says that it was not open", async () => {
    const rig = await company();
    const { table } = rig.hub;
    const key = factKey(signalId("unlinked-work", epicId));
    const signal = await table.get(key);
    if (!signal) throw new Error("The epic has a signal");
    // Kept since before openings were: its third, and nothing of the two before.
    await table.write({ kind: "put", item: { ...signal, generation: 3 }, condition: [] });
    const { body } = await rig.get("/api/signals/open?asOf=2026-03-03");
    expect(body).toMatchObject({ total: 1, notKnown: 1 });
    expect((await verdicts(rig, "2026-03-03")).signalsNotKnown).toBe(1);
    const { text } = await rig.get("/coverage?asOf=2026-03-03");
    expect(text).toContain("1 more signal nobody knows any more whether it was open");
  });

  test("a source that was connected later takes back nothing of what was known before", async () => {
    const rig = await company();
    const { hub } = rig;
    // Until it is read whole, nothing may be concluded from absence: not now, but then.
    await hub.connect(connectionId("later00001"), { connector: "suite", readyAt: undefined });
    await hub.settle();
    expect((await sight(rig, "2026-03-05")).item.verdict.kind).toBe("unlinked");
    expect(await verdicts(rig, "2026-03-05")).toMatchObject({ verdicts: { unlinked: 2 } });
  });

  test("a signal that cannot be read takes no verdict back", async () => {
    const rig = await company();
    const { table } = rig.hub;
    const signal = await table.get(factKey(signalId("unlinked-work", epicId)));
    if (!signal) throw new Error("The epic has a signal");
    const spoilt = { ...signal, shape: "of another age" };
    await table.write({ kind: "put", item: spoilt, condition: [] });
    expect(await verdicts(rig, "2026-03-05")).toMatchObject({ verdicts: { unlinked: 2 } });
  });

  test("of an item whose past cannot be read nothing is told, and all else is", async () => {
    const rig = await company();
    const { table } = rig.hub;
    const item = await table.get(factKey(epicId));
    if (!item) throw new Error("The epic stands");
    await table.write({ kind: "put", item: { ...item, past: ["garbage!", "?"] }, condition: [] });
    // What it may have said of others is as little known as what it was.
    expect(await verdicts(rig, "2026-03-05")).toMatchObject({
      openWork: 1,
      verdicts: { unknown: 1 },
    });
  });

  test("a link that a person stated counts while it stood", async () => {
    const rig = await company();
    const { clock } = rig.hub;
    const json = { fromId: epicId, toId: goalId("north") };
    await rig.send("POST", "/api/links", { json });
    const stood = clock.now();
    await pass(rig, hourMs);
    const ends = `fromId=${encodeURIComponent(epicId)}&toId=${encodeURIComponent(json.toId)}`;
    await rig.send("DELETE", `/api/links?${ends}`, {});
    const ended = clock.now();
    await pass(rig, hourMs);
    await rig.send("POST", "/api/links", { json });
    expect((await sight(rig, stood)).item.verdict.kind).toBe("linked");
    expect((await sight(rig, ended)).item.verdict.kind).toBe("unlinked");
    expect((await sight(rig, clock.now())).item.verdict.kind).toBe("linked");
  });

  test("work that a rule links to a goal whose tombstone is gone was unlinked, as it is now", async () => {
    const rig = await company();
    await rule(rig, `connection = ${workConnection}`);
    await rig.hub.table.write({ kind: "delete", key: factKey(goalId("north")), condition: [] });
    const { verdict } = (await sight(rig, "2026-03-05")).item;
    expect(verdict).toEqual({ kind: "unlinked", reason: "goal-removed" });
    expect((await sight(rig, rig.hub.clock.now())).item.verdict).toEqual(verdict);
  });

  test("work that a rule links to a goal of later was unlinked before it", async () => {
    const rig = await company();
    await rig.hub.apply(upserted(goal("south")));
    await rule(rig, `connection = ${workConnection}`, "south");
    expect((await sight(rig, "2026-03-05")).item.verdict.kind).toBe("unlinked");
    expect((await sight(rig, rig.hub.clock.now())).item.verdict.kind).toBe("linked");
  });

  test("whether a rule linked what was removed nobody knows where it asks for titles", async () => {
    const rig = await company();
    const lone = `/api/work-items/${encodeURIComponent(itemId("lone"))}/line-of-sight?asOf=2026-03-05`;
    const verdict = async () => SightAsOfAnswer.parse((await rig.get(lone)).body).item.verdict.kind;
    await rule(rig, "label = none");
    expect(await verdict()).toBe("unlinked");
    await rule(rig, "title ~ alone");
    expect(await verdict()).toBe("unknown");
    await rule(rig, "label = none OR NOT key = EPIC-1");
    expect(await verdict()).toBe("unknown");
    // What stands has the title of today.
    expect((await sight(rig, "2026-03-05")).item.verdict.kind).toBe("linked");
  });

  test("a day on which a tool was connected that is gone is not called the day before the first one", async () => {
    const rig = await company();
    for (const id of [goalConnection, peopleConnection]) {
      await rig.hub.changeConnection(id, (one) => ({ ...one, createdAt: rig.hub.clock.now() }));
    }
    expect((await rig.get(`${sightPath}?asOf=2026-03-03`)).status).toBe(200);
    await rig.hub.table.write({ kind: "delete", key: factKey(workConnection), condition: [] });
    const { status, text } = await rig.get(`${sightPath}?asOf=2026-03-03`);
    expect(status).toBe(400);
    expect(text).toContain("Of what is connected today the first was connected on 2026-03-06");
  });

  test.each([
    ["2026-04-01", "has passed"],
    ["2025-11-01", "89 days"],
    ["2026-02-27", "the first was connected on 2026-03-02"],
    ["yesterday", "Give a day"],
    ["2026-02-29", "Give a day"],
    ["2026-03-03T12:00:00Z", "with milliseconds"],
    ["2026-03-03T12:00:00.000%2B01:00", "in UTC"],
    ["", "Give a day"],
    ["<script>alert(1)</script>", "Give a day"],
  ])("%s is refused, and says why", async (asOf, why) => {
    const { status, text } = await (await company()).get(`${sightPath}?asOf=${asOf}`);
    expect(status).toBe(400);
    expect(text).toContain(why);
  });
});

describe("the pages", () => {
  test("say as of when they are, and lead back to now", async () => {
    const rig = await company();
    const item = `/work-items/${encodeURIComponent(epicId)}`;
    for (const path of [item, "/coverage"]) {
      const { status, text } = await rig.get(`${path}?asOf=2026-03-03`);
      expect(status).toBe(200);
      expect(text).toContain("As of 3 March 2026");
      expect(text).toContain("back to now");
      expect((await rig.get(path)).text).not.toContain("back to now");
    }
    expect((await rig.get("/coverage?asOf=2031-01-01")).status).toBe(400);
  });
});
