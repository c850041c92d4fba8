import { knownAbove, rightAbove } from "#shared/graph/known-above.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Reads } from "#shared/kit/rule.ts";
import type { ConnectionId, FactId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import {
  ConnectionId as ConnectionIdSchema,
  DependencyId,
  GoalId,
  WorkItemId as WorkItemIdSchema,
  readDependencyId,
} from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import type { GraphLoader } from "#shared/store/graph-loader.ts";

import type { Subject } from "./evaluate-subjects.ts";

/** Loads what the evaluations of these subjects read, and of what lies below them no more than they need. */
export async function loadAround(
  loader: GraphLoader,
  subjects: readonly Subject[],
  now: Instant,
): Promise<void> {
  const by = Map.groupBy(subjects, ({ active }) => active.rule.reads);
  const idsOf = (reads: Reads) => (by.get(reads) ?? []).flatMap(({ id }) => factsOf(id));
  const waiting = idsOf("waited-for").flatMap((id) => WorkItemIdSchema.safeParse(id).data ?? []);
  await Promise.all([
    loader.loadNodes(idsOf("subject")),
    loader.loadNextAbove([...idsOf("next-above"), ...idsOf("next-above-and-all-below")]),
    loader.loadCoverage((by.get("coverage") ?? []).flatMap(({ id }) => connectionsOf(id))),
    (by.get("goals") ?? []).length > 0 ? loader.loadGoals() : undefined,
    loader.loadUp([...idsOf("above"), ...idsOf("above-and-below")]),
    ...waiting.map((id) => loader.loadWaitedFor(id)),
  ]);
  const below = by.get("above-and-below") ?? [];
  const allBelow = by.get("next-above-and-all-below") ?? [];
  await Promise.all([
    ...below.map((subject) => loadBelow(loader, subject, now)),
    ...allBelow.map((subject) => loadAllBelow(loader, subject, now)),
    ...(by.get("under-goal") ?? []).map((subject) => loadUnderGoal(loader, subject, now)),
  ]);
}

/** As many as a loader asks for at once: to ask for more together makes none of them come sooner. */
const aheadMax = 32;

/** Some of the nodes that `loadAround` begins with, as far as a graph that was read before tells them. */
export function nodesAround(
  before: MemoryGraph,
  subjects: readonly Subject[],
): ReadonlySet<FactId> {
  const found = new Set<FactId>();
  for (const { active, id } of subjects) {
    for (const one of nodesRead(before, active.rule.reads, factsOf(id))) {
      found.add(one);
      if (found.size >= aheadMax) return found;
    }
  }
  return found;
}

function nodesRead(before: MemoryGraph, reads: Reads, ids: readonly FactId[]): Iterable<FactId> {
  switch (reads) {
    case "above":
    case "above-and-below":
      return knownAbove(before, ids);
    case "next-above":
    case "next-above-and-all-below":
      return ids.flatMap((id) => [id, ...rightAbove(before, id)]);
    default:
      return ids;
  }
}

/** Until something is found by which the evaluation is open no more: what is not read could only do the same. */
async function loadAllBelow(
  loader: GraphLoader,
  { active: { rule, options }, id: subjectId }: Subject,
  now: Instant,
): Promise<void> {
  const item = loader.graph.item(subjectId as WorkItemId);
  const isEnough = () =>
    rule.evaluate({ view: loader.graph, subjectId, options, now }).state !== "open";
  if (item) await loader.loadUnder(item, isEnough);
}

/** As long as what was not read yet could change the evaluation: most goals need nothing below them. */
async function loadUnderGoal(
  loader: GraphLoader,
  { active: { rule, options }, id: subjectId }: Subject,
  now: Instant,
): Promise<void> {
  const goal = GoalId.safeParse(subjectId);
  if (!goal.success) return;
  await loader.loadUnderGoal(goal.data, () => {
    const found = rule.evaluate({ view: loader.graph, subjectId, options, now });
    return rule.restsOnBelow?.(found) !== true;
  });
}

function connectionsOf(id: SubjectId): readonly ConnectionId[] {
  const parsed = ConnectionIdSchema.safeParse(id);
  return parsed.success ? [parsed.data] : [];
}

/** Until the first witness is found: of those that were entered, in their order, it is the first of all. */
async function loadBelow(
  loader: GraphLoader,
  { active, id }: Subject,
  now: Instant,
): Promise<void> {
  const { rule, options } = active;
  // Only work items are in the graph as items.
  const item = loader.graph.item(id as WorkItemId);
  if (!item) return;
  const input = { view: loader.graph, subjectId: id, options, now };
  await loader.loadUnderClosed(item, {
    isEnough: (entered) => {
      const found = rule.evaluate(input);
      if (found.state !== "open") return rule.restsOnBelow?.(found) !== true;
      return found.evidence.path.some((node) => node.id !== id && entered.has(node.id));
    },
    goesOnBelow: (child) => rule.entersBelow?.(input, child) ?? true,
  });
}

/** The facts that an evaluation of the subject starts from. */
function factsOf(id: SubjectId): readonly FactId[] {
  const edge = DependencyId.safeParse(id);
  if (edge.success) {
    const { blockedId, blockingId } = readDependencyId(edge.data);
    return [blockedId, blockingId];
  }
  const item = WorkItemIdSchema.safeParse(id);
  if (item.success) return [item.data];
  const goal = GoalId.safeParse(id);
  return goal.success ? [goal.data] : [];
}
