import { parentIds } from "#shared/graph/line-of-sight.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Item } from "#shared/ports/table.ts";

import { readEdgeItem, readFactItem } from "./facts.ts";
import { readWaiting } from "./histories.ts";

/** Adds what a stored item says of the graph; returns what lies above it. Throws what cannot be read. */
export function addToGraph(graph: MemoryGraph, item: Item): readonly FactId[] {
  const edge = readEdgeItem(item);
  if (edge?.type === "link") {
    graph.addLink(edge);
    return [edge.toId];
  }
  if (edge?.type === "dependency") graph.addDependency(edge);
  if (edge) return [];
  const history = readWaiting(item);
  if (history) graph.addHistory(history);
  const stored = readFactItem(item);
  if (!stored) return [];
  if (stored.isRemoved) {
    graph.addRemoved(stored.id);
    return [];
  }
  if (stored.fact.type === "work-item") {
    graph.addItem(stored.fact);
    return parentIds(stored.fact);
  }
  if (stored.fact.type === "goal") {
    graph.addGoal(stored.fact);
    return stored.fact.parentId === undefined ? [] : [stored.fact.parentId];
  }
  return [];
}
