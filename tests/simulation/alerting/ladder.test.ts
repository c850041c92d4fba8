import { describe, expect, test } from "vitest";

import { acknowledge, answerContest, contest, snooze } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Person } from "#shared/model/facts.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import { CalendarDate, Instant } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  peopleConnection,
  person,
  personId,
  testEpochMs,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AlertWorld } from "./alert-world.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const ownerChannel = connectionId("chatowner0");
const day = (text: string) => CalendarDate.parse(text);
const vacation = [{ from: day("2026-03-23"), to: day("2026-04-05") }];

/** A Friday, two days before the clocks of Europe go ahead; those of New York have gone already. */
const friday = "2026-03-27T10:00:00.000Z";

interface Staff {
  readonly redLead?: Partial<Person>;
  readonly blueHead?: Partial<Person>;
}

const human = (
  name: string,
  of: string,
  given: Partial<Person> & { readonly version?: number } = {},
) => upserted(person(name, { name, unitId: unitId(of), location: "Berlin", ...given }));
const under = (manager: string) => ({ managerId: personId(manager) });

/** boss over both departments; in each a team, whose lead reports to the department's head. */
function companyOf({ redLead = {}, blueHead = {} }: Staff) {
  const unit = (name: string, parent?: string) => {
    const above = parent === undefined ? {} : { parentId: unitId(parent) };
    const originalKind = name.length > 4 ? "department" : "team";
    return upserted(orgUnit(name, { originalKind, ...above }));
  };
  return [
    unit("company"),
    unit("red-department", "company"),
    unit("blue-department", "company"),
    unit("red", "red-department"),
    unit("blue", "blue-department"),
    human("boss", "company"),
    human("head-red", "red-department", under("boss")),
    human("head-blue", "blue-department", { ...under("boss"), ...blueHead }),
    human("lead-red", "red", { ...under("head-red"), ...redLead }),
    human("lead-blue", "blue", under("head-blue")),
    human("ana", "red", under("lead-red")),
    human("bo", "blue", under("lead-blue")),
  ];
}

const serving = (name: string, who: string) =>
  upserted(workItem(name, { assigneeId: accountId(who) }), [
    linkTo(itemId(name), goalId("north")),
    ...(name === "waits" ? [blockedBy(itemId("waits"), itemId("holds"))] : []),
  ]);

/** From this Friday on red's work waits for blue's; each rung has a working day. */
async function blockedSince(startAt: string, staff: Staff): Promise<AlertWorld> {
  const world = new AlertWorld({
    seed: 3,
    startAt: new Date(Date.parse(startAt) - 2 * 60 * 60_000).toISOString(),
    connectors: ({ channels }) => [
      channels.connector("chat", chat),
      channels.connector("mail", mail),
    ],
  });
  await world.connect({
    id: ownerChannel,
    connector: "chat",
    settings: { channel: "#rule-owners" },
  });
  await world.connect({
    id: connectionId("mail000000"),
    connector: "mail",
    settings: { channel: "mail" },
  });
  await world.route({
    responseHours: 24,
    baselineMinutes: 0,
    timeZone: "Europe/Berlin",
    timeZones: [
      { location: "Berlin", timeZone: "Europe/Berlin" },
      { location: "New York", timeZone: "America/New_York" },
    ],
  });
  await world.setRule("blocked-across-boundary", { ownerChannelId: ownerChannel });
  for (const rule of ["goal-without-work", "floating-goal", "connection-degraded"]) {
    await world.setRule(rule, { isEnabled: false });
  }
  world.feeds.say(peopleConnection, ...companyOf(staff));
  world.feeds.say(goalConnection, upserted(goal("north", { kind: "theme" })));
  const work = ["ana", "bo"].map((name) => upserted(account(name)));
  world.feeds.say(workConnection, ...work, serving("holds", "bo"));
  await world.connectTool({ id: peopleConnection, connector: "hr" });
  await world.connectTool({
    id: goalConnection,
    connector: "tool",
    settings: { hasGoals: true },
  });
  await world.connectTool({ id: workConnection, connector: "tool" });
  await world.runUntil(startAt);
  await world.apply(serving("waits", "ana"));
  return world;
}

/** Who was told by whom what and when, but for digests and briefs. */
function lines({ channels }: AlertWorld): readonly string[] {
  return channels.shown
    .filter(({ message: { kind } }) => kind !== "digest" && kind !== "brief")
    .map(({ at, through, target, message: { reason, because } }) => {
      const whom = target?.kind === "person" ? target.name : through;
      return `${at.slice(5, 16)} ${whom} ${reason}: ${because ?? ""}`;
    })
    .toSorted();
}

async function theAlert(world: AlertWorld): Promise<Alert> {
  const [alert] = await world.alerts("open", "acknowledged", "snoozed");
  if (!alert) throw new Error("There is no alert");
  return alert;
}

const atNoon = "2026-04-10T12:00:00.000Z";
const firstTold = [
  "03-27T10:00 head-red opened: head-red, the manager above red, for lead-red (away today)",
  "03-27T10:00 lead-blue opened: Lead of blue",
];

