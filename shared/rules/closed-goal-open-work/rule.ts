import * as z from "zod";

import { linksBetween, linkersMax, workLinkedTo } from "#shared/graph/goal-tree.ts";
import { edgeSources } from "#shared/graph/rests-on.ts";
import type { GraphView } from "#shared/graph/view.ts";
import {
  connectionsOf,
  leaderOfTeams,
  nameOf,
  quoted,
  standingStill,
  teamsOn,
} from "#shared/kit/circle-finding.ts";
import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import {
  asGoalId,
  sourcesOfGoal,
  theGoal,
  toldOfGoal,
  touchedAround,
} from "#shared/kit/goal-finding.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { EvidenceNode } from "#shared/model/signal.ts";

const Options = z.strictObject({});
type Options = z.infer<typeof Options>;

/** Items that evidence lists, of which the sentence names the first. */
const [listedMax, namedMax] = [10, 3];

/** Up to the first of these every item counts; beyond, only a step is told, so that few changes are news. */
const steps = [20, 50, 100, 200, 500, linkersMax];

/**
 * A goal that is done, while open work still links to it. Work below linked work is not counted: it is
 * closed with it, or by itself. Of a goal that was dropped `unlinked-work` tells item by item, wherever
 * nothing else supports the work; this rule leaves dropped goals alone, so that nothing is told twice.
 * Nor does it count what link rules give the goal, which is in no index.
 */
export const closedGoalOpenWork = defineRule<Options>({
  name: "closed-goal-open-work",
  title: "Open work for a goal that is done",
  why: "People still work for something that the company counts as achieved or ended: they may be needed elsewhere, or the goal is not done.",
  nextStep:
    "Finish or stop the work, link what should go on to the goal that it serves now, or open the goal again.",
  options: Options,
  defaults: { graceMinutes: 24 * 60 },
  reads: "under-goal",
  restsOnBelow: (found) => found.state === "open" || found.because === "no-open-work",
  leaderOf: leaderOfTeams,

  touched(delta: Delta): readonly Touch[] {
    // Whatever was never read had no open work to count.
    if (delta.buriedId !== undefined) return [];
    const thing = delta.after ?? delta.before;
    switch (thing?.type) {
      case "link":
        return [{ kind: "subject", id: thing.toId, onlyOpen: delta.after === undefined }];
      case "work-item":
        return touchedByItem(delta);
      default:
        return touchedAround(delta) ?? touchedByGoal(delta);
    }
  },

  *subjects(graph) {
    for (const goal of graph.goals()) if (goal.status === "done") yield goal.id;
  },

  evaluate({ view, subjectId, now }): Evaluation {
    const goal = view.goal(asGoalId(subjectId));
    if (!goal) return { state: "cleared", because: "removed" };
    if (goal.status === "dropped") return { state: "cleared", because: "goal-dropped" };
    if (goal.status !== "done") return { state: "cleared", because: "goal-open" };
    const { items, isMore } = workLinkedTo(view, goal.id, now);
    const open = items.filter(isOpen);
    if (open.length === 0) return { state: "cleared", because: "no-open-work" };
    // Their tools may have closed them long ago.
    const still = standingStill(view.sources, connectionsOf([goal, ...open]));
    if (still !== undefined) return { state: "unknown", because: still };
    const links = open.flatMap((item) => linksBetween(view, item.id, goal.id, now));
    const sources = [...links.flatMap(edgeSources), ...connectionsOf(open)];
    return {
      ...opened(view, { goal, open, isMore }),
      restsOn: sources.concat(sourcesOfGoal(view, goal)),
    };
  },
});

interface Found {
  readonly goal: Goal;
  readonly open: readonly WorkItem[];
  readonly isMore: boolean;
}

function opened(view: GraphView, { goal, open, isMore }: Found) {
  const teamIds = teamsOn(view, [goal]);
  const { count, words } = countOf(open.length, isMore);
  const named = open.slice(0, namedMax).map(quoted);
  return {
    state: "open" as const,
    severity: "warning" as const,
    title: `Done, with ${words}: ${goal.title}`,
    evidence: {
      sentence: `${theGoal(goal)} is done, with ${words} linked to it: ${listed(named, open.length)}.`,
      path: [
        nodeOf(goal, "goal"),
        ...open.slice(0, listedMax).map((item) => nodeOf(item, "listed")),
      ],
      facts: { kind: goal.kind, openItems: count },
    },
    teamIds,
    connectionIds: [goal.connectionId],
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

/** `more than 50 open items`: of many, how many exactly matters to nobody, and would change all day. */
function countOf(
  seen: number,
  isMore: boolean,
): { readonly count: number; readonly words: string } {
  const [first = 0] = steps;
  const step = steps.findLast((one) => one < seen);
  if (step !== undefined)
    return { count: step, words: `more than ${step.toLocaleString("en")} open items` };
  const least = isMore ? "at least " : "";
  const count = Math.min(seen, first);
  return { count, words: `${least}${count} open ${count === 1 ? "item" : "items"}` };
}

/** Names, with a word for the others that does not change with each of them. */
function listed(named: readonly string[], all: number): string {
  if (all > named.length) return `${named.join(", ")} and others`;
  const last = named.at(-1) ?? "";
  return named.length < 2 ? last : `${named.slice(0, -1).join(", ")} and ${last}`;
}

function nodeOf(node: Goal | WorkItem, role: EvidenceNode["role"]): EvidenceNode {
  return {
    id: node.id,
    role,
    label: nameOf(node),
    ...(node.url !== undefined && { url: node.url }),
  };
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const wasOpen = was !== undefined && isOpen(was);
  const isNowOpen = is !== undefined && isOpen(is);
  if (wasOpen !== isNowOpen) return [{ kind: "goals-of", itemId: any.id, onlyOpen: wasOpen }];
  const isTold = isNowOpen && differ(was, is, ["title", "key", "url"]);
  return isTold ? [{ kind: "goals-of", itemId: any.id, onlyOpen: true }] : [];
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const own = { kind: "subject" as const, id: any.id satisfies GoalId };
  if (!was || !is || was.status !== is.status) return [own];
  return differ(was, is, [...toldOfGoal, "kind"]) ? [{ ...own, onlyOpen: true }] : [];
}
