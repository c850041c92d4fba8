import { pathToAnchor } from "#shared/graph/line-of-sight.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { EvaluateInput, Evaluation, Rule } from "#shared/kit/rule.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import {
  DependencyId,
  GoalId,
  WorkItemId as WorkItemIdSchema,
  readDependencyId,
} from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import { linkRulesPartition } from "#shared/store/keys.ts";
import type { SetAside } from "#shared/store/set-aside.ts";

/** A graph, and what of it could not be read. */
export interface ReadGraph {
  readonly graph: MemoryGraph;
  readonly setAside: SetAside;
}

/**
 * What the rule says of the subject, as far as we could read it. A record or edge that does not parse is
 * unread: it proves neither that something is gone nor that nothing is there, so what stands, stands.
 */
export function evaluate(
  rule: Rule,
  {
    stored,
    ...input
  }: Omit<EvaluateInput<unknown>, "view"> & { readonly stored: Signal | undefined },
  { graph, setAside }: ReadGraph,
): Evaluation {
  if (setAside.count === 0) return rule.evaluate({ ...input, view: graph });
  const { subjectId } = input;
  const ids: readonly string[] = [subjectId, ...workItemsOf(subjectId)];
  if (ids.some((id) => setAside.partitions.has(id))) return unread;
  const evaluation = rule.evaluate({ ...input, view: graph });
  const read = { graph, setAside };
  const doubted = { rule, subjectId, stored };
  const isInDoubt =
    (evaluation.state === "open" && mayBeClear(doubted, read)) ||
    (evaluation.state === "cleared" && mayBeOpen({ ...doubted, evaluation }, read));
  return isInDoubt ? unread : evaluation;
}

const unread = { state: "unknown", because: "record-unreadable" } as const;

interface Doubted {
  readonly rule: Rule;
  readonly subjectId: SubjectId;
  readonly stored: Signal | undefined;
}

function mayBeClear({ rule, subjectId, stored }: Doubted, { graph, setAside }: ReadGraph): boolean {
  // A link rule that cannot be read may have linked what looks unlinked now.
  const isNew = stored?.state !== "open";
  if (isNew && setAside.partitions.has(linkRulesPartition)) return true;
  // What links to a goal, or is part of it, may be the work that it seems to lack.
  if (isNew && rule.reads === "under-goal" && setAside.parents.has(subjectId)) return true;
  // Nor may anything under it that cannot be read be taken for dead.
  return restsOnAllBelow(rule) && hidesBelow(graph, setAside, subjectId);
}

interface Cleared extends Doubted {
  readonly evaluation: Extract<Evaluation, { state: "cleared" }>;
}

function mayBeOpen({ subjectId, stored, evaluation }: Cleared, read: ReadGraph): boolean {
  const { graph, setAside } = read;
  const path = stored?.evidence.path ?? [];
  const isOfUnread = evaluation.because === "whole-unread";
  const restedOnUnread = path.some(
    ({ id }) => setAside.partitions.has(id) || (isOfUnread && isPartOfUnread(read, id)),
  );
  return restedOnUnread || hidesBelow(graph, setAside, subjectId);
}

/** What a goal is part of may still be what it was when the finding was made. */
function isPartOfUnread({ graph, setAside }: ReadGraph, id: string): boolean {
  const goal = GoalId.safeParse(id);
  const wholeId = goal.success ? graph.goal(goal.data)?.parentId : undefined;
  return wholeId !== undefined && setAside.partitions.has(wholeId);
}

function restsOnAllBelow({ reads }: Rule): boolean {
  return reads === "next-above-and-all-below";
}

/** The work items that a subject is, or that it stands between. */
export function workItemsOf(id: SubjectId): readonly WorkItemId[] {
  const edge = DependencyId.safeParse(id);
  if (edge.success) {
    const { blockedId, blockingId } = readDependencyId(edge.data);
    return [blockedId, blockingId];
  }
  const item = WorkItemIdSchema.safeParse(id);
  return item.success ? [item.data] : [];
}

/** Whether something hangs under the item that cannot be read: open work may hide there. */
function hidesBelow(graph: MemoryGraph, setAside: SetAside, subjectId: SubjectId): boolean {
  return [...setAside.parents].some((parentId) => {
    const parent = itemAt(graph, parentId);
    return parent && pathToAnchor(graph, parent).some(({ id }) => id === subjectId);
  });
}

function itemAt(graph: MemoryGraph, id: string) {
  const parsed = WorkItemIdSchema.safeParse(id);
  return parsed.success ? graph.item(parsed.data) : undefined;
}
