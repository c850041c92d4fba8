import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Person } from "#shared/model/facts.ts";
import type { Routing } from "#shared/model/routing.ts";
import { CalendarDate, hourMs } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  orgUnit,
  person,
  personId,
  removed,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const hook: NotifierTraits = { reaches: ["channel"], end: "nothing", isSystem: true };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
/** A mail server that also has a list, as most have. */
const mailAndList: NotifierTraits = { reaches: ["channel", "person"], end: "nothing" };
const anyTime = { quietFrom: "00:00", quietUntil: "00:00", workingDays: [1, 2, 3, 4, 5, 6, 7] };
const dayMinutes = 24 * 60;

const human = (name: string, given: Partial<Person> & { readonly version?: number } = {}) =>
  upserted(person(name, { name, unitId: unitId("red"), ...given }));
const leadOfRed = (given: Partial<Person> & { readonly version?: number } = {}) =>
  human("lead", { managerId: personId("boss"), ...given });
const epic = upserted(workItem("e1", { assigneeId: accountId("ana") }));

/** A lead whom nobody can write to any more. */
function withoutAddress() {
  const { workEmail: _none, ...one } = person("lead", { name: "lead", version: 1 });
  return upserted({ ...one, unitId: unitId("red"), managerId: personId("boss") });
}

/** boss over red, which lead leads and ana works in. */
async function company(
  traits: Readonly<Record<string, NotifierTraits>>,
  routing: Partial<Routing> = {},
): Promise<NotifyRig> {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(
    upserted(goal("g")),
    upserted(orgUnit("dept", { originalKind: "department" })),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    human("boss", { unitId: unitId("dept") }),
    leadOfRed(),
    human("ana", { managerId: personId("lead") }),
    upserted(account("ana")),
  );
  await rig.route(routing);
  return rig;
}

const said = (rig: NotifyRig, name: string) =>
  rig
    .channel(name)
    .sent.map(({ kind, reason, because }) => `${kind ?? ""} ${reason}: ${because ?? ""}`);
const targets = (rig: NotifyRig, kind: string) =>
  rig
    .channel("mail")
    .shown.filter(({ message }) => message.kind === kind)
    .map(({ target }) => (target?.kind === "person" ? target.name : "everybody"));

/** How often a mailbox was written to in an hour. */
async function writesInAnHour(rig: NotifyRig, name: string): Promise<number> {
  const revision = async () => {
    const all = await rig.ofType("mailbox");
    return Number(
      all.find(({ recipient }) => recipient === `person:${personId(name)}`)?.["revision"],
    );
  };
  const before = await revision();
  await rig.pass(60);
  return (await revision()) - before;
}

const leftByDay = { endOn: CalendarDate.parse("2026-03-02") };
test.each([
  ["by the record", { employmentStatus: "inactive" as const }],
  ["by the day", leftByDay],
])("what waits for the morning is not sent to who has left by then, %s", async (_how, left) => {
  const rig = await company({ chat, mail });
  // Nine in the evening.
  rig.hub.clock.advance(11 * hourMs);
  await rig.hub.apply(epic);
  await rig.pass(10, 5);
  await rig.hub.apply(leadOfRed({ version: 1, ...left }));
  await rig.pass(16 * 60, 30);
  expect(said(rig, "mail")).toEqual([]);
  expect(said(rig, "chat")).toEqual(["alert opened: Default channel: whoever it was for has left"]);
});

test("who was taken on again is told, and has briefs, though their earlier end is on record", async () => {
  const rig = await company({ chat, mail });
  await rig.hub.apply(leadOfRed({ version: 1, endOn: CalendarDate.parse("2025-06-30") }));
  await rig.hub.apply(epic);
  await rig.pass(60);
  expect(said(rig, "mail")).toEqual(["alert opened: Lead of red"]);
  await rig.pass(8 * dayMinutes, 60);
  expect(targets(rig, "brief")).toContain("lead");
  expect(said(rig, "chat")).toEqual([]);
});

test("that a program has heard of it does not stand in for who has left", async () => {
  const rig = await company({ chat, mail, hook });
  rig.hub.clock.advance(11 * hourMs);
  await rig.hub.apply(epic);
  await rig.pass(10, 5);
  expect(said(rig, "hook")).toHaveLength(1);
  await rig.hub.apply(leadOfRed({ version: 1, employmentStatus: "inactive" }));
  await rig.pass(16 * 60, 30);
  expect(said(rig, "chat")).toEqual(["alert opened: Default channel: whoever it was for has left"]);
});

