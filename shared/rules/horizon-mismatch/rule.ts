import * as z from "zod";

import { dependencyState } from "#shared/graph/dependency-state.ts";
import { surestFirst } from "#shared/graph/line-of-sight.ts";
import { standingOf } from "#shared/graph/link-standing.ts";
import { edgeSources, teamSources } from "#shared/graph/rests-on.ts";
import { isTeamUnreadable } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import {
  connectionsOf,
  leaderOfTeams,
  standingStill,
  teamsOn,
} from "#shared/kit/circle-finding.ts";
import { labelOf, nodeOf, routeOf } from "#shared/kit/owned-finding.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, DependencyId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { dependencyId, isDependencyId, readDependencyId } from "#shared/model/ids.ts";
import { daysBetween } from "#shared/model/time.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";

import { touchedOfDates } from "./touched.ts";

const Options = z.strictObject({
  toleranceDays: z.int().min(0).max(366).default(0).meta({
    title: "Days of tolerance",
    description: "Work that is due at most so many days too late is not spoken of.",
  }),
});
type Options = z.infer<typeof Options>;

/**
 * Dates that cannot both hold: work due after the end of the goal that it serves, or after the date of
 * what waits for it. The subject is the item, or the dependency.
 */
export const horizonMismatch = defineRule<Options>({
  name: "horizon-mismatch",
  title: "Due too late for what it serves",
  why: "As planned, the goal's period is over, or the waiting work is due, before this is done. One of the two dates is not going to hold, and both are counted on.",
  nextStep:
    "Decide which date gives way: bring the work forward, cut it down, or move the later date and tell those who rely on it.",
  options: Options,
  defaults: { graceMinutes: 240 },
  reads: "next-above",
  touched: touchedOfDates,

  *subjects(graph) {
    for (const { id, dueOn } of graph.items()) if (dueOn !== undefined) yield id;
    for (const edge of graph.dependencies()) {
      if (graph.item(edge.blockingId)?.dueOn === undefined) continue;
      yield dependencyId(edge.blockedId, edge.blockingId);
    }
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    if (isDependencyId(subjectId)) return ofDependency(view, subjectId, options);
    return ofItem(view, asWorkItemId(subjectId), { options, now });
  },
});

/** Other subjects of this rule are work items: `subjects` and `touched` give nothing else. */
function asWorkItemId(id: SubjectId): WorkItemId {
  return id as WorkItemId;
}

/** Later than the other day by more than is tolerated. */
function isAfter(day: CalendarDate, other: CalendarDate, { toleranceDays }: Options): boolean {
  return daysBetween(other, day) > toleranceDays;
}

interface Given {
  readonly options: Options;
  readonly now: Instant;
}

function ofItem(view: GraphView, id: WorkItemId, { options, now }: Given): Evaluation {
  const item = view.item(id);
  if (!item) return { state: "cleared", because: "removed" };
  const { dueOn } = item;
  if (!isOpen(item) || dueOn === undefined) return { state: "cleared", because: "nothing-due" };
  const { goals, isUnread } = goalsServed(view, item, now);
  const [last] = goals.toSorted((a, b) => ((a.dueOn ?? "") < (b.dueOn ?? "") ? 1 : -1));
  // One that goes on for longer, or without an end, is what the work may be for.
  const isTooLate =
    last !== undefined &&
    goals.every((goal) => goal.dueOn !== undefined && isAfter(dueOn, goal.dueOn, options));
  if (!isTooLate) return { state: "cleared", because: "in-time" };
  if (isUnread) return { state: "cleared", because: "goal-unread" };
  const still = standingStill(view.sources, [item.connectionId, last.connectionId]);
  if (still !== undefined) return { state: "unknown", because: still };
  return lateForGoal(view, item, { goal: last, days: daysBetween(last.dueOn ?? dueOn, dueOn) });
}

/** As many links as are looked at before one is sure to support. */
const linksMax = 50;

