import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { Edge } from "#shared/model/edges.ts";
import { Match } from "#shared/model/edges.ts";
import type { Fact } from "#shared/model/facts.ts";
import { Signal } from "#shared/model/signal.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { scanAll } from "./list.ts";
import { orgOf } from "./org-reader.ts";

/** Everything the table holds of the graph, as one scan saw it. */
export interface WholeGraph {
  readonly graph: MemoryGraph;
  readonly openSignals: readonly Signal[];
  readonly facts: readonly Fact[];
}

/** Reads the whole graph. Eventually consistent: conclusions are candidates, to be confirmed one by one. */
export async function loadWholeGraph(table: Table, sources: SourceStates): Promise<WholeGraph> {
  return wholeGraphOf(await scanAll(table), sources);
}

export function wholeGraphOf(items: readonly Item[], sources: SourceStates): WholeGraph {
  const facts: Fact[] = [];
  const edges: Edge[] = [];
  const matches: Match[] = [];
  const openSignals: Signal[] = [];
  const removed: Parameters<MemoryGraph["addRemoved"]>[0][] = [];
  for (const item of items) {
    const stored = readFactItem(item);
    const edge = stored ? undefined : readEdgeItem(item);
    if (stored?.isRemoved === true) removed.push(stored.id);
    else if (stored) facts.push(stored.fact);
    else if (edge) edges.push(edge);
    else if (item["type"] === "match") matches.push(fromItem(Match, item));
    else if (item["type"] === "signal" && item["state"] === "open") {
      openSignals.push(fromItem(Signal, item));
    }
  }
  const graph = new MemoryGraph(orgOf(facts, matches), sources);
  for (const id of removed) graph.addRemoved(id);
  for (const fact of facts) {
    if (fact.type === "work-item") graph.addItem(fact);
    else if (fact.type === "goal") graph.addGoal(fact);
  }
  for (const edge of edges) {
    if (edge.type === "link") graph.addLink(edge);
    else if (edge.type === "dependency") graph.addDependency(edge);
  }
  return { graph, openSignals, facts };
}
