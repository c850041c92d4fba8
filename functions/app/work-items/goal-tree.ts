import type { MemoryGraph } from "#shared/graph/view.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";

import type { Seen, Snapshot } from "./snapshot.ts";

/** What hangs under a goal: items that link to it, and work whose line of sight passes through it. */
export interface GoalCounts {
  readonly linkedItems: number;
  readonly openWork: number;
  readonly closedWork: number;
}

export interface GoalNode {
  readonly goal: Goal;
  readonly counts: GoalCounts;
  readonly children: readonly GoalNode[];
}

const none: GoalCounts = { linkedItems: 0, openWork: 0, closedWork: 0 };

/** The goal above: the tool's own parent, else the surest asserted link to a goal that we hold. */
export function parentGoal(graph: MemoryGraph, goal: Goal): Goal | undefined {
  const parent = goal.parentId === undefined ? undefined : graph.goal(goal.parentId);
  if (parent) return parent;
  const link = graph
    .linksFrom(goal.id)
    .filter((candidate) => candidate.source !== "suggestion")
    .toSorted((a, b) => b.confidence - a.confidence || (a.toId < b.toId ? -1 : 1))
    .find((candidate) => candidate.toId !== goal.id && graph.goal(candidate.toId) !== undefined);
  return link && graph.goal(link.toId);
}

/** Work per goal: one pass over the lines of sight that the snapshot holds. */
export function countWork(snapshot: Snapshot): ReadonlyMap<GoalId, GoalCounts> {
  const counts = new Map<GoalId, GoalCounts>();
  const add = (id: GoalId, more: Partial<GoalCounts>) => {
    const own = counts.get(id) ?? none;
    counts.set(id, {
      linkedItems: own.linkedItems + (more.linkedItems ?? 0),
      openWork: own.openWork + (more.openWork ?? 0),
      closedWork: own.closedWork + (more.closedWork ?? 0),
    });
  };
  for (const seen of snapshot.seen) {
    if (seen.sight.verdict === "linked") {
      const work = isOpen(seen.item) ? { openWork: 1 } : { closedWork: 1 };
      for (const id of goalIdsOn(seen)) add(id, work);
    }
    for (const id of goalsLinkedFrom(snapshot, seen.item)) add(id, { linkedItems: 1 });
  }
  return counts;
}

/** Goals that the item links to, each once: by links that stand, be they its own or of link rules. */
export function goalsLinkedFrom(
  { graph, asOf }: Pick<Snapshot, "graph" | "asOf">,
  item: WorkItem,
): ReadonlySet<GoalId> {
  const standing = graph
    .linksOf(item)
    .filter(
      ({ source, expiresAt }) =>
        source !== "suggestion" && (expiresAt === undefined || expiresAt > asOf),
    );
  return new Set(standing.map(({ toId }) => toId));
}

function goalIdsOn(seen: Seen): readonly GoalId[] {
  // A hop of type goal holds a goal's id.
  return seen.sight.path.flatMap((hop) => (hop.type === "goal" ? [hop.id as GoalId] : []));
}

/** All goals as trees. Every goal is shown once; a cycle hangs under the root it is entered from. */
export function goalTree(snapshot: Snapshot): readonly GoalNode[] {
  const { graph } = snapshot;
  const counts = countWork(snapshot);
  const goals = [...graph.goals()].toSorted(byRankAndTitle);
  const children = new Map<GoalId, Goal[]>();
  const roots: Goal[] = [];
  for (const goal of goals) {
    const parent = parentGoal(graph, goal);
    if (!parent) roots.push(goal);
    else children.set(parent.id, [...(children.get(parent.id) ?? []), goal]);
  }
  const shown = new Set<GoalId>();
  const build = (goal: Goal): GoalNode => {
    shown.add(goal.id);
    const below = (children.get(goal.id) ?? []).filter((child) => !shown.has(child.id));
    return { goal, counts: counts.get(goal.id) ?? none, children: below.map(build) };
  };
  const trees = roots.map(build);
  // What is left has a parent and no root above it: members of cycles.
  for (const goal of goals) if (!shown.has(goal.id)) trees.push(build(goal));
  return trees;
}

const kindRank: readonly Goal["kind"][] = ["theme", "objective", "key-result", "initiative"];

function byRankAndTitle(a: Goal, b: Goal): number {
  return (
    kindRank.indexOf(a.kind) - kindRank.indexOf(b.kind) ||
    a.title.localeCompare(b.title, "en") ||
    (a.id < b.id ? -1 : 1)
  );
}
