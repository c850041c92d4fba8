import type { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { CalendarDate, dayMs, instantOf } from "#shared/model/time.ts";
import { accountId, goal, goalId, itemId, workItem } from "#shared/testing/facts.ts";

import { goalNames } from "./command.ts";
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

/** A line of 62, one under the other. */
export function deepItems(): readonly WorkItem[] {
  return Array.from({ length: 62 }, (_, at) =>
    workItem(`d${at}`, at === 0 ? {} : { parentId: itemId(`d${at - 1}`) }),
  );
}