describe("a dependency nobody answers climbs", () => {
  test("both lines to whoever manages both, by working days, around a vacation and in everybody's own day", async () => {
    const world = await blockedSince(friday, {
      redLead: { absences: vacation },
      blueHead: { location: "New York" },
    });
    await world.runUntil(atNoon);
    expect(world.unforeseen).toEqual([]);
    expect(lines(world)).toEqual([
      ...firstTold,
      // Nine in the morning is five in New York: told at eight there, and the day for it begins then.
      "03-30T12:00 head-blue escalated: head-blue, the manager above blue",
      "03-31T12:00 boss escalated: Manages both red and blue",
    ]);
  });

  test("past a manager who has left, to the lowest who manages both, once", async () => {
    const world = await blockedSince(friday, { redLead: { absences: vacation } });
    await world.runUntil("2026-03-28T12:00:00.000Z");
    await world.apply(
      human("head-blue", "blue-department", {
        ...under("boss"),
        employmentStatus: "inactive",
        version: Date.parse("2026-03-28T12:00:00.000Z") - testEpochMs,
      }),
    );
    await world.runUntil(atNoon);
    expect(lines(world)).toEqual([
      ...firstTold,
      "03-30T09:00 boss escalated: boss, 2 managers above blue, for head-blue (left)",
    ]);
  });

  test("past whoever only the HR system's calendar says is away", async () => {
    const start = "2026-03-27T08:00:00.000Z";
    const world = await blockedSince(start, {});
    world.feeds.absences = new Map([[personId("head-blue"), vacation]]);
    await world.runUntil(atNoon);
    expect(lines(world)).toEqual([
      "03-27T08:00 lead-blue opened: Lead of blue",
      "03-27T08:00 lead-red opened: Lead of red",
      "03-30T07:00 boss escalated: boss, 2 managers above blue, for head-blue (away today)",
      "03-30T07:00 head-red escalated: head-red, the manager above red",
    ]);
  });

  test("found on a Saturday, from Monday morning on, by the clock that changed in between", async () => {
    const world = await blockedSince("2026-03-28T11:00:00.000Z", {});
    await world.runUntil("2026-03-28T12:00:00.000Z");
    expect(lines(world)).toEqual([]);
    await world.runUntil(atNoon);
    expect(lines(world).map((line) => line.slice(0, 24))).toEqual([
      "03-30T06:00 lead-blue op",
      "03-30T06:00 lead-red ope",
      "03-31T06:00 head-blue es",
      "03-31T06:00 head-red esc",
      "04-01T06:00 boss escalat",
    ]);
  });
});

describe("a ladder", () => {
  const staff: Staff = { redLead: { absences: vacation } };

  test("ends where somebody takes care", async () => {
    const world = await blockedSince(friday, staff);
    await world.runUntil("2026-03-28T20:00:00.000Z");
    const { id } = await theAlert(world);
    await world.act(id, (alert) => acknowledge(alert, { by: "Bo", now: world.clock.now() }));
    await world.runUntil(atNoon);
    expect(lines(world)).toEqual(firstTold);
  });

  test("rests while its rule's owner decides on a contest, who learns the reason and no name", async () => {
    const world = await blockedSince(friday, staff);
    await world.runUntil("2026-03-27T13:00:00.000Z");
    const { id } = await theAlert(world);
    await world.act(id, (alert) =>
      contest(alert, "wrong", { by: "Bo Nguyen", now: world.clock.now() }),
    );
    await world.runUntil("2026-04-01T08:00:00.000Z");
    const contested = world.channels.shown.filter(({ through }) => through === "#rule-owners");
    expect(contested.map(({ at, message: { reason } }) => [at.slice(5, 16), reason])).toEqual([
      ["03-27T13:00", "contested"],
    ]);
    expect(JSON.stringify(contested)).not.toMatch(/Bo Nguyen|lead-blue|head-red/u);
    expect(lines(world)).toHaveLength(firstTold.length + 1);
    await world.act(id, (alert) =>
      answerContest(alert, "dismissed", { by: "ops", now: world.clock.now() }),
    );
    await world.runUntil(atNoon);
    expect(lines(world).slice(firstTold.length + 1)).toEqual([
      "04-01T08:00 head-red woken: head-red, the manager above red, for lead-red (away today)",
      "04-01T08:00 lead-blue woken: Lead of blue",
      "04-02T08:00 head-blue escalated: head-blue, the manager above blue",
      "04-03T08:00 boss escalated: Manages both red and blue",
    ]);
  });

  test("rests while it is snoozed; those told before hear that it stands again, and it goes on", async () => {
    const world = await blockedSince(friday, staff);
    await world.runUntil("2026-03-27T13:00:00.000Z");
    const { id } = await theAlert(world);
    const until = Instant.parse("2026-04-01T08:00:00.000Z");
    await world.act(id, (alert) => snooze(alert, until, { by: "Bo", now: world.clock.now() }));
    await world.runUntil("2026-04-01T07:59:00.000Z");
    expect(lines(world)).toEqual(firstTold);
    await world.runUntil(atNoon);
    expect(lines(world).slice(firstTold.length)).toEqual([
      "04-01T08:00 head-red woken: head-red, the manager above red, for lead-red (away today)",
      "04-01T08:00 lead-blue woken: Lead of blue",
      "04-02T08:00 head-blue escalated: head-blue, the manager above blue",
      "04-03T08:00 boss escalated: Manages both red and blue",
    ]);
  });
});
