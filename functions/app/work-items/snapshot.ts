import type { LineOfSight } from "#shared/graph/line-of-sight.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { TeamFinding } from "#shared/graph/team.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { Fact, WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, FactType } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readDocument } from "#shared/store/documents.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { scanAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { signalSpec } from "#shared/store/specs.ts";
import { wholeGraphOf } from "#shared/store/whole-graph.ts";

import { readAllowances } from "./allowances.ts";
import { sightAsRead } from "./sight-as-read.ts";

/** One work item with what the kernel says of it. */
export interface Seen {
  readonly item: WorkItem;
  /** Container (none comes last), key in counting order, id: unique, and near things stand together. */
  readonly sortKey: string;
  readonly sight: LineOfSight;
  readonly team: TeamFinding;
}

/** The whole graph as one scan saw it, judged by the same functions that the rules use. */
export interface Snapshot {
  readonly asOf: Instant;
  readonly graph: MemoryGraph;
  /** In order of `sortKey`, so that a page's cursor keeps its place from one snapshot to the next. */
  readonly seen: readonly Seen[];
  readonly factCounts: ReadonlyMap<ConnectionId, Readonly<Partial<Record<FactType, number>>>>;
  readonly openSignals: readonly Signal[];
  readonly clearedSignals: readonly Signal[];
}

interface SnapshotDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly rules: readonly Rule[];
}

const youngMs = 2000;
/** Loading may take a twentieth of the time at most, however large the graph grows. */
const ageToLoadTime = 20;

/** Keeps one snapshot per process and loads the next when it has grown old; requests share a load. */
export class SnapshotReader {
  readonly #deps: SnapshotDeps;
  #current: { readonly snapshot: Snapshot; readonly untilMs: number } | undefined;
  #loading: Promise<Snapshot> | undefined;

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  async read(): Promise<Snapshot> {
    if (this.#current && this.#deps.clock.nowMs() < this.#current.untilMs) {
      return this.#current.snapshot;
    }
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** After a write through this very process, the next reader must see it. */
  expire(): void {
    this.#current = undefined;
  }

  async #load(): Promise<Snapshot> {
    const { clock } = this.#deps;
    const startedMs = clock.nowMs();
    const snapshot = await loadSnapshot(this.#deps, clock.now());
    const loadMs = clock.nowMs() - startedMs;
    const keepMs = Math.max(youngMs, ageToLoadTime * loadMs);
    this.#current = { snapshot, untilMs: startedMs + loadMs + keepMs };
    return snapshot;
  }
}

async function loadSnapshot(deps: SnapshotDeps, asOf: Instant): Promise<Snapshot> {
  const [sources, allowances, linkRules, items] = await Promise.all([
    readSourceStates(deps.table, deps.clock, deps.registry),
    readAllowances(deps.table, deps.rules),
    readLinkRules(deps.table, asOf),
    scanAll(deps.table),
  ]);
  const day = dateOf(asOf);
  const whole = wholeGraphOf(items, sources, { day, linkRules });
  const { graph, openSignals, facts } = whole;
  const options = { now: asOf, allowances };
  const seen = [...graph.items()]
    .map((item) => ({
      item,
      sortKey: sortKey(item),
      sight: sightAsRead(whole, item, options),
      team: teamOf(graph.org, item),
    }))
    .toSorted((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  return {
    asOf,
    graph,
    seen,
    factCounts: countFacts(facts),
    openSignals,
    clearedSignals: clearedSignals(items),
  };
}

function sortKey({ container = "\uFFFF", key = "", id }: WorkItem): string {
  const counted = key.replaceAll(/\d+/gu, (digits) => digits.padStart(9, "0"));
  return `${container}\n${counted}\n${id}`;
}

function clearedSignals(items: readonly Item[]): readonly Signal[] {
  return items
    .filter((item) => item["type"] === "signal" && item["state"] === "cleared")
    .flatMap((item) => new SetAside().read(item, (one) => readDocument(signalSpec, one)) ?? [])
    .toSorted((a, b) => ((a.clearedAt ?? "") > (b.clearedAt ?? "") ? -1 : 1));
}

function countFacts(facts: readonly Fact[]): Snapshot["factCounts"] {
  const counts = new Map<ConnectionId, Partial<Record<FactType, number>>>();
  for (const { connectionId, type } of facts) {
    const own = counts.get(connectionId) ?? {};
    own[type] = (own[type] ?? 0) + 1;
    counts.set(connectionId, own);
  }
  return counts;
}
