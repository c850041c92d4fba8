import type { LinkRules } from "#shared/graph/link-rules.ts";
import { emptyOrg } from "#shared/graph/org.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceState } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { AssertedEdge } from "#shared/model/change.ts";
import { Edge } from "#shared/model/edges.ts";
import type { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";

import {
  goalConnection,
  goalId,
  itemId,
  linkTo,
  peopleConnection,
  testEpochMs,
  workConnection,
  workItem,
} from "./facts.ts";

/** Graphs in memory for tests of pure functions, at one instant. */
export const now: Instant = instantOf(testEpochMs);
export const earlier: Instant = instantOf(testEpochMs - 1);
export const later: Instant = instantOf(testEpochMs + 1);

/** A source that was read whole and is fresh; the goals' connection provides goals. */
export function source(id: SourceState["id"], given: Partial<SourceState> = {}): SourceState {
  const providesGoals = id === goalConnection;
  return { id, name: id, providesGoals, isReady: true, isStale: false, freshAt: now, ...given };
}
export const wholeSources: readonly SourceState[] = [
  workConnection,
  goalConnection,
  peopleConnection,
].map((id) => source(id));

export interface GraphParts {
  readonly items?: readonly WorkItem[];
  readonly goals?: readonly Goal[];
  readonly edges?: readonly AssertedEdge[];
  readonly removed?: readonly FactId[];
  readonly sources?: readonly SourceState[];
  readonly org?: Org;
  readonly linkRules?: LinkRules;
}

export function graphOf(parts: GraphParts): MemoryGraph {
  const sources = parts.sources ?? wholeSources;
  const graph = new MemoryGraph(
    parts.org ?? emptyOrg(),
    new Map(sources.map((one) => [one.id, one])),
    parts.linkRules,
  );
  for (const id of parts.removed ?? []) graph.addRemoved(id);
  for (const item of parts.items ?? []) graph.addItem(item);
  for (const one of parts.goals ?? []) graph.addGoal(one);
  for (const edge of parts.edges ?? []) addEdge(graph, Edge.parse({ ...edge, createdAt: now }));
  return graph;
}

function addEdge(graph: MemoryGraph, edge: Edge): void {
  if (edge.type === "link") graph.addLink(edge);
  else if (edge.type === "dependency") graph.addDependency(edge);
}

export function link(
  from: string,
  to: string,
  given: Partial<Omit<Link, "assertedBy" | "createdAt">> = {},
): AssertedEdge {
  return { ...linkTo(itemId(from), goalId(to)), ...given } as AssertedEdge;
}

export function under(name: string, parent: string, given: Partial<WorkItem> = {}): WorkItem {
  return workItem(name, { parentId: itemId(parent), ...given });
}
