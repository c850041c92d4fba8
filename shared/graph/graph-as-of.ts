import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import type { FactId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf, SignalId } from "#shared/model/ids.ts";
import type { PastEdge } from "#shared/model/past.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

import { orgAsOf } from "./as-of.ts";
import type { LinkRules } from "./link-rules.ts";
import type { OrgParts } from "./org.ts";
import { recordAt, undoneSince } from "./record-as-of.ts";
import type { RememberedRecord } from "./record-as-of.ts";
import type { SourceState, SourceStates } from "./sources.ts";
import { toldBySource, type Told } from "./told-by-source.ts";
import { MemoryGraph } from "./view.ts";

/** A link that a person stated, for as long as it stood. */
export interface LinkStretch {
  readonly link: Link;
  readonly from: Instant;
  /** Absent: it stands. */
  readonly to?: Instant;
  /** It may have stood at times in between, and that is forgotten. */
  readonly isForgotten?: boolean;
}

/** Everything that is held of the graph, and of what it was. */
export interface PastParts {
  readonly records: readonly RememberedRecord[];
  /** What records assert now. */
  readonly edges: readonly (Link | Dependency)[];
  readonly personLinks: readonly LinkStretch[];
  readonly histories: ReadonlyMap<HistoryId, History>;
  readonly org: OrgParts;
  /** Ids under which something stands that cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  readonly sources: SourceStates;
  /** Those of today: what rules were before is not remembered. */
  readonly linkRules: LinkRules;
}

/** The graph of a moment, and what of it is not known. */
export interface GraphAsOf {
  readonly at: Instant;
  readonly graph: MemoryGraph;
  /**
   * Of which a part is known: status, parent and waiting, by the source; all but a person's link; or all but
   * the title, where rules link by titles.
   */
  readonly told: ReadonlySet<FactId>;
  /** What may have stood then, in a state that nobody knows; they are not in the graph. */
  readonly unknown: ReadonlySet<FactId>;
  /** Links and dependencies of any item may be missing: a record that asserted them has forgotten its past. */
  readonly mayMissLinks: boolean;
}

/**
 * The graph as the hub saw it at a moment, out of what is remembered: a record's own past first; where it
 * begins later, the history of its source. What cannot be known is not guessed. Pure.
 */
export function graphAsOf(parts: PastParts, at: Instant): GraphAsOf {
  const org = orgAsOf(parts.org, dateOf(at));
  const graph = new MemoryGraph(org, sourcesAsOf(parts.sources, at), parts.linkRules);
  const [told, unknown] = [new Set<FactId>(), new Set<FactId>()];
  const asserted = byAsserter(parts.edges);
  // Any of them may be a record that links others, but what the hub itself has found links nothing.
  let mayMissLinks = [...parts.unreadable].some((id) => !SignalId.safeParse(id).success);
  for (const record of parts.records) {
    const { id, hidesOthersEdges } = record.past;
    const history = parts.histories.get(historyIdOf(id));
    const standing = standingAt(record, { own: asserted.get(id) ?? [], history, at });
    enter(graph, { id, standing, at });
    if (lacksTitle(record, parts.linkRules) && standing.how === "whole") told.add(id);
    if (standing.how === "told") told.add(id);
    else if (standing.how === "unknown") unknown.add(id);
    else continue;
    mayMissLinks ||= hidesOthersEdges;
  }
  addGone(graph, parts, unknown);
  for (const { link, isForgotten = false } of parts.personLinks.filter(stoodAt(at))) {
    if (isForgotten) told.add(link.fromId);
    else graph.addLink(link);
  }
  return { at, graph, told, unknown, mayMissLinks };
}

/** Work that was removed has no title any more by which a rule may have linked it. */
export function lacksTitle({ fact, past }: RememberedRecord, linkRules: LinkRules): boolean {
  return fact === undefined && linkRules.asksForTitles && isIdOf("work-item", past.id);
}

/**
 * Goals of link rules that were gone then for certain: removed so long ago that no tombstone stands any more,
 * or not there yet. `unknown`: of which that is not certain.
 */
export function addGone(
  graph: MemoryGraph,
  { linkRules, unreadable }: PastParts,
  unknown: ReadonlySet<FactId>,
): void {
  for (const id of linkRules.goalIds) {
    const isCertain = !unknown.has(id) && !unreadable.has(id);
    if (isCertain && graph.goal(id) === undefined) graph.addRemoved(id);
  }
}

function stoodAt(at: Instant): (stretch: LinkStretch) => boolean {
  return ({ from, to }) => from <= at && (to === undefined || at < to);
}

function enter(
  graph: MemoryGraph,
  { id, standing, at }: { readonly id: FactId; readonly standing: Standing; readonly at: Instant },
): void {
  if (standing.how === "whole") addWhole(graph, standing);
  else if (standing.how === "told") addTold(graph, standing.told, at);
  else if (standing.how === "removed") graph.addRemoved(id);
}

