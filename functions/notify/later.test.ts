import { expect, test } from "vitest";

import { contest } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { alertSpec } from "#shared/store/specs.ts";
import {
  goal,
  goalId,
  itemId,
  linkTo,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const program: NotifierTraits = { reaches: ["channel"], end: "nothing", isSystem: true };
const board: NotifierTraits = { reaches: ["channel"], end: "update" };

const epic = (name: string, version = 0) => upserted(workItem(name, { version }));
const linked = (name: string, version = 1) =>
  upserted(workItem(name, { version }), [linkTo(itemId(name), goalId("g"))]);

async function hubWith(traits: Readonly<Record<string, NotifierTraits>>): Promise<NotifyRig> {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return rig;
}

/** Has the channel put off what it is asked for, and counts that. */
function busy(rig: NotifyRig, name: string, afterMs = 0) {
  const seen = { asked: 0 };
  rig.channel(name).answer = () => {
    seen.asked += 1;
    return { outcome: "retry", afterMs, reason: "503" };
  };
  return seen;
}

const minutes = (ms: number) => ms / minuteMs;
const reasons = (rig: NotifyRig, name: string) =>
  rig.channel(name).shown.map(({ verb, message }) => `${verb} ${message.reason}`);

test("an end that comes at night is told in the morning", async () => {
  const rig = await hubWith({ chat });
  await rig.route();
  await rig.hub.apply(epic("e1"));
  // Until nine in the evening.
  await rig.pass(12 * 60, 60);
  await rig.hub.apply(linked("e1"));
  await rig.pass(120, 10);
  expect(reasons(rig, "chat")).toEqual(["send opened"]);
  await rig.pass(14 * 60, 30);
  expect(reasons(rig, "chat")).toEqual(["send opened", "send resolved"]);
});

test("what changed while the settings of its channel did not fit is shown when they do", async () => {
  const rig = await hubWith({ board });
  await rig.hub.apply(epic("e1"));
  const connector = rig.deps.registry.find("board");
  if (!connector) throw new Error("There is no such connector");
  const { settings } = connector;
  Object.assign(connector, { settings: settings.extend({ url: settings }) });
  await rig.hub.apply(linked("e1"));
  await rig.pass(10);
  Object.assign(connector, { settings });
  await rig.pass(120);
  expect(reasons(rig, "board")).toEqual(["send opened", "update resolved"]);
});

test("a change that its channel puts off is shown when it is taken", async () => {
  const rig = await hubWith({ board });
  await rig.hub.apply(epic("e1"));
  busy(rig, "board");
  await rig.hub.apply(linked("e1"));
  await rig.pass(60, 5);
  rig.channel("board").answer = () => undefined;
  await rig.pass(120, 5);
  expect(reasons(rig, "board")).toEqual(["send opened", "update resolved"]);
});

test("a change that its channel puts off for three days is left", async () => {
  const rig = await hubWith({ board });
  await rig.hub.apply(epic("e1"));
  const seen = busy(rig, "board");
  await rig.hub.apply(linked("e1"));
  await rig.pass(minutes(3.5 * dayMs), 60);
  expect(seen.asked).toBeGreaterThan(20);
  seen.asked = 0;
  await rig.pass(minutes(dayMs), 60);
  expect(seen.asked).toBe(0);
});

test("a message is sent as late as its channel asks, and not at all after three days", async () => {
  const rig = await hubWith({ chat });
  const seen = busy(rig, "chat", 2 * hourMs);
  await rig.hub.apply(epic("e1"));
  await rig.pass(110, 5);
  expect(seen.asked).toBe(1);
  await rig.pass(minutes(3.5 * dayMs), 60);
  expect(await rig.dispatches()).toMatchObject([
    {
      outcome: "refused",
      attempts: expect.arrayContaining([
        expect.objectContaining({ detail: "Not taken for three days: 503" }),
      ]),
    },
  ]);
});

test("what was over before its channel took it takes nothing of the budget", async () => {
  const rig = await hubWith({ chat });
  await rig.route({ weeklyBudgetOfChannel: 1, quietFrom: "00:00", quietUntil: "00:00" });
  busy(rig, "chat");
  await rig.hub.apply(epic("e1"));
  await rig.hub.apply(linked("e1"));
  rig.channel("chat").answer = () => undefined;
  await rig.pass(60);
  await rig.hub.apply(epic("e2"));
  await rig.pass(10);
  expect(rig.channel("chat").lines).toEqual(["send alert opened: No goal above E2 Work e2"]);
});

test("a message that was sent late is on record with what it told of, and no more", async () => {
  const rig = await hubWith({ chat });
  busy(rig, "chat");
  rig.isDeaf = true;
  await rig.hub.apply(epic("e1"), epic("e2"), epic("e3"));
  await rig.pass(90);
  rig.isDeaf = false;
  await rig.hub.apply(linked("e1"));
  rig.channel("chat").answer = () => undefined;
  await rig.pass(90);
  expect(await rig.dispatches()).toMatchObject([
    { outcome: "sent", alertCount: 2, alerts: [{}, {}] },
  ]);
});

test("what comes of a group a day later is a message of its own", async () => {
  const rig = await hubWith({ board });
  await rig.hub.apply(epic("e1"));
  await rig.pass(25 * 60, 30);
  await rig.hub.apply(epic("e2"));
  await rig.pass(5);
  expect(reasons(rig, "board")).toEqual(["send opened", "send opened"]);
});

test("what a digest told of is followed by no message about its end", async () => {
  const rig = await hubWith({ chat });
  await rig.route();
  await rig.hub.setRule("unlinked-work", { delivery: "digest" });
  await rig.hub.apply(epic("e1"));
  await rig.pass(minutes(8 * dayMs), 60);
  await rig.hub.apply(linked("e1"));
  await rig.pass(minutes(dayMs), 60);
  expect(rig.channel("chat").sent.map(({ kind }) => kind)).toEqual(["digest"]);
});

test("a program hears at once of what people are told in digests, and so does a rule's owner of a contest", async () => {
  const rig = await hubWith({ chat, program });
  await rig.route();
  await rig.hub.setRule("unlinked-work", { delivery: "digest" });
  await rig.hub.apply(epic("e1"));
  await rig.pass(5);
  expect([reasons(rig, "chat"), reasons(rig, "program")]).toEqual([[], ["send opened"]]);
  const [alert] = await rig.hub.alerts();
  const next = alert && contest(alert, "wrong", { by: "x", now: rig.hub.clock.now() });
  if (alert && next) await replaceDocument(rig.hub.table, alertSpec, alert, next);
  await rig.hub.settle();
  expect(reasons(rig, "chat")).toEqual(["send contested"]);
});

test("what a first reading finds waits for its end, but for programs, and what stood before waits for nothing", async () => {
  const rig = await hubWith({ chat, program });
  rig.isDeaf = true;
  await rig.hub.apply(epic("e1"));
  await rig.route({ baselineMinutes: 60 });
  await rig.hub.changeConnection(workConnection, (one) => ({
    ...one,
    readyAt: rig.hub.clock.now(),
  }));
  await rig.hub.apply(epic("e2"));
  for (const { id } of await rig.hub.alerts()) await rig.hearAgain(id);
  const told = (name: string) => rig.channel(name).sent.map(({ title }) => title.split(" ")[3]);
  expect(new Set(told("program"))).toEqual(new Set(["E1", "E2"]));
  expect(told("chat")).toEqual(["E1"]);
});

test("what keeps the clock from one recipient keeps it from no other, and is said", async () => {
  const rig = await hubWith({ chat, board });
  for (const name of ["chat", "board"]) busy(rig, name);
  await rig.hub.apply(epic("e1"));
  for (const name of ["chat", "board"]) rig.channel(name).answer = () => undefined;
  rig.hub.clock.advance(hourMs);
  const table: Table = {
    ...rig.hub.table,
    write: (one) =>
      one.kind === "put" && JSON.stringify(one.item).includes(`channel:${rig.channel("chat").id}`)
        ? Promise.reject(new Error("away"))
        : rig.hub.table.write(one),
  };
  await expect(rig.tick(table)).rejects.toThrow("away");
  expect([reasons(rig, "chat"), reasons(rig, "board")]).toEqual([[], ["send opened"]]);
});
