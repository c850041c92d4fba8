import * as z from "zod";

import { hasGoalsBelow, workLinkedTo } from "#shared/graph/goal-tree.ts";
import { incompleteBecause } from "#shared/graph/sources.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { leaderOfTeams, teamsOn } from "#shared/kit/circle-finding.ts";
import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import {
  asGoalId,
  beganAt,
  daysAfter,
  sourcesOfGoal,
  theGoal,
  toldOfGoal,
  touchedAround,
} from "#shared/kit/goal-finding.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal } from "#shared/model/facts.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { ConnectionId, GoalId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

const Options = z.strictObject({
  days: z.int().min(0).max(365).default(14).meta({
    title: "Days",
    description:
      "How long after its period has begun a goal may be without work. Without a period it is counted from when its tool says that the goal was made, or else from when the hub first read it.",
  }),
});
type Options = z.infer<typeof Options>;

/**
 * An open goal with no goal below it, to which no work is linked. Done work counts as much as open work, only
 * dropped work does not; and so does a goal below it that is done. A goal to which a link rule gives work is
 * never one: what the rule finds is in no index, so nobody looks.
 */
export const goalWithoutWork = defineRule<Options>({
  name: "goal-without-work",
  title: "Goal with no work",
  why: "Nothing that anybody does leads to this goal, as far as the tools tell: it will not be reached by itself.",
  nextStep:
    "Link the work that serves it, or plan some. If nobody means to work for it any more, drop it.",
  options: Options,
  defaults: { graceMinutes: 24 * 60 },
  reads: "under-goal",
  restsOnBelow: (found) => found.state !== "cleared" || found.because === "work-unread",
  turnsWithTime: true,
  leaderOf: leaderOfTeams,

  touched(delta: Delta): readonly Touch[] {
    if (delta.buriedId !== undefined) return touchedByItem(delta.buriedId);
    const thing = delta.after ?? delta.before;
    switch (thing?.type) {
      case "link":
        return [{ kind: "subject", id: thing.toId, onlyOpen: isAdded(delta) }];
      case "work-item":
        return isOtherWork(delta) ? touchedByItem(thing.id) : [];
      case "link-rule":
        return touchedByRule(delta);
      default:
        return touchedAround(delta) ?? touchedByGoal(delta);
    }
  },

  *subjects(graph) {
    for (const goal of graph.goals()) if (isOpen(goal)) yield goal.id;
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    const goal = view.goal(asGoalId(subjectId));
    if (!goal) return { state: "cleared", because: "removed" };
    if (!isOpen(goal)) return { state: "cleared", because: "closed" };
    const given = view.linkRules.givenTo(goal.id, now);
    if (given) {
      const { until } = given;
      return { state: "cleared", because: "has-link-rule", ...(until && { turnsAt: until }) };
    }
    const began = beganAt(goal);
    const isDue = daysAfter(began, options.days);
    if (began === undefined || isDue === undefined) {
      return { state: "cleared", because: "age-unknown" };
    }
    if (now < isDue) return { state: "cleared", because: "too-early", turnsAt: isDue };
    return lookedUnder(view, goal, { now, began: dateOf(began) });
  },
});

interface Times {
  readonly now: Instant;
  /** The day since when it counts. */
  readonly began: CalendarDate;
}

function lookedUnder(view: GraphView, goal: Goal, { now, began }: Times): Evaluation {
  if (hasGoalsBelow(view, goal.id, now)) return { state: "cleared", because: "has-goals-below" };
  const { items, hasUnread, isMore } = workLinkedTo(view, goal.id, now);
  if (items.some(({ status }) => status !== "dropped")) {
    return { state: "cleared", because: "has-work" };
  }
  const incomplete = incompleteBecause(view.sources, goal.connectionId) ?? unseen(view);
  if (incomplete) return { state: "unknown", because: incomplete };
  // Whatever that is, somebody says that it serves the goal.
  if (hasUnread) return { state: "cleared", because: "work-unread" };
  if (isMore) return { state: "cleared", because: "too-many-links" };
  return opened(view, goal, began);
}

/** Any source may hold work that names the goal, so each must have been read whole and speak of now. */
function unseen({ sources }: GraphView): string | undefined {
  const works = [...sources.values()].filter(({ providesWork = true }) => providesWork);
  if (works.length === 0) return "no-work-connected";
  if (works.some(({ isReady }) => !isReady)) return "source-not-read-yet";
  return works.some(({ isStale }) => isStale) ? "source-stale" : undefined;
}

function opened(view: GraphView, goal: Goal, began: string): Evaluation {
  const teamIds = teamsOn(view, [goal]);
  const until = goal.dueOn === undefined ? "" : `, and it is due on ${goal.dueOn}`;
  return {
    state: "open",
    severity: "warning",
    title: `No work for ${goal.title}`,
    evidence: {
      sentence: `${theGoal(goal)} has counted since ${began}${until}, and no work is linked to it, done or open, nor any goal below it.`,
      path: [
        {
          id: goal.id,
          role: "goal",
          label: goal.title,
          ...(goal.url !== undefined && { url: goal.url }),
        },
      ],
      facts: {
        kind: goal.kind,
        since: began,
        ...(goal.dueOn !== undefined && { dueOn: goal.dueOn }),
      },
    },
    teamIds,
    connectionIds: [goal.connectionId],
    restsOn: restsOn(view, goal),
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

function restsOn(view: GraphView, goal: Goal): readonly ConnectionId[] {
  return [...sourcesOfGoal(view, goal), ...view.sources.keys()];
}

/** A link that comes can only end a finding; one that is told anew may have expired. */
function isAdded({ before, after }: Delta): boolean {
  return before === undefined && after !== undefined;
}

/** Whatever it links to by the word of others stands without it. */
function touchedByItem(id: string): readonly Touch[] {
  if (isIdOf("work-item", id)) return [{ kind: "goals-of", itemId: id }];
  return isIdOf("goal", id) ? [{ kind: "goals-above", goalId: id }] : [];
}

function isOtherWork(delta: Delta): boolean {
  const { was, is } = workItemEnds(delta);
  return !was || !is || (was.status === "dropped") !== (is.status === "dropped");
}

/** While a rule gives it work, nothing is said of a goal. */
function touchedByRule({ before, after }: Delta): readonly Touch[] {
  const ids = [before, after].flatMap((rule) => (rule?.type === "link-rule" ? rule.goalId : []));
  return [...new Set<GoalId>(ids)].map((id) => ({ kind: "subject", id }));
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const { id } = any;
  const isMoved = was?.parentId !== is?.parentId;
  const left: readonly Touch[] =
    isMoved && was?.parentId !== undefined ? [{ kind: "subject", id: was.parentId }] : [];
  const isOther = !was || !is || (was.status === "dropped") !== (is.status === "dropped");
  const above: readonly Touch[] =
    isMoved || isOther ? [{ kind: "goals-above", goalId: id }, ...left] : [];
  return [...ofItself(was, is, id), ...above];
}

function ofItself(was: Goal | undefined, is: Goal | undefined, id: GoalId): readonly Touch[] {
  const isOther = !was || !is || isOpen(was) !== isOpen(is);
  if (isOther || differ(was, is, ["startOn", "createdAt", "seenAt"])) {
    return [{ kind: "subject", id }];
  }
  const isTold = differ(was, is, [...toldOfGoal, "kind", "dueOn"]);
  return isTold ? [{ kind: "subject", id, onlyOpen: true }] : [];
}
