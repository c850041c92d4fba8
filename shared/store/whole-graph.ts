import type { ZodType } from "zod";

import type { LinkRules } from "#shared/graph/link-rules.ts";
import { matchRateOf } from "#shared/graph/match-rate.ts";
import type { People } from "#shared/graph/people.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { holdsOn } from "#shared/graph/timeline.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { CoverageGap, Quarantined } from "#shared/model/connection.ts";
import type { Edge } from "#shared/model/edges.ts";
import { Match } from "#shared/model/edges.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { History } from "#shared/model/history.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Membership } from "#shared/model/org.ts";
import { SamePerson } from "#shared/model/org.ts";
import { Signal } from "#shared/model/signal.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readHidden } from "./connection-parts.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { readWaiting } from "./histories.ts";
import { orgVersionKey } from "./keys.ts";
import { scanEach } from "./list.ts";
import { orgOf } from "./org-reader.ts";
import { SetAside } from "./set-aside.ts";
import {
  alertSpec,
  connectionSpec,
  cursorSpec,
  grantSpec,
  linkRuleSpec,
  ruleSettingsSpec,
  signalSpec,
} from "./specs.ts";

/** Everything the table holds of the graph, as one scan saw it. */
export interface WholeGraph {
  readonly graph: MemoryGraph;
  readonly openSignals: readonly Signal[];
  readonly facts: readonly Fact[];
  /** What could not be read; nothing may be concluded from its absence. */
  readonly setAside: SetAside;
  /** Ids of which something changed, came or went after the moment that was asked about. */
  readonly changedLately: ReadonlySet<string>;
  /** As the scan saw it; see `match-rate.ts`. */
  readonly matchRateItem: Item | undefined;
}

/** What the facts are looked at with. */
interface AsSet {
  /** The day whose organisation counts. */
  readonly day: CalendarDate;
  readonly linkRules: LinkRules;
  /** What changed after it is told apart. */
  readonly latelyIsAfter?: Instant;
  /** With that: the day of a little while ago. Whoever was in another team then has changed lately, too. */
  readonly dayLately?: CalendarDate;
}

/** Reads the whole graph. Eventually consistent: conclusions are candidates, to be confirmed one by one. */
export async function loadWholeGraph(
  table: Table,
  sources: SourceStates,
  given: AsSet,
): Promise<WholeGraph> {
  const parts = newParts(given.latelyIsAfter);
  // Item by item: the table itself need not fit into memory beside what is read of it.
  await scanEach(table, (item) => sortIn(parts, item));
  return graphOfParts(parts, sources, given);
}

export function wholeGraphOf(
  items: readonly Item[],
  sources: SourceStates,
  given: AsSet,
): WholeGraph {
  const parts = newParts(given.latelyIsAfter);
  for (const item of items) sortIn(parts, item);
  return graphOfParts(parts, sources, given);
}

function graphOfParts(
  parts: Parts,
  sources: SourceStates,
  { day, linkRules, dayLately = day }: AsSet,
): WholeGraph {
  const { setAside, openSignals, facts } = parts;
  const work = parts.facts.filter((fact) => fact.type === "work-item");
  const matchRate = (people: People) => matchRateOf(people, work);
  const org = orgOf(facts, { ...parts, day, matchRate, unreadable: setAside.keys });
  const graph = new MemoryGraph(org, sources, linkRules);
  for (const id of parts.removed) graph.addRemoved(id);
  for (const fact of parts.facts) addNode(graph, fact);
  for (const id of linkRules.goalIds) {
    if (graph.goal(id) === undefined && !setAside.partitions.has(id)) graph.addRemoved(id);
  }
  for (const edge of parts.edges) addEdge(graph, edge);
  for (const history of parts.histories) graph.addHistory(history);
  for (const hidden of parts.hidden) graph.addHidden(hidden);
  const { changedLately, matchRateItem } = parts;
  for (const one of parts.memberships) {
    if (holdsOn(one, day) === holdsOn(one, dayLately)) continue;
    changedLately.add(one.personId).add(orgVersionKey.pk);
  }
  return { graph, openSignals, facts, setAside, changedLately, matchRateItem };
}

/** People and units are in the organisation. */
function addNode(graph: MemoryGraph, fact: Fact): void {
  if (fact.type === "work-item") graph.addItem(fact);
  else if (fact.type === "goal") graph.addGoal(fact);
}

/** So is who belongs where. */
function addEdge(graph: MemoryGraph, edge: Edge): void {
  if (edge.type === "link") graph.addLink(edge);
  else if (edge.type === "dependency") graph.addDependency(edge);
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
  readonly hidden: (CoverageGap | Quarantined)[];
  readonly setAside: SetAside;
  readonly latelyIsAfter: Instant | undefined;
  readonly changedLately: Set<string>;
  matchRateItem: Item | undefined;
}

function newParts(latelyIsAfter: Instant | undefined): Parts {
  return {
    facts: [],
    removed: [],
    edges: [],
    matches: [],
    memberships: [],
    samePeople: [],
    openSignals: [],
    histories: [],
    hidden: [],
    setAside: new SetAside(),
    latelyIsAfter,
    changedLately: new Set(),
    matchRateItem: undefined,
  };
}

/** By whichever of these an item says when it was written; `expiresAt` and the like say nothing of that. */
const writtenFields = [
  "readAt",
  "createdAt",
  "endedAt",
  "updatedAt",
  "evaluatedAt",
  // Of the organisation's version: it is all that tells of a match or membership that is gone.
  "changedAtMs",
] as const;

function sortIn(parts: Parts, item: Item): void {
  const { latelyIsAfter: after } = parts;
  if (after !== undefined && writtenFields.some((field) => isAfter(item[field], after))) {
    parts.changedLately.add(item.pk);
    // What a link that was taken back led to has nothing else that tells of it.
    if (typeof item["toId"] === "string") parts.changedLately.add(item["toId"]);
  }
  parts.setAside.read(item, () => {
    const stored = readFactItem(item);
    if (stored?.isRemoved === true) parts.removed.push(stored.id);
    else if (stored) parts.facts.push(stored.fact);
    else sortOther(parts, item);
  });
}

function isAfter(value: unknown, at: Instant): boolean {
  return typeof value === "number"
    ? value > epochMsOf(at)
    : typeof value === "string" && value > at;
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
    const [history, hidden] = [readWaiting(item), readHidden(item)];
    if (history) parts.histories.push(history);
    else if (hidden) parts.hidden.push(hidden);
    else if (item["type"] === "match-rate") parts.matchRateItem = item;
    else assertReadable(item);
  }
}

const otherSchemas: ReadonlyMap<unknown, ZodType> = new Map<string, ZodType>([
  ["signal", signalSpec.schema],
  ["alert", alertSpec.schema],
  ["connection", connectionSpec.schema],
  ["cursor", cursorSpec.schema],
  ["grant", grantSpec.schema],
  ["rule-settings", ruleSettingsSpec.schema],
  ["link-rule", linkRuleSpec.schema],
]);

/** What is no part of the graph is parsed as well: this pass is what tells that something cannot be. */
function assertReadable(item: Item): void {
  const schema = otherSchemas.get(item["type"]);
  if (schema) fromItem(schema, item);
}