interface Served {
  /** Those that are open, to which links lead that hold. */
  readonly goals: readonly Goal[];
  /** One of them was never read: it may go on for longer. */
  readonly isUnread: boolean;
}

function goalsServed(view: GraphView, item: WorkItem, now: Instant): Served {
  const links = surestFirst(view.linksOf(item)).slice(0, linksMax);
  const standings = links.map((link) => standingOf(view, link, now));
  const goals = links.flatMap(({ toId }, at) =>
    standings[at] === "supports" ? (view.goal(toId) ?? []) : [],
  );
  return {
    goals: [...new Set(goals)].filter(isOpen),
    isUnread: standings.includes("goal-unread"),
  };
}

function lateForGoal(
  view: GraphView,
  item: WorkItem,
  { goal, days }: { readonly goal: Goal; readonly days: number },
): Evaluation {
  const { sources, ...route } = routeOf(view, item);
  return {
    state: "open",
    severity: "warning",
    title: `Due after its goal ends: ${labelOf(item)}`,
    evidence: {
      sentence: `The ${item.kind} “${item.title}” is due on ${item.dueOn}, ${inDays(days)} after the goal that it serves, “${goal.title}”, ends on ${goal.dueOn}.`,
      path: [nodeOf(item, "subject"), nodeOf(goal, "goal")],
      facts: { kind: "after-goal", daysLate: days },
    },
    ...route,
    restsOn: [...sources, goal.connectionId, ...view.linksOf(item).flatMap(edgeSources)],
  };
}

function inDays(days: number): string {
  return days === 1 ? "a day" : `${days} days`;
}

/** Between two teams it is for the rule about boundaries to say, which tells of the dates too. */
function ofDependency(view: GraphView, id: DependencyId, options: Options): Evaluation {
  const { blockedId, blockingId } = readDependencyId(id);
  const edge = view.dependency(blockedId, blockingId);
  const state = dependencyState(view, edge);
  if (state.state !== "waiting") return { state: "cleared", because: state.state };
  const { blocked, blocking, boundary } = state;
  if ([blocked, blocking].some((item) => isTeamUnreadable(view.org, item))) {
    return { state: "unknown", because: "record-unreadable" };
  }
  if (boundary && boundary.level !== "same-team") {
    return { state: "cleared", because: "told-by-blocked-across-boundary" };
  }
  const [needed, due] = [blocked.dueOn, blocking.dueOn];
  if (needed === undefined || due === undefined || !isAfter(due, needed, options)) {
    return { state: "cleared", because: "in-time" };
  }
  const both = [blocked, blocking];
  const still = standingStill(view.sources, connectionsOf(both));
  if (still !== undefined) return { state: "unknown", because: still };
  const asserted = edge ? edgeSources(edge) : [];
  return lateForWaiting(view, both, { days: daysBetween(needed, due), asserted });
}

function lateForWaiting(
  view: GraphView,
  both: readonly WorkItem[],
  { days, asserted }: { readonly days: number; readonly asserted: readonly ConnectionId[] },
): Evaluation {
  const [blocked, blocking] = both;
  const teamIds = teamsOn(view, both);
  const [needed, due] = both.map((item) => `“${labelOf(item)}”`);
  return {
    state: "open",
    severity: "warning",
    title: `Due after what waits for it: ${blocking ? labelOf(blocking) : ""}`,
    evidence: {
      sentence: `${needed} is due on ${blocked?.dueOn}, and waits for ${due}, which is due on ${blocking?.dueOn}: ${inDays(days)} too late.`,
      path: both.map((item, index) => nodeOf(item, index === 0 ? "blocked" : "blocking")),
      facts: { kind: "after-blocked", daysLate: days },
    },
    teamIds,
    connectionIds: connectionsOf(both),
    restsOn: [...asserted, ...both.flatMap((item) => teamSources(view.org, item))],
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}
