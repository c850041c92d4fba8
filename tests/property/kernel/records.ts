import type { Link } from "#shared/model/edges.ts";
import type { Account, Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import { LinkRule } from "#shared/model/link-rule.ts";
import { CalendarDate, dayMs, instantOf } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  workItem,
} from "#shared/testing/facts.ts";

import { goalNames, peopleNames, unitNames } from "./command.ts";
import type { CommandOf } from "./command.ts";

/** Read now, as its source last changed it. */
function heard(
  { heardDaysAgo, dueOn }: Pick<CommandOf<"put">, "heardDaysAgo" | "dueOn">,
  nowMs: number,
) {
  return {
    sourceVersion: nowMs - heardDaysAgo * dayMs,
    readAt: instantOf(nowMs),
    ...(dueOn !== undefined && { dueOn: CalendarDate.parse(dueOn) }),
  };
}

/** The goal of a command at a moment. */
export function goalOf(given: CommandOf<"goal">, nowMs: number): Goal {
  const { agedInMs, startOn, owner, team } = given;
  return goal(given.goal, {
    status: given.status,
    ...heard(given, nowMs),
    ...(given.heardDaysAgo !== 25 && { progress: 0.5 }),
    kind: given.goalKind as Goal["kind"],
    ...(agedInMs !== undefined && {
      createdAt: instantOf(nowMs + agedInMs - 14 * dayMs),
    }),
    ...(startOn !== undefined && { startOn: CalendarDate.parse(startOn) }),
    ...(owner !== undefined && { ownerId: accountId(owner) }),
    ...(team !== undefined && { teamName: team }),
    ...(given.parent !== undefined && { parentId: goalId(given.parent) }),
  });
}

/** The item of a command at a moment. */
export function itemOf(given: CommandOf<"put">, nowMs: number): WorkItem {
  const { parent, others, assignee, team } = given;
  return workItem(given.item, {
    status: given.status,
    kind: given.workKind as WorkItem["kind"],
    canHoldGoal: given.canHoldGoal,
    ...heard(given, nowMs),
    ...(parent !== undefined && { parentId: itemId(parent) }),
    ...(others.length > 0 && { otherParentIds: others.map(itemId) }),
    ...(assignee !== undefined && { assigneeId: accountId(assignee) }),
    ...(team !== undefined && { teamName: team }),
  });
}

/** The link rule of a command at a moment. */
export function linkRuleOf(given: CommandOf<"link-rule">, nowMs: number): LinkRule {
  const now = instantOf(nowMs);
  return LinkRule.parse({
    type: "link-rule",
    id: "linkrule_0000000001",
    name: "What serves it",
    filter: given.filter,
    goalId: goalId(given.goal),
    confidence: 0.7,
    isEnabled: given.isEnabled,
    createdAt: now,
    updatedAt: now,
    revision: 1,
    ...(given.expiresInMs !== undefined && { expiresAt: instantOf(nowMs + given.expiresInMs) }),
  });
}

/** Only homes that come before it by name, so that nothing goes round. */
export function tidied({ parentId, otherParentIds = [], ...item }: WorkItem): WorkItem {
  const others = otherParentIds.filter((id) => id < item.id);
  return {
    ...item,
    ...(parentId !== undefined && parentId < item.id && { parentId }),
    ...(others.length > 0 && { otherParentIds: others }),
  };
}

export function endsOf({ from, to, source: by }: CommandOf<"unlink"> | CommandOf<"link">) {
  const isGoal = goalNames.some((name) => name === from);
  const fromId = isGoal ? goalId(from) : itemId(from);
  return { fromId, toId: goalId(to), source: by as Link["source"] };
}

export function linkName({
  from,
  to,
  source: by,
}: CommandOf<"unlink"> | CommandOf<"link">): string {
  return `${from} ${to} ${by}`;
}

/** Who is there from the beginning, by name; the last is in no unit as yet. */
export function firstPeople(): Map<string, Person> {
  const placed = unitNames.slice(0, -1);
  return new Map(
    peopleNames.map((name, at) => {
      const unit = placed[at];
      return [name, person(name, unit === undefined ? {} : { unitId: unitId(unit) })];
    }),
  );
}

export function personOf({ person: name, unit, manager, hasLeft }: CommandOf<"person">): Person {
  return person(name, {
    employmentStatus: hasLeft ? "inactive" : "active",
    ...(unit !== undefined && { unitId: unitId(unit) }),
    ...(manager !== undefined && { managerId: personId(manager) }),
  });
}

export function accountOf({ account: name, isActive }: CommandOf<"account">): Account {
  return account(name, { isActive });
}

export function unitOf({ unit, name, parent, boundTo, endOn }: CommandOf<"unit">): OrgUnit {
  return orgUnit(unit, {
    name,
    ...(endOn !== undefined && { endOn: CalendarDate.parse(endOn) }),
    ...(parent !== undefined && { parentId: unitId(parent) }),
    ...(boundTo !== undefined && { boundToId: unitId(boundTo), isDeliveryTeam: true }),
  });
}

/** A line of 62, one under the other. */
export function deepItems(): readonly WorkItem[] {
  return Array.from({ length: 62 }, (_, at) =>
    workItem(`d${at}`, at === 0 ? {} : { parentId: itemId(`d${at - 1}`) }),
  );
}
