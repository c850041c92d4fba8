import * as z from "zod";

import { aboveGoal, knownSince } from "#shared/graph/goal-tree.ts";
import type { Above } from "#shared/graph/goal-tree.ts";
import { edgeSources } from "#shared/graph/rests-on.ts";
import { incompleteBecause } from "#shared/graph/sources.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { leaderOfTeams, teamsOn } from "#shared/kit/circle-finding.ts";
import { goalEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import {
  asGoalId,
  daysAfter,
  sourcesOfGoal,
  theGoal,
  toldOfGoal,
  touchedAround,
} from "#shared/kit/goal-finding.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { GoalKind, isOpen } from "#shared/model/facts.ts";
import type { Goal } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";
import { isIdOf, readFactId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";

const Options = z.strictObject({
  days: z.int().min(0).max(365).default(14).meta({
    title: "Days",
    description:
      "How long a goal may stand alone, counted from when its tool says that it was made, or else from when the hub first read it.",
  }),
  topKinds: z.array(GoalKind).default(["theme"]).meta({
    title: "Top of the tree",
    description:
      "Kinds of goals that need serve no other. Where the tree begins with objectives, say so here: `theme`, `objective`.",
  }),
});
type Options = z.infer<typeof Options>;
type Alone = Extract<Above, { serves: false }>;

/**
 * An open goal that serves no other, though its tool could say which. A goal whose parent was never read
 * is none: nobody knows what it serves. One in a circle is told of by the rule for circles.
 */
export const floatingGoal = defineRule<Options>({
  name: "floating-goal",
  title: "Goal that serves no other",
  why: "Whoever works for this goal cannot see what it is for, and it competes for people with goals that the strategy rests on.",
  nextStep:
    "Name the goal above it, in its own tool. If nothing above asks for it, decide whether it should go on.",
  options: Options,
  defaults: { graceMinutes: 60, delivery: "digest" },
  reads: "next-above",
  turnsWithTime: true,
  leaderOf: leaderOfTeams,

  touched(delta: Delta): readonly Touch[] {
    if (delta.buriedId !== undefined) {
      const isGoal = readFactId(delta.buriedId)?.type === "goal";
      // The type of an id is what the id itself says.
      return isGoal ? [{ kind: "goals-below", goalId: delta.buriedId as GoalId }] : [];
    }
    const link = delta.after ?? delta.before;
    if (link?.type === "link") {
      return isIdOf("goal", link.fromId) ? [{ kind: "subject", id: link.fromId }] : [];
    }
    return touchedAround(delta) ?? touchedByGoal(delta);
  },

  *subjects(graph) {
    for (const goal of graph.goals()) if (isOpen(goal)) yield goal.id;
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    const goal = view.goal(asGoalId(subjectId));
    if (!goal) return { state: "cleared", because: "removed" };
    if (!isOpen(goal)) return { state: "cleared", because: "closed" };
    if (options.topKinds.includes(goal.kind)) return { state: "cleared", because: "top-of-tree" };
    if (goal.canHoldGoal === false) return { state: "cleared", because: "tool-cannot-hold-link" };
    const above = aboveGoal(view, goal, now);
    if (above.serves) return { state: "cleared", because: "serves-a-goal" };
    const incomplete = incompleteBecause(view.sources, goal.connectionId);
    if (incomplete) return { state: "unknown", because: incomplete };
    if (above.reason === "parent-unread") return { state: "cleared", because: "parent-unread" };
    const isDue = daysAfter(knownSince(goal), options.days);
    if (isDue === undefined) return { state: "cleared", because: "age-unknown" };
    if (now < isDue) return { state: "cleared", because: "too-new", turnsAt: isDue };
    return opened(view, goal, above);
  },
});

function opened(view: GraphView, goal: Goal, { reason, dropped }: Alone): Evaluation {
  const teamIds = teamsOn(view, [goal]);
  const since = knownSince(goal);
  const links = view.linksFrom(goal.id);
  const sinceWhen =
    since === undefined
      ? ""
      : ` It was ${goal.createdAt === undefined ? "first read" : "made"} on ${dateOf(since)}.`;
  return {
    state: "open",
    severity: goal.kind === "objective" ? "warning" : "info",
    title: `Serves no other goal: ${goal.title}`,
    evidence: {
      sentence: `${theGoal(goal)} serves no other goal${because(reason)}.${sinceWhen}`,
      path: [nodeOf(goal, "subject"), ...dropped.map((one) => nodeOf(one, "ancestor"))],
      facts: { kind: goal.kind, reason },
    },
    teamIds,
    connectionIds: [goal.connectionId],
    restsOn: [...sourcesOfGoal(view, goal), ...links.flatMap(edgeSources)],
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

function because(reason: Alone["reason"]): string {
  switch (reason) {
    case "parent-removed":
      return ": the one above it was deleted";
    case "parent-dropped":
      return ": the one above it was dropped";
    case "link-expired":
      return ": its link to one has expired";
    default:
      return "";
  }
}

function nodeOf(goal: Goal, role: "subject" | "ancestor") {
  return { id: goal.id, role, label: goal.title, ...(goal.url !== undefined && { url: goal.url }) };
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const { id } = any;
  const own: readonly Touch[] = matters(was, is)
    ? [{ kind: "subject", id }]
    : isTold(was, is)
      ? [{ kind: "subject", id, onlyOpen: true }]
      : [];
  return isOtherAbove(was, is) ? [...own, { kind: "goals-below", goalId: id }] : own;
}

/** To those below, unread, removed, dropped and served are four different answers. */
function isOtherAbove(was: Goal | undefined, is: Goal | undefined): boolean {
  if (!was || !is) return true;
  if ((was.status === "dropped") !== (is.status === "dropped")) return true;
  // Of one that was dropped, they show the name.
  return is.status === "dropped" && differ(was, is, ["title", "url"]);
}

function matters(was: Goal | undefined, is: Goal | undefined): boolean {
  if (!was || !is) return true;
  const fields = ["kind", "parentId", "canHoldGoal", "createdAt", "seenAt"] as const;
  return isOpen(was) !== isOpen(is) || differ(was, is, fields);
}

function isTold(was: Goal | undefined, is: Goal | undefined): boolean {
  return differ(was, is, [...toldOfGoal]);
}
