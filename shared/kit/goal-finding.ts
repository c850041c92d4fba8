import { knownSince } from "#shared/graph/goal-tree.ts";
import { goalSources, teamSources } from "#shared/graph/rests-on.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Goal } from "#shared/model/facts.ts";
import { shortText } from "#shared/model/facts.ts";
import type { ConnectionId, GoalId, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf, startOfDay } from "#shared/model/time.ts";

import type { Delta, Touch } from "./rule.ts";

/*
 * What the rules about goals say and follow alike.
 */

/** Subjects of these rules are goals: `subjects` and `touched` give nothing else. */
export function asGoalId(id: SubjectId): GoalId {
  return id as GoalId;
}

const kindsInWords = {
  theme: "theme",
  objective: "objective",
  "key-result": "key result",
  initiative: "initiative",
} as const satisfies Record<Goal["kind"], string>;

/** `The key result “Twelve signed contracts”`; a longer title is cut. */
export function theGoal({ kind, title }: Goal): string {
  return `The ${kindsInWords[kind]} “${shortText(title, 160) ?? ""}”`;
}

/** So many days after a moment; of a moment that nobody noted nothing is said. */
export function daysAfter(moment: Instant | undefined, days: number): Instant | undefined {
  return moment === undefined ? undefined : instantOf(epochMsOf(moment) + days * dayMs);
}

/** When the goal began to count: with its period, or with itself where that is later or all there is. */
export function beganAt(goal: Goal): Instant | undefined {
  const { startOn, createdAt } = goal;
  if (startOn === undefined) return knownSince(goal);
  const start = startOfDay(startOn);
  return createdAt !== undefined && createdAt > start ? createdAt : start;
}

/** Every source that may hold a goal, and who says whose this one is. */
export function sourcesOfGoal(view: GraphView, goal: Goal): readonly ConnectionId[] {
  const { teamName, ownerId } = goal;
  const ownership = {
    ...(teamName !== undefined && { teamName }),
    ...(ownerId !== undefined && { assigneeId: ownerId }),
  };
  return [...goalSources(view.sources), ...teamSources(view.org, ownership)];
}

/** What evidence repeats of a goal, and whose it is. */
export const toldOfGoal = ["title", "url", "ownerId", "teamName"] as const;

const everything: readonly Touch[] = [{ kind: "all" }];
const whatIsOpen: readonly Touch[] = [{ kind: "open" }];

/** Changes that bear on every rule about goals alike: sources, settings, and whose a goal is; else undefined. */
export function touchedAround(delta: Delta): readonly Touch[] | undefined {
  switch ((delta.after ?? delta.before)?.type) {
    case "connection":
    case "rule-settings":
      return everything;
    case "person":
    case "account":
    case "match":
    case "membership":
    case "same-person":
    case "org-unit":
      return whatIsOpen;
    default:
      return undefined;
  }
}
