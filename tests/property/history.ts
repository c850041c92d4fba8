import * as fc from "fast-check";

import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Link, Match } from "#shared/model/edges.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import { CalendarDate, dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { toAttributes } from "#shared/store/codec.ts";
import { lists, matchKey } from "#shared/store/keys.ts";
import { endPersonLink, statePersonLink } from "#shared/store/person-links.ts";
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
  removed,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";
import { linkRuleStep, putLinkRule, ruleWords } from "./link-rule-step.ts";

/*
 * Histories of a small company, as plain data, so that a counterexample can be read. Names come from
 * small sets, so that histories meet themselves: cycles, records that come back, dangling parents and
 * edges are all common. A record's version is the turn in which it changed.
 */

const items = ["i1", "i2", "i3", "i4", "i5", "i6"];
const goals = ["g1", "g2", "g3"];
const people = ["p1", "p2", "p3"];
const units = ["t1", "t2", "d1"];
const connections = [workConnection, goalConnection, peopleConnection];

const name = (names: readonly string[]) => fc.constantFrom(...names);
const maybe = (names: readonly string[]) => fc.option(name(names), { nil: undefined });
/** Mostly the same, so that what makes a signal impossible does not happen all the time. */
const seldom = <T>(values: fc.Arbitrary<T>, usual: T) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, { arbitrary: values, weight: 1 });
const kind = <K extends string>(word: K) => fc.constant(word);

/** When the clock of the histories begins. */
const beginMs = Date.parse("2026-03-02T09:00:00.000Z");

export const itemStep = fc.record({
  kind: kind("item"),
  id: name(items),
  parent: maybe(items),
  other: maybe(items),
  status: fc.constantFrom("todo" as const, "in-progress" as const, "done" as const),
  assignee: maybe(people),
  team: fc.option(name(["t1", "T2", "Reds", "nobody"]), { nil: undefined, freq: 4 }),
  links: seldom(fc.subarray(goals), []),
  blockers: fc.subarray(items, { maxLength: 2 }),
  canHoldGoal: seldom(fc.boolean(), true),
  /** What filters of link rules ask for. */
  label: seldom(maybe(ruleWords), undefined),
  section: seldom(maybe(ruleWords), undefined),
  investment: seldom(maybe(ruleWords), undefined),
  /** What it is called, where it is found, and when it is due: small things that evidence repeats. */
  edition: fc.constantFrom("", "moved"),
  dueOn: fc.option(fc.constantFrom("2026-04-01", "2026-05-01"), { nil: undefined }),
});
export const goalStep = fc.record({
  kind: kind("goal"),
  id: name(goals),
  status: fc.constantFrom("in-progress" as const, "done" as const, "dropped" as const),
  supports: seldom(fc.subarray(items, { maxLength: 2 }), []),
  parent: maybe(goals),
  /** Further goals above it. */
  serves: seldom(fc.subarray(goals, { maxLength: 2 }), []),
  edition: fc.constantFrom("", "moved"),
  team: seldom(maybe(["t1", "T2", "nobody"]), undefined),
  owner: seldom(maybe(people), undefined),
  goalKind: fc.constantFrom(...(["objective", "objective", "theme", "key-result"] as const)),
  /** Days before the history begins, or after; some come of age while it goes on. */
  madeDaysAgo: fc.constantFrom(undefined, 2, 14 - 1 / 48, 30),
  startOn: fc.constantFrom(undefined, undefined, "2026-02-01", "2026-03-03"),
  canHoldGoal: fc.constantFrom(undefined, undefined, true, false),
});
export const personStep = fc.record({
  kind: kind("person"),
  id: name(people),
  team: maybe(units),
  manager: maybe(people),
  employment: fc.constantFrom("active" as const, "inactive" as const),
  /** The same address for two people makes both ambiguous. */
  email: maybe(people),
  externalId: seldom(maybe(people), undefined),
});
export const accountStep = fc.record({
  kind: kind("account"),
  id: name(people),
  email: maybe(people),
  /** Two proofs that name two people prove nothing. */
  externalId: seldom(maybe(people), undefined),
});
export const unitStep = fc.record({
  kind: kind("unit"),
  id: name(units),
  name: name(["t1", "T2", "Reds"]),
  parent: maybe(units),
  originalKind: name(["team", "department"]),
  level: fc.constantFrom(2, 3),
});
export const removal = fc.record({
  kind: kind("removal"),
  id: fc.oneof(
    { arbitrary: name(items).map(itemId), weight: 4 },
    name(goals).map(goalId),
    name(people).map(personId),
    name(people).map(accountId),
    name(units).map(unitId),
  ),
});
/** Steps that bring a change of a source's record. */
export const recordStep = fc.oneof(
  { arbitrary: itemStep, weight: 12 },
  { arbitrary: goalStep, weight: 3 },
  { arbitrary: personStep, weight: 3 },
  { arbitrary: accountStep, weight: 2 },
  { arbitrary: unitStep, weight: 2 },
  { arbitrary: removal, weight: 4 },
);

