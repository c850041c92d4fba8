import type { LinkRules } from "#shared/graph/link-rules.ts";
import { matchRateOf } from "#shared/graph/match-rate.ts";
import type { People } from "#shared/graph/people.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { Edge } from "#shared/model/edges.ts";
import { Match } from "#shared/model/edges.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { History } from "#shared/model/history.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Membership } from "#shared/model/org.ts";
import { SamePerson } from "#shared/model/org.ts";
import { Signal } from "#shared/model/signal.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { readWaiting } from "./histories.ts";
import { scanAll } from "./list.ts";
import { orgOf } from "./org-reader.ts";

/** Everything the table holds of the graph, as one scan saw it. */
export interface WholeGraph {
  readonly graph: MemoryGraph;
  readonly openSignals: readonly Signal[];
  readonly facts: readonly Fact[];
}

/** What the facts are looked at with. */
interface AsSet {
  /** The day whose organisation counts. */
  readonly day: CalendarDate;
  readonly linkRules: LinkRules;
}

/** Reads the whole graph. Eventually consistent: conclusions are candidates, to be confirmed one by one. */
export async function loadWholeGraph(
  table: Table,
  sources: SourceStates,
  given: AsSet,
): Promise<WholeGraph> {
  return wholeGraphOf(await scanAll(table), sources, given);
}

export function wholeGraphOf(
  items: readonly Item[],
  sources: SourceStates,
  { day, linkRules }: AsSet,
): WholeGraph {
  const parts = sortItems(items);
  const work = parts.facts.filter((fact) => fact.type === "work-item");
  const matchRate = (people: People) => matchRateOf(people, work);
  const org = orgOf(parts.facts, { ...parts, day, matchRate });
  const graph = new MemoryGraph(org, sources, linkRules);
  for (const id of parts.removed) graph.addRemoved(id);
  for (const fact of parts.facts) {
    if (fact.type === "work-item") graph.addItem(fact);
    else if (fact.type === "goal") graph.addGoal(fact);
  }
  for (const edge of parts.edges) {
    if (edge.type === "link") graph.addLink(edge);
    else if (edge.type === "dependency") graph.addDependency(edge);
  }
  for (const history of parts.histories) graph.addHistory(history);
  return { graph, openSignals: parts.openSignals, facts: parts.facts };
}

interface Parts {
  readonly facts: Fact[];
  readonly removed: FactId[];
  readonly edges: Edge[];
  readonly matches: Match[];
  readonly memberships: Membership[];
  readonly samePeople: SamePerson[];
  readonly openSignals: Signal[];
  /** Of items that have ever waited. */
  readonly histories: History[];
}

function sortItems(items: readonly Item[]): Parts {
  const parts: Parts = {
    facts: [],
    removed: [],
    edges: [],
    matches: [],
    memberships: [],
    samePeople: [],
    openSignals: [],
    histories: [],
  };
  for (const item of items) {
    const stored = readFactItem(item);
    if (stored?.isRemoved === true) parts.removed.push(stored.id);
    else if (stored) parts.facts.push(stored.fact);
    else sortOther(parts, item);
  }
  return parts;
}

function sortOther(parts: Parts, item: Item): void {
  const { edges, matches, memberships, samePeople, openSignals } = parts;
  const edge = readEdgeItem(item);
  if (edge?.type === "membership") memberships.push(edge);
  else if (edge) edges.push(edge);
  else if (item["type"] === "same-person") samePeople.push(fromItem(SamePerson, item));
  else if (item["type"] === "match") matches.push(fromItem(Match, item));
  else if (item["type"] === "signal" && item["state"] === "open") {
    openSignals.push(fromItem(Signal, item));
  } else {
    const history = readWaiting(item);
    if (history) parts.histories.push(history);
  }
}