test("what a channel had put off goes to the default channel when that channel is taken away", async () => {
  const team = { unitId: unitId("red"), connectionId: "conn_team000000" };
  const rig = await company(
    { chat, team: chat },
    { ...anyTime, channels: [team as Routing["channels"][number]] },
  );
  rig.channel("team").answer = () => ({ outcome: "retry", afterMs: 0, reason: "503" });
  await rig.hub.apply(epic);
  await rig.pass(10, 5);
  await rig.hub.changeConnection(rig.channel("team").id, (one) => ({
    ...one,
    status: "removing",
  }));
  await rig.pass(10 * 60, 30);
  expect(said(rig, "chat")).toEqual([
    "alert opened: Default channel: its channel is not connected any more",
  ]);
  expect((await rig.dispatches()).map(({ outcome }) => outcome)).toEqual(["refused", "sent"]);
});

test("the brief of a leader who has no address any more is not told to everybody", async () => {
  const rig = await company({ mail: mailAndList });
  await rig.hub.apply(epic);
  await rig.pass(120);
  await rig.hub.apply(withoutAddress());
  await rig.pass(8 * dayMinutes, 30);
  expect(targets(rig, "brief")).toEqual(["boss"]);
});

test("a brief for somebody who is known no more is looked for once, and not by the minute", async () => {
  const rig = await company({ mail });
  await rig.pass(120);
  await rig.hub.apply(removed(personId("lead"), 1));
  await rig.pass(8 * dayMinutes, 60);
  expect(await writesInAnHour(rig, "lead")).toBe(0);
});

test("a brief whose channel rests is looked for by the hour, and told when that works again", async () => {
  const rig = await company({ mail });
  await rig.hub.apply(epic);
  await rig.pass(120);
  const set = (status: "paused" | "active") =>
    rig.hub.changeConnection(rig.channel("mail").id, (one) => ({ ...one, status }));
  await set("paused");
  await rig.pass(8 * dayMinutes, 60);
  expect(await writesInAnHour(rig, "lead")).toBeLessThanOrEqual(4);
  expect(targets(rig, "brief")).toEqual([]);
  await set("active");
  await rig.pass(120, 10);
  expect(targets(rig, "brief").toSorted()).toEqual(["boss", "lead"]);
});

/** A team with a channel, whose people have two hours to answer. */
async function teamWithChannel() {
  const channels = [{ unitId: unitId("red"), connectionId: "conn_team000000" }];
  const rig = await company(
    { chat, mail, team: chat },
    {
      ...anyTime,
      responseHours: 2,
      channels: channels as Routing["channels"],
    },
  );
  const set = (status: "paused" | "active") =>
    rig.hub.changeConnection(rig.channel("mail").id, (one) => ({ ...one, status }));
  return { rig, set };
}

const bothAbove = ["alert escalated: Lead of red", "alert escalated: boss, the manager above red"];

test("a ladder whose next rung is due while mail is paused goes on when that works again", async () => {
  const { rig, set } = await teamWithChannel();
  await rig.hub.apply(epic);
  await rig.pass(60, 5);
  await set("paused");
  await rig.pass(3 * 60, 5);
  expect(said(rig, "team")).toEqual(["alert opened: Channel of red"]);
  await set("active");
  // By the hour: the lead's time was over long ago.
  await rig.pass(65);
  expect(said(rig, "mail")).toEqual(bothAbove.slice(0, 1));
  await rig.pass(20 * 60, 10);
  expect(said(rig, "mail")).toEqual(bothAbove);
  expect(said(rig, "team")).toHaveLength(1);
});

test("so does one that began while mail was paused, and tells its channel nothing twice", async () => {
  const { rig, set } = await teamWithChannel();
  await set("paused");
  await rig.hub.apply(epic);
  await rig.pass(3 * 60, 5);
  await set("active");
  await rig.pass(20 * 60, 1);
  expect(said(rig, "mail")).toEqual(bothAbove);
  expect(said(rig, "team")).toHaveLength(1);
});