export const matchStep = fc.record({
  kind: kind("match"),
  account: name(people),
  person: maybe(people),
  isWithdrawn: fc.boolean(),
});
const linkStep = fc.record({
  kind: kind("person-link"),
  from: name(items),
  to: name(goals),
  isWithdrawn: fc.boolean(),
  expiresInMinutes: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
});
const connectionStep = fc.record({
  kind: kind("connection"),
  id: fc.constantFrom(...connections),
  /** A removed connection is gone for good, and with it most of what can happen: it is rare. */
  becomes: fc.oneof(
    { arbitrary: fc.constant("fresh" as const), weight: 8 },
    {
      arbitrary: fc.constantFrom("paused" as const, "resumed" as const, "degraded" as const),
      weight: 4,
    },
    { arbitrary: fc.constant("removed" as const), weight: 1 },
  ),
});
const ruleStep = fc.record({
  kind: kind("rule"),
  rule: name(rules.map((rule) => rule.name)),
  isEnabled: seldom(fc.boolean(), true),
  isStrict: seldom(fc.boolean(), true),
  /** Whose work is allowed to stand outside strategy, where it is a team's and not a kind of work. */
  allowedTeam: maybe(["t1", "T2", "Reds", unitId("d1")]),
});
const clockStep = fc.record({
  kind: kind("clock"),
  minutes: seldom(fc.integer({ min: 1, max: 150 }), 10),
});

export const step = fc.oneof(
  { arbitrary: recordStep, weight: 40 },
  { arbitrary: matchStep, weight: 2 },
  { arbitrary: linkStep, weight: 2 },
  { arbitrary: connectionStep, weight: 2 },
  { arbitrary: ruleStep, weight: 1 },
  { arbitrary: linkRuleStep, weight: 3 },
  { arbitrary: clockStep, weight: 1 },
);
export type StepOf<A> = A extends fc.Arbitrary<infer S> ? S : never;
export type RecordStep = StepOf<typeof recordStep>;
export type Step = StepOf<typeof step>;

export const beginning: readonly Change[] = [
  upserted(orgUnit("d1", { originalKind: "department", level: 2 })),
  upserted(orgUnit("t1", { parentId: unitId("d1") })),
  upserted(orgUnit("t2", { parentId: unitId("d1") })),
  ...people.map((id) => upserted(account(id))),
  ...people.map((id, index) => upserted(person(id, { unitId: unitId(units[index % 2] ?? "t1") }))),
];

/** Lets one step happen to a hub; its stream is left for the caller to run. */
export async function take(hub: MemoryHub, given: Step, turn: number): Promise<void> {
  switch (given.kind) {
    case "match":
      return putMatch(hub, given);
    case "person-link":
      return putLink(hub, given);
    case "connection":
      return changeConnection(hub, given);
    case "rule":
      return hub.setRule(given.rule, { isEnabled: given.isEnabled, options: optionsOf(given) });
    case "link-rule":
      return putLinkRule(hub, given);
    case "clock":
      return hub.clock.advance(given.minutes * minuteMs);
    default:
      return void (await hub.store(changeOf(given, turn)));
  }
}

export function changeOf(given: RecordStep, version: number): Change {
  switch (given.kind) {
    case "item":
      return itemChange(given, version);
    case "goal":
      return goalChange(given, version);
    case "person":
      return personChange(given, version);
    case "account":
      return upserted(
        account(given.id, { version, ...emailOf(given.email), ...externalIdOf(given) }),
      );
    case "unit": {
      const { id, parent, kind: _kind, ...fields } = given;
      const home = parent !== undefined && { parentId: unitId(parent) };
      return upserted(orgUnit(id, { version, ...fields, ...home }));
    }
    case "removal":
      return removed(given.id, version);
  }
}

function goalChange(given: Extract<RecordStep, { kind: "goal" }>, version: number): Change {
  const below = given.supports.map((item) => linkTo(itemId(item), goalId(given.id)));
  const above = given.serves.map((to) => linkTo(goalId(given.id), goalId(to)));
  const edges = [...below, ...above];
  const record = goal(given.id, {
    version,
    status: given.status,
    title: `Goal ${given.id} ${given.edition}`,
    kind: given.goalKind,
    ...(given.canHoldGoal !== undefined && { canHoldGoal: given.canHoldGoal }),
    ...(given.startOn !== undefined && { startOn: CalendarDate.parse(given.startOn) }),
    ...(given.madeDaysAgo !== undefined && {
      createdAt: instantOf(beginMs - given.madeDaysAgo * dayMs),
    }),
    ...(given.owner !== undefined && { ownerId: accountId(given.owner) }),
    ...(given.team !== undefined && { teamName: given.team }),
    ...(given.parent !== undefined && { parentId: goalId(given.parent) }),
  });
  return upserted(record, edges);
}

