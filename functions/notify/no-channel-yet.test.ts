import { expect, test } from "vitest";

import { wake } from "#shared/kit/alert-lifecycle.ts";
import { snooze } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { alertSpec } from "#shared/store/specs.ts";
import { goal, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const epic = (name: string) => upserted(workItem(name));

const noQuiet = { quietFrom: "00:00", quietUntil: "00:00", workingDays: [1, 2, 3, 4, 5, 6, 7] };

/** A hub whose only channel does not work yet, and one finding that stands. */
async function silentHub(isRouted = true) {
  const rig = await NotifyRig.with({ chat });
  await rig.hub.setRule("unlinked-work");
  if (isRouted) await rig.route(noQuiet);
  await setStatus(rig, "paused");
  await rig.hub.apply(upserted(goal("g")), epic("e1"));
  await rig.pass(75, 15);
  return rig;
}

const setStatus = (rig: NotifyRig, status: "paused" | "active") =>
  rig.hub.changeConnection(rig.channel("chat").id, (one) => ({ ...one, status }));

test.each([true, false])(
  "what nobody could be told of is told when somebody can be (routing set: %s)",
  async (isRouted) => {
    const rig = await silentHub(isRouted);
    await setStatus(rig, "active");
    await rig.pass(75);
    expect(rig.channel("chat").lines).toEqual(["send alert opened: No goal above E1 Work e1"]);
    await rig.pass(180);
    expect(rig.channel("chat").sent).toHaveLength(1);
  },
);

test("after more than a day it is no news, and in the next digest", async () => {
  const rig = await silentHub();
  await rig.hub.apply(epic("e2"));
  await rig.pass(30 * 60, 60);
  await setStatus(rig, "active");
  await rig.pass(75);
  expect(rig.channel("chat").sent).toEqual([]);
  await rig.pass(7 * 24 * 60, 30);
  expect(rig.channel("chat").sent).toMatchObject([{ title: "2 findings in this digest" }]);
});

test("what was woken meanwhile, and nobody had heard of, waits for nobody's time to respond", async () => {
  const rig = await silentHub();
  const [alert] = await rig.hub.alerts();
  const at = { by: "ops", now: rig.hub.clock.now() };
  const until = instantOf(rig.hub.clock.nowMs() + hourMs);
  const snoozed = alert && snooze(alert, until, at);
  if (!snoozed) throw new Error("There is no alert");
  const stored = await replaceDocument(rig.hub.table, alertSpec, alert, snoozed);
  await rig.hub.settle();
  await rig.pass(75, 15);
  const woken = stored && wake(stored, rig.hub.clock.now());
  await setStatus(rig, "active");
  if (stored && woken) await replaceDocument(rig.hub.table, alertSpec, stored, woken);
  await rig.hub.settle();
  await rig.pass(5);
  expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual(["opened"]);
});

test("what becomes worth a message after days is news then", async () => {
  const rig = await NotifyRig.with({ chat });
  await rig.hub.setRule("unlinked-work");
  await rig.route(noQuiet);
  await rig.hub.apply(upserted(goal("g")), upserted(workItem("e1", { kind: "task" })));
  await rig.pass(30 * 60, 60);
  expect((await rig.hub.alerts()).map(({ severity }) => severity)).toEqual(["info"]);
  await rig.hub.apply(upserted(workItem("e1", { kind: "epic", version: 1 })));
  await rig.pass(90);
  expect(rig.channel("chat").lines).toEqual(["send alert opened: No goal above E1 Work e1"]);
});

test("a ladder that rested while its alert was but a hint goes on when it is more again", async () => {
  const rig = await silentHub();
  await rig.hub.apply(upserted(workItem("e1", { kind: "task", version: 1 })));
  await rig.pass(75);
  await rig.hub.apply(upserted(workItem("e1", { version: 2 })));
  await setStatus(rig, "active");
  await rig.pass(75);
  expect(rig.channel("chat").lines).toEqual(["send alert opened: No goal above E1 Work e1"]);
});

test("that a program has heard of it keeps nobody from being told", async () => {
  const rig = await NotifyRig.with({ chat, hook: { ...chat, isSystem: true } });
  await rig.hub.setRule("unlinked-work");
  await rig.route(noQuiet);
  await setStatus(rig, "paused");
  await rig.hub.apply(upserted(goal("g")), epic("e1"));
  await rig.pass(75);
  await setStatus(rig, "active");
  await rig.pass(75);
  for (const name of ["chat", "hook"]) {
    expect(rig.channel(name).lines).toEqual(["send alert opened: No goal above E1 Work e1"]);
  }
});
