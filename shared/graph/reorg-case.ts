import type { OrgUnitId, PersonId, RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";

import type { Org } from "./org.ts";
import type { GraphView, MemoryGraph } from "./view.ts";

/** What a rule says of a subject, as far as an organisation can alter it. */
export type Finding =
  | {
      readonly state: "open";
      readonly title: string;
      readonly teamIds: readonly OrgUnitId[];
      readonly leaderId?: PersonId | undefined;
    }
  | { readonly state: "cleared" }
  /** What stands, stands. */
  | { readonly state: "unknown" };

/** A rule as it is set now; who hands it over knows its options and the time. */
export interface ReorgRule {
  readonly name: RuleName;
  readonly subjects: (graph: MemoryGraph) => Iterable<SubjectId>;
  readonly evaluate: (view: GraphView, subjectId: SubjectId) => Finding;
}

/** One graph of work and goals, and two organisations to look at it with. */
export interface ReorgCase {
  /** Its own organisation is not looked at. */
  readonly graph: MemoryGraph;
  readonly today: Org;
  readonly other: Org;
  readonly openSignals: readonly Signal[];
  readonly rules: readonly ReorgRule[];
}

/** The same work, goals and edges under another organisation. */
export function viewWith(graph: MemoryGraph, org: Org): GraphView {
  return {
    org,
    sources: graph.sources,
    item: (id) => graph.item(id),
    goal: (id) => graph.goal(id),
    wasRemoved: (id) => graph.wasRemoved(id),
    linksFrom: (id) => graph.linksFrom(id),
    linksOf: (item) => graph.linksOf(item),
    linkersOf: (id) => graph.linkersOf(id),
    goalsUnder: (id) => graph.goalsUnder(id),
    goals: () => graph.goals(),
    linkRules: graph.linkRules,
    childrenOf: (id) => graph.childrenOf(id),
    childCountOf: (id) => graph.childCountOf(id),
    firstOpenChild: (id, accepts) => graph.firstOpenChild(id, accepts),
    wayUp: (item, most) => graph.wayUp(item, most),
    dependency: (blockedId, blockingId) => graph.dependency(blockedId, blockingId),
    dependenciesOf: (blockedId) => graph.dependenciesOf(blockedId),
    coverage: (id) => graph.coverage(id),
    waitingSince: (blockedId, blockingId) => graph.waitingSince(blockedId, blockingId),
  };
}
