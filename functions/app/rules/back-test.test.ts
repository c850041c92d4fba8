import { expect, test } from "vitest";

import { type Instant, instantOf } from "#shared/model/time.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import {
  account,
  accountId,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  peopleConnection,
  person,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { headlineOf } from "./back-test-words.ts";
import { isReplayable } from "./read-past.ts";

const api = "/api/rules/unlinked-work/back-test";
const hourMs = 3_600_000;

test("the settings of today are counted by their own findings alone: what others end makes none wait", async () => {
  const rig = await AppRig.create();
  const { hub } = rig;
  const epic = (version: number, status: "in-progress" | "done") =>
    upserted(workItem("one", { version, status }));
  for (const version of [1, 3]) {
    hub.clock.advance(24 * hourMs);
    await hub.apply(epic(version, "in-progress"));
    hub.clock.advance(2 * hourMs);
    await hub.apply(epic(version + 1, "done"));
  }
  hub.clock.advance(hourMs);
  const options = { allowances: [{ labels: ["keep-the-lights-on"], reason: "It must run." }] };
  const json = { days: 30, options, graceMinutes: 0, holdDownMinutes: 240 };
  await rig.send("PUT", "/api/rules/unlinked-work", {
    json: { graceMinutes: 0, holdDownMinutes: 240 },
  });
  const { body } = await rig.send("POST", api, { json });
  expect(body).toMatchObject({
    wanted: { raised: 2, waitedOut: 0 },
    today: { raised: 2, waitedOut: 0 },
    compared: { both: 2, onlyToday: 0, onlyWanted: 0 },
  });
});

test.each([
  [
    "who the work is assigned to moves",
    upserted(person("ana", { unitId: unitId("blue"), version: 2 })),
  ],
  [
    "a unit moves with all of its people",
    upserted(orgUnit("red", { parentId: unitId("west"), version: 2 })),
  ],
])("an alert ends where %s out of the scope of units", async (_how, move) => {
  const rig = await AppRig.create();
  const { hub } = rig;
  const scope = { unitIds: [unitId("east")] };
  await hub.setRule("unlinked-work", { graceMinutes: 0, scope });
  const freshAt = instantOf(hub.clock.nowMs() + 48 * hourMs);
  for (const id of [goalConnection, peopleConnection, workConnection]) {
    await hub.changeConnection(id, (one) => ({ ...one, freshAt }));
  }
  hub.clock.advance(hourMs);
  await hub.apply(
    ...["east", "west", "blue"].map((id) => upserted(orgUnit(id))),
    upserted(orgUnit("red", { parentId: unitId("east") })),
    upserted(person("ana", { unitId: unitId("red") })),
    upserted(account("ana")),
    // Of fewer than five people a scoped back-test tells nothing.
    ...["b", "c", "d", "e"].map((id) => upserted(person(id, { unitId: unitId("red") }))),
  );
  await hub.apply(upserted(workItem("one", { assigneeId: accountId("ana") })));
  expect(await hub.alerts()).toMatchObject([{ status: "open" }]);
  hub.clock.advance(24 * hourMs);
  await hub.apply(move);
  hub.clock.advance(hourMs);
  await reconcileAlerts(rig.deps, { untilMs: Infinity });
  const alerts = await hub.alerts();
  const { body } = await rig.send("POST", api, { json: { days: 30 } });
  expect({ alerts, body }).toMatchObject({
    alerts: [],
    body: {
      wanted: { raised: 1, cleared: 1 },
      sample: [{ subjectId: itemId("one"), clearedBecause: "out of scope" }],
    },
  });
});

test("an alert ends where a goal moves out of the scope of goals, with all below it", async () => {
  const rig = await AppRig.create();
  const { hub } = rig;
  const rule = "closed-goal-open-work";
  await hub.setRule(rule, { graceMinutes: 0, scope: { goalIds: [goalId("top")] } });
  const freshAt = instantOf(hub.clock.nowMs() + 48 * hourMs);
  for (const id of [goalConnection, peopleConnection, workConnection]) {
    await hub.changeConnection(id, (one) => ({ ...one, freshAt }));
  }
  hub.clock.advance(hourMs);
  await hub.apply(
    upserted(goal("top")),
    upserted(goal("mid", { parentId: goalId("top") })),
    upserted(goal("low", { parentId: goalId("mid"), status: "done" })),
  );
  const edge = linkTo(itemId("one"), goalId("low"));
  await hub.apply(upserted(workItem("one"), [edge]));
  expect(await hub.alerts()).toMatchObject([{ status: "open", rule }]);
  hub.clock.advance(24 * hourMs);
  await hub.apply(upserted(goal("mid", { version: 2 })));
  hub.clock.advance(hourMs);
  await reconcileAlerts(rig.deps, { untilMs: Infinity });
  const alerts = await hub.alerts();
  const { body } = await rig.send("POST", `/api/rules/${rule}/back-test`, { json: { days: 30 } });
  expect({ alerts, body }).toMatchObject({
    alerts: [],
    body: {
      wanted: { raised: 1, cleared: 1 },
      sample: [{ subjectId: goalId("low"), clearedBecause: "out of scope" }],
    },
  });
});

