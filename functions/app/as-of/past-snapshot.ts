import { graphAsOf, type GraphAsOf } from "#shared/graph/graph-as-of.ts";
import { lineOfSightAsOf } from "#shared/graph/sight-as-of.ts";
import type { SightAsOf } from "#shared/graph/sight-as-of.ts";
import { wasOpen } from "#shared/graph/signals-as-of.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { listConnections, readSourceStates } from "#shared/store/connections.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { loadWholePast } from "#shared/store/past-parts.ts";

import type { AppContext } from "../app-deps.ts";
import { readAllowances } from "../work-items/allowances.ts";
import type { Seen } from "../work-items/snapshot.ts";
import { momentAsked } from "./as-of-query.ts";

/** One item as it was, with what is said of it. */
export interface SeenAsOf extends Seen {
  readonly sight: SightAsOf;
}

/** The whole graph of a moment, out of one scan of today's table. */
export interface PastSnapshot {
  readonly asOf: Instant;
  /** From here on the past of all that has one is whole; before, only of some. */
  readonly knownSince: Instant;
  readonly past: GraphAsOf;
  readonly graph: GraphAsOf["graph"];
  readonly seen: readonly SeenAsOf[];
  /** Items of which nobody knows how, or whether, they stood. */
  readonly unknownItems: readonly WorkItemId[];
  readonly openSignals: readonly Signal[];
  /** Signals of which nobody knows whether they were open then. */
  readonly unknownSignals: readonly Signal[];
  readonly connections: readonly Connection[];
}

/** Throws `input.invalid` where the moment cannot be asked for. Costs what a count of now costs. */
export async function readPastSnapshot(
  context: AppContext,
  asked: Parameters<typeof momentAsked>[0],
): Promise<PastSnapshot> {
  const { table, clock, registry, rules } = context;
  const connections = (await listConnections(table)).filter(({ status }) => status !== "draft");
  const now = clock.now();
  const asOf = momentAsked(asked, { now, connections });
  const [sources, allowances, linkRules] = await Promise.all([
    readSourceStates(table, clock, registry),
    readAllowances(table, rules),
    readLinkRules(table, asOf),
  ]);
  const { parts, signals } = await loadWholePast(table, { sources, linkRules });
  const past = graphAsOf(parts, asOf);
  const seen = [...past.graph.items()].map((item) => ({
    item,
    sortKey: item.id,
    sight: lineOfSightAsOf(past, item, allowances),
    team: teamOf(past.graph.org, item),
  }));
  // Of a record without room for a past nothing is known at any time: it is counted as unknown.
  const cuts = parts.records.filter(({ past: { isCut, since } }) => isCut && since <= now);
  const first = connections.map(({ createdAt }) => createdAt).toSorted()[0] ?? now;
  return {
    asOf,
    knownSince: cuts.map(({ past: { since } }) => since).reduce(later, first),
    past,
    graph: past.graph,
    seen,
    unknownItems: [...past.unknown].filter(isItemId),
    openSignals: signals.filter((signal) => wasOpen(signal, asOf) === true),
    unknownSignals: signals.filter((signal) => wasOpen(signal, asOf) === "unknown"),
    connections,
  };
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function isItemId(id: string): id is WorkItemId {
  return readFactId(id)?.type === "work-item";
}