/** A record without an address keeps none; the fixtures would give it one. */
function emailOf(owner: string | undefined): { workEmail: string } {
  // An absent field is what the store makes of undefined; the fixtures' types want a text.
  return { workEmail: (owner === undefined ? undefined : `${owner}@company.example`) as string };
}

function externalIdOf({ externalId }: { externalId: string | undefined }): { externalId?: string } {
  return externalId === undefined ? {} : { externalId };
}

function personChange(given: StepOf<typeof personStep>, version: number): Change {
  const record = person(given.id, {
    version,
    employmentStatus: given.employment,
    ...emailOf(given.email),
    ...externalIdOf(given),
    ...(given.team !== undefined && { unitId: unitId(given.team) }),
    ...(given.manager !== undefined && { managerId: personId(given.manager) }),
  });
  return upserted(record);
}

function itemChange(given: StepOf<typeof itemStep>, version: number): Change {
  const id = itemId(given.id);
  const record = workItem(given.id, {
    version,
    status: given.status,
    canHoldGoal: given.canHoldGoal,
    title: `Work ${given.id} ${given.edition}`,
    key: `${given.id}${given.edition}`,
    url: `https://tool.example/${given.edition}${given.id}`,
    ...(given.label !== undefined && { labels: [given.label] }),
    ...(given.section !== undefined && { section: given.section }),
    ...(given.investment !== undefined && { fields: { Investment: given.investment } }),
    ...(given.dueOn !== undefined && { dueOn: given.dueOn as never }),
    ...(given.team !== undefined && { teamName: given.team }),
    ...(given.parent !== undefined && { parentId: itemId(given.parent) }),
    ...(given.parent !== undefined &&
      given.other !== undefined && { otherParentIds: [itemId(given.other)] }),
    ...(given.assignee !== undefined && { assigneeId: accountId(given.assignee) }),
  });
  return upserted(record, [
    ...given.links.map((to) => linkTo(id, goalId(to))),
    ...given.blockers.map((other) => blockedBy(id, itemId(other))),
  ]);
}

async function putMatch(hub: MemoryHub, given: StepOf<typeof matchStep>): Promise<void> {
  const key = matchKey(accountId(given.account));
  if (given.isWithdrawn) {
    await hub.table.write({ kind: "delete", key, condition: [] });
    return;
  }
  const match: Match = {
    type: "match",
    accountId: accountId(given.account),
    ...(given.person !== undefined && { personId: personId(given.person) }),
    connectionId: workConnection,
    createdAt: hub.clock.now(),
  };
  const item = { ...toAttributes(match), lpk: lists.matches, lsk: match.accountId, ...key };
  await hub.table.write({ kind: "put", item, condition: [] });
}

async function putLink(hub: MemoryHub, given: StepOf<typeof linkStep>): Promise<void> {
  const ends = { fromId: itemId(given.from), toId: goalId(given.to), source: "person" as const };
  if (given.isWithdrawn) {
    await endPersonLink(hub.table, ends, hub.clock.now());
    return;
  }
  const minutes = given.expiresInMinutes;
  const link: Link = {
    type: "link",
    ...ends,
    confidence: 1,
    createdAt: hub.clock.now(),
    ...(minutes !== undefined && { expiresAt: instantOf(hub.clock.nowMs() + minutes * minuteMs) }),
  };
  await statePersonLink(hub.table, link, []);
}

async function changeConnection(
  hub: MemoryHub,
  { id, becomes }: StepOf<typeof connectionStep>,
): Promise<void> {
  if (becomes === "removed") return hub.removeConnection(id);
  const now = hub.clock.now();
  const fresh = (connection: Connection): Connection => ({
    ...connection,
    freshAt: now,
    status: connection.status === "degraded" ? "active" : connection.status,
  });
  const as = (status: Connection["status"]) => (connection: Connection) => ({
    ...connection,
    status,
  });
  const changes = {
    fresh,
    paused: as("paused"),
    resumed: as("active"),
    degraded: as("degraded"),
  };
  await hub.changeConnection(id, changes[becomes]);
}

function optionsOf({ rule, isStrict, allowedTeam }: StepOf<typeof ruleStep>) {
  if (rule === "unlinked-work" && allowedTeam !== undefined) {
    return { allowances: [{ reason: "Their work", teams: [allowedTeam] }] };
  }
  if (isStrict) return {};
  return lenient[rule] ?? {};
}

const lenient: Readonly<Record<string, RuleSettings["options"]>> = {
  "unlinked-work": { allowances: [{ reason: "Known work", originalKinds: ["Epic"] }] },
  "too-many-objectives": { most: 2 },
  "floating-goal": { days: 0, topKinds: ["theme", "objective"] },
  "goal-without-work": { days: 0 },
  "blocked-across-boundary": { ignoreLevels: ["department"], onlyStarted: true },
};
