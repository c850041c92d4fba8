import { parentIds } from "#shared/graph/line-of-sight.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { isIdOf, signalId } from "#shared/model/ids.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { EvidenceNode, Signal } from "#shared/model/signal.ts";
import { linkRulesPartition, ruleSettingsKey } from "#shared/store/keys.ts";
import type { WholeGraph } from "#shared/store/whole-graph.ts";

import { workItemsOf } from "./doubt.ts";
import type { Subject } from "./evaluate-subjects.ts";

/** Looked at above one item; as far as a path is followed. */
const hopsMax = 60;

interface Differs extends Subject {
  readonly stored: Signal | undefined;
  /** What the graph says now. */
  readonly path: readonly EvidenceNode[];
}

/**
 * Whether something that the finding rests on changed so lately that its record may still be in the stream:
 * what it is about, whatever stands above that with the links on the way, what it names or named, or the
 * rule itself.
 */
export function isOnItsWay(
  { graph, changedLately }: Pick<WholeGraph, "graph" | "changedLately">,
  { active, id, stored, path }: Differs,
): boolean {
  const bearing: readonly string[] = [
    id,
    // It was written, and the look that follows may still be to come.
    signalId(active.rule.name, id),
    ruleSettingsKey(active.rule.name).pk,
    linkRulesPartition,
    ...aboveAll(graph, id),
    ...[...path, ...(stored?.evidence.path ?? [])].map((node) => node.id),
  ];
  return bearing.some((one) => changedLately.has(one));
}

/** Right above and below a goal, what links to it, and who owns it. */
function aroundGoal(graph: MemoryGraph, id: GoalId): readonly string[] {
  const { parentId, ownerId } = graph.goal(id) ?? {};
  return [
    ...graph.linksFrom(id).map(({ toId }) => toId),
    ...graph.goalsUnder(id),
    ...graph.linkersOf(id),
    ...[parentId, ownerId].filter((one) => one !== undefined),
  ];
}

/** The items of a subject, all that is named above them, and the goals that these are linked to. */
function aboveAll(graph: MemoryGraph, subjectId: Subject["id"]): readonly string[] {
  if (isIdOf("goal", subjectId)) return aroundGoal(graph, subjectId);
  const ids = new Set(workItemsOf(subjectId));
  const beside: string[] = [];
  for (const id of ids) {
    const item = graph.item(id);
    if (!item) continue;
    beside.push(...graph.linksOf(item).map(({ toId }) => toId));
    if (item.assigneeId !== undefined) beside.push(item.assigneeId);
    for (const parentId of parentIds(item)) if (ids.size < hopsMax) ids.add(parentId);
  }
  return [...ids, ...beside];
}
