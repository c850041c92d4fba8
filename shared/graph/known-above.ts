import type { FactId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";

import { parentIds } from "./line-of-sight.ts";
import type { MemoryGraph } from "./view.ts";

/** Further up, the levels are asked for one after the other again. */
const knownMax = 100;

/** What stood right above it in a graph that was read before: parents, and the goals that it links to. */
export function rightAbove(graph: MemoryGraph, id: FactId): readonly FactId[] {
  if (isIdOf("goal", id)) {
    const parentId = graph.goal(id)?.parentId;
    const linked = graph.linksFrom(id).map(({ toId }) => toId);
    return parentId === undefined ? linked : [parentId, ...linked];
  }
  // No other fact is an item.
  const item = graph.item(id as WorkItemId);
  return item ? [...parentIds(item), ...graph.linksOf(item).map(({ toId }) => toId)] : [];
}

/** These, and all that stood above them. */
export function knownAbove(graph: MemoryGraph, ids: Iterable<FactId>): ReadonlySet<FactId> {
  const found = new Set(ids);
  for (const id of found) {
    if (found.size >= knownMax) break;
    for (const above of rightAbove(graph, id)) found.add(above);
  }
  return found;
}
