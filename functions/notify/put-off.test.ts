import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { minuteMs } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const anyTime = { quietFrom: "00:00", quietUntil: "00:00" };

const epic = (name: string, given = {}) => upserted(workItem(name, given));

async function hubWith(traits: Readonly<Record<string, NotifierTraits>>): Promise<NotifyRig> {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return rig;
}

/** Has the channel take nothing for now, and counts what it is asked for. */
function busy(rig: NotifyRig, name: string) {
  const seen = { asked: 0 };
  rig.channel(name).answer = () => {
    seen.asked += 1;
    return { outcome: "retry", afterMs: 0, reason: "503" };
  };
  return seen;
}

const shown = (rig: NotifyRig, name: string) =>
  rig.channel(name).shown.map(({ verb, message }) => `${verb} ${message.reason}`);

test("what a channel put off in the evening is not sent at night", async () => {
  const rig = await hubWith({ chat });
  await rig.route();
  // Half an hour before the quiet hours.
  await rig.pass(8.5 * 60, 30);
  const seen = busy(rig, "chat");
  await rig.hub.apply(epic("e1"));
  await rig.pass(120, 10);
  expect(seen.asked).toBeGreaterThan(0);
  rig.channel("chat").answer = () => undefined;
  await rig.pass(8 * 60, 10);
  expect(shown(rig, "chat")).toEqual([]);
  await rig.pass(8 * 60, 10);
  expect(shown(rig, "chat")).toEqual(["send opened"]);
});

test("what was put off waits for a channel whose settings do not fit meanwhile", async () => {
  const rig = await hubWith({ chat });
  busy(rig, "chat");
  await rig.hub.apply(epic("e1"));
  const connector = rig.deps.registry.find("chat");
  if (!connector) throw new Error("There is no such connector");
  const { settings } = connector;
  Object.assign(connector, { settings: settings.extend({ url: settings }) });
  await rig.pass(60, 5);
  Object.assign(connector, { settings });
  rig.channel("chat").answer = () => undefined;
  await rig.pass(180, 5);
  expect(shown(rig, "chat")).toEqual(["send opened"]);
});

test("what was put off is sent once, however many runs find it due", async () => {
  const rig = await hubWith({ chat });
  busy(rig, "chat");
  await rig.hub.apply(epic("e1"));
  rig.channel("chat").answer = () => undefined;
  rig.hub.clock.advance(30 * minuteMs);
  await Promise.all([rig.tick(), rig.tick(), rig.tick()]);
  expect(shown(rig, "chat")).toEqual(["send opened"]);
});

test("what was put off is asked for no more when whoever it was for has left", async () => {
  const rig = await hubWith({ mail });
  await rig.route(anyTime);
  const lead = (given = {}) => upserted(person("lead", { unitId: unitId("red"), ...given }));
  await rig.hub.apply(
    upserted(orgUnit("red", {})),
    lead(),
    upserted(person("ana", { unitId: unitId("red") })),
    upserted(account("ana")),
  );
  const seen = busy(rig, "mail");
  await rig.hub.apply(epic("e1", { assigneeId: accountId("ana") }));
  await rig.pass(5);
  expect(seen.asked).toBeGreaterThan(0);
  for (const name of ["lead", "ana"]) {
    await rig.hub.apply(
      upserted(person(name, { version: 1, unitId: unitId("red"), employmentStatus: "inactive" })),
    );
  }
  await rig.pass(120, 5);
  expect((await rig.dispatches())[0]).toMatchObject({ outcome: "refused" });
});

test("what exceeds the budget of a channel comes in its next digest, though nothing new comes", async () => {
  const rig = await hubWith({ chat });
  await rig.route({ ...anyTime, weeklyBudgetOfChannel: 1, weeklyBudgetOfPerson: 50 });
  await rig.hub.apply(epic("e1"));
  await rig.pass(5);
  await rig.hub.apply(epic("e2"));
  await rig.pass(8 * 24 * 60, 30);
  expect(rig.channel("chat").sent.map(({ kind }) => kind)).toEqual(["alert", "digest"]);
});

test("what was due while its channel was paused is told in the morning, when that is resumed at night", async () => {
  const rig = await hubWith({ chat });
  await rig.route();
  const set = (status: "paused" | "active") =>
    rig.hub.changeConnection(rig.channel("chat").id, (one) => ({ ...one, status }));
  // Until nine in the evening.
  await rig.pass(12 * 60, 60);
  await rig.hub.apply(epic("e1"));
  await set("paused");
  await rig.pass(24 * 60, 60);
  await set("active");
  await rig.pass(8 * 60, 10);
  expect(shown(rig, "chat")).toEqual([]);
  await rig.pass(6 * 60, 10);
  expect(shown(rig, "chat")).toEqual(["send opened"]);
});