test.each(["/rules/unlinked-work/back-test", "/custom-rules"])(
  "%s: a number that cannot be is refused in plain words, beside what was typed",
  async (room) => {
    const rig = await AppRig.create();
    let path = room;
    if (room === "/custom-rules") {
      const json = {
        title: "Epics adrift",
        why: "They are many.",
        nextStep: "Ask.",
        pattern: { detail: { rule: ["unlinked-work"] } },
      };
      const { body } = await rig.send("POST", "/api/custom-rules", { json });
      path = `${room}/${(body as { readonly id: string }).id}/back-test`;
    }
    const wrong = await rig.get(`${path}?days=500&graceMinutes=some&holdDownMinutes=60&options={}`);
    const text = wrong.text.replaceAll(/\s+/gu, " ");
    expect(wrong.status).toBe(400);
    expect(text).toContain("Days back: give a whole number from 1 to 89.");
    expect(text).toContain("Grace period in minutes: give a whole number from 0 to 43,200.");
    expect(text).toContain('value="500"');
    expect(text).not.toMatch(/expected number|missing or wrong/u);
    const empty = await rig.get(`${path}?days=30&graceMinutes=&holdDownMinutes=60&options={}`);
    expect(empty.status).toBe(400);
    expect(empty.text).toContain('id="graceMinutes-error"');
  },
);

test("a replay that ran out of time does not say that its days were the last ones", () => {
  const clearedWithin = { hour: 0, day: 0, twoDays: 1, week: 1 };
  const told = { wanted: { raised: 4, clearedWithin }, byTeam: [] };
  const [from, to] = ["2026-03-02T09:00:00.000Z", "2026-03-14T09:00:00.000Z"] as [Instant, Instant];
  expect(headlineOf({ ...told, from, to, isCut: false })).toBe(
    "In the last 12 days this would have raised 4 alerts; 25 % cleared by themselves within two days.",
  );
  expect(headlineOf({ ...told, from, to, isCut: true })).toBe(
    "In the 12 days from 2026-03-02 on, this would have raised 4 alerts; 25 % cleared by themselves within two days.",
  );
  const soon = "2026-03-02T12:00:00.000Z" as Instant;
  expect(headlineOf({ ...told, from, to: soon, isCut: true })).toContain(
    "In the day from 2026-03-02 on, this",
  );
});

test("a replay of slow moments ends when its time is up, and tells how far it came", async () => {
  const manual = new ManualClock("2026-03-02T09:00:00.000Z");
  let looks: number | undefined;
  // A second goes by from each look at the clock to the next.
  const nowMs = () => manual.nowMs() + (looks === undefined ? 0 : (looks += 1) * 1000);
  const clock = {
    now: () => manual.now(),
    nowMs,
    sleep: (ms: number, signal?: AbortSignal) => manual.sleep(ms, signal),
  };
  const rig = await AppRig.create({ clock });
  looks = 0;
  const { body } = await rig.send("POST", api, { json: { days: 30, graceMinutes: 60 } });
  expect(body).toMatchObject({
    headline: expect.stringContaining("In the day from 2026-01-31 on"),
    notKnown: expect.arrayContaining([expect.stringContaining("ask for fewer days")]),
  });
});

test("no more records are replayed than fit into the heap", () => {
  // The app on AWS has 1,024 MB, of which nine tenths are the heap's.
  const ofAws = 920 * 2 ** 20;
  expect([100_000, 200_000].map((records) => isReplayable(records, ofAws))).toEqual([true, false]);
  const large = 4 * 2 ** 30;
  expect([400_000, 400_001].map((records) => isReplayable(records, large))).toEqual([true, false]);
});