export type Standing =
  | {
      readonly how: "whole";
      readonly fact: WorkItem | Goal;
      readonly edges: readonly (Link | Dependency)[];
    }
  | { readonly how: "told"; readonly told: Told }
  /** Gone for certain; not heard of yet; nobody knows. */
  | { readonly how: "removed" | "absent" | "unknown" };

interface Around {
  readonly own: readonly (Link | Dependency)[];
  readonly history: History | undefined;
  readonly at: Instant;
}

/** How one record stood at a moment, with what it asserted. */
export function standingAt(record: RememberedRecord, around: Around): Standing {
  const { at, history, own } = around;
  const { past } = record;
  if (at >= past.since) {
    const { fact, isUnreadable } = recordAt(record, at);
    if (isUnreadable) return { how: "unknown" };
    return fact ? { how: "whole", fact, edges: edgesAt(record, own, at) } : { how: "removed" };
  }
  const createdAt = record.fact?.type === "work-item" ? record.fact.createdAt : undefined;
  if (createdAt === undefined ? !past.isCut : createdAt > at) return { how: "absent" };
  const waitsAt = (moment: Instant) => nativeWaits(edgesAt(record, own, moment));
  const told = history && toldBySource(record, { history, waitsAt }, at);
  return told ? { how: "told", told } : { how: "unknown" };
}

function nativeWaits(edges: readonly (Link | Dependency)[]): ReadonlySet<WorkItemId> {
  return new Set(
    edges.flatMap((edge) =>
      edge.type === "dependency" && edge.source === "native" ? edge.blockingId : [],
    ),
  );
}

/** What a record asserted: its edges of now, with those that came since taken away and the others put back. */
function edgesAt(
  record: RememberedRecord,
  own: readonly (Link | Dependency)[],
  at: Instant,
): readonly (Link | Dependency)[] {
  const undone = undoneSince(record, at);
  if (undone.length === 0) return own;
  const edges = new Map(own.map((edge) => [endsOf(edge), edge]));
  for (const { came, went } of undone) {
    for (const edge of came) edges.delete(endsOf(edge));
    for (const edge of went) {
      const stamp = { assertedBy: record.past.id, createdAt: record.past.since };
      edges.set(endsOf(edge), { ...edge, ...stamp });
    }
  }
  return [...edges.values()];
}

/** The key under which a record asserts an edge once. */
export function endsOf(edge: PastEdge | Link | Dependency): string {
  return edge.type === "link"
    ? `${edge.fromId} ${edge.toId} ${edge.source}`
    : `${edge.blockedId} ${edge.blockingId} ${edge.source} waits`;
}

/** Edges by the record that asserts them. */
export function byAsserter(edges: PastParts["edges"]): ReadonlyMap<FactId, (Link | Dependency)[]> {
  return Map.groupBy(
    edges.filter(({ assertedBy }) => assertedBy !== undefined),
    // Those without were just left out.
    ({ assertedBy }) => assertedBy as FactId,
  );
}

/** Items and goals have histories, and only they are remembered. */
export function historyIdOf(id: FactId): HistoryId {
  return id as HistoryId;
}

function addWhole(graph: MemoryGraph, { fact, edges }: Extract<Standing, { how: "whole" }>): void {
  addFact(graph, fact);
  for (const edge of edges) {
    if (edge.type === "link") graph.addLink(edge);
    else graph.addDependency(edge);
  }
}

function addTold(graph: MemoryGraph, { fact, blockedBy }: Told, at: Instant): void {
  addFact(graph, fact);
  if (fact.type === "goal") return;
  for (const blockingId of blockedBy) {
    graph.addDependency({
      type: "dependency",
      blockedId: fact.id,
      blockingId,
      source: "native",
      createdAt: at,
    });
  }
}

function addFact(graph: MemoryGraph, fact: WorkItem | Goal): void {
  if (fact.type === "goal") graph.addGoal(fact);
  else graph.addItem(fact);
}

/**
 * Whether absence proved something then. When a source was connected and when it was read whole is known;
 * whether it stood still for a while, and came back, is not.
 */
export function sourcesAsOf(sources: SourceStates, at: Instant): SourceStates {
  const then = (source: SourceState): SourceState => ({
    ...source,
    isReady: source.readyAt !== undefined && source.readyAt <= at,
    isStale: source.isStale && source.freshAt !== undefined && source.freshAt < at,
    problem: source.problem && source.problem.since <= at ? source.problem : undefined,
  });
  // What nobody had connected yet kept nobody from concluding.
  const stood = [...sources.values()].filter(({ createdAt }) => !createdAt || createdAt <= at);
  return new Map(stood.map((source) => [source.id, then(source)]));
}
