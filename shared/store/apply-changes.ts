import { HubError } from "#shared/errors.ts";
import type { Change, Removal, Upsert } from "#shared/model/change.ts";
import type { Edge } from "#shared/model/edges.ts";
import type { FactId, FactType } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Condition, Item, Table, Write } from "#shared/ports/table.ts";

import {
  assertion,
  assertionKey,
  assertionsOf,
  contentHash,
  edgeItem,
  edgesOf,
  factItem,
  tombstoneItem,
} from "./facts.ts";
import { factKey, orgVersionKey } from "./keys.ts";

/** What became of each change. `unchanged` and `stale` cost no write. */
export interface Applied {
  readonly applied: number;
  readonly unchanged: number;
  readonly stale: number;
}

interface ApplyDeps {
  readonly table: Table;
  readonly clock: Clock;
}

/** A search index may show what was deleted for a while; only a clearly later reading proves it is back. */
const resurrectionMs = 10 * minuteMs;
/** Races for one record are between two deliveries of it; more rounds than this mean a broken guard. */
const attemptsMax = 8;
/** DynamoDB's limit of 100 writes a transaction, less the record itself. */
const edgesPerTransactionMax = 99;
const concurrencyMax = 32;
const orgTypes: ReadonlySet<FactType> = new Set(["person", "account", "org-unit"]);

/**
 * Stores changes so that only a newer state of a record wins, in any order and any number of
 * repeats. A changed record is one write (a transaction when its edges changed with it); a record
 * whose content is unchanged is none. Returns counts; throws only when the table is unavailable.
 */
export async function applyChanges(deps: ApplyDeps, changes: readonly Change[]): Promise<Applied> {
  const latest = latestPerRecord(changes);
  const stored = new Map<string, Item>();
  const keys = [...latest.keys()].map((id) => factKey(id));
  for (const item of await deps.table.batchGet(keys)) stored.set(item.pk, item);

  const counts = { applied: 0, unchanged: 0, stale: changes.length - latest.size };
  let orgChanged = false;
  const work = [...latest.values()];
  for (let start = 0; start < work.length; start += concurrencyMax) {
    const batch = work.slice(start, start + concurrencyMax);
    const outcomes = await Promise.all(
      batch.map((change) => applyOne(deps, change, stored.get(idOf(change)))),
    );
    for (const [index, outcome] of outcomes.entries()) {
      counts[outcome] += 1;
      const change = batch[index];
      if (outcome === "applied" && change && orgTypes.has(typeOf(change))) orgChanged = true;
    }
  }
  // After the facts, so that a reader who sees the new version also sees them.
  if (orgChanged) await deps.table.add(orgVersionKey, { version: 1 });
  return counts;
}

function idOf(change: Change): FactId {
  return change.kind === "upserted" ? change.record.id : change.id;
}

function typeOf(change: Change): FactType {
  if (change.kind === "upserted") return change.record.type;
  const parts = readFactId(change.id);
  if (!parts) throw new HubError("invariant.broken", "A removal names no fact");
  return parts.type;
}

function versionOf(change: Change): Version {
  return change.kind === "upserted" ? change.record : change;
}

function latestPerRecord(changes: readonly Change[]): Map<FactId, Change> {
  const latest = new Map<FactId, Change>();
  for (const change of changes) {
    const id = idOf(change);
    const other = latest.get(id);
    if (!other || !isOlder(versionOf(change), versionOf(other))) latest.set(id, change);
  }
  return latest;
}

function isOlder(a: Version, b: Version): boolean {
  return a.sourceVersion !== b.sourceVersion
    ? a.sourceVersion < b.sourceVersion
    : a.readAt < b.readAt;
}

async function applyOne(
  deps: ApplyDeps,
  change: Change,
  stored: Item | undefined,
): Promise<keyof Applied> {
  let current = stored;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const decision = decide(change, current);
    if (decision !== "applied") return decision;
    const outcome = await store(deps, change, current);
    if (outcome.applied) return "applied";
    current = outcome.current;
  }
  throw new HubError("store.unavailable", `A record stayed contended for ${attemptsMax} rounds`, {
    details: { type: typeOf(change) },
  });
}

function decide(change: Change, current: Item | undefined): keyof Applied {
  if (!current) return "applied";
  const incoming = versionOf(change);
  const existing = storedVersion(current);
  if (current["isRemoved"] === true) return decideOverTombstone(change, incoming, existing);
  if (isOlder(incoming, existing)) return "stale";
  if (change.kind === "upserted" && contentHash(change) === current["hash"]) return "unchanged";
  return "applied";
}

/** Deletion is a fact: an older or equal state cannot undo it, unless it was clearly read afterwards. */
function decideOverTombstone(change: Change, incoming: Version, tombstone: Version): keyof Applied {
  if (change.kind === "removed") return "unchanged";
  if (incoming.sourceVersion > tombstone.sourceVersion) return "applied";
  const laterMs = epochMsOf(incoming.readAt) - epochMsOf(tombstone.readAt);
  return laterMs > resurrectionMs ? "applied" : "stale";
}

interface Version {
  readonly sourceVersion: number;
  readonly readAt: Instant;
}

/** Every fact and tombstone is stored with both. */
function storedVersion(item: Item): Version {
  return { sourceVersion: Number(item["sourceVersion"]), readAt: item["readAt"] as Instant };
}

/** The state that `decide` saw must still stand; else somebody else was faster and we look again. */
function unchangedSince(current: Item | undefined): Condition {
  if (!current) return [[["pk", "absent"]]];
  const { sourceVersion, readAt } = storedVersion(current);
  return [
    [
      ["sourceVersion", "=", sourceVersion],
      ["readAt", "=", readAt],
      ["hash", "=", current["hash"] as string],
    ],
  ];
}

interface StoreOutcome {
  readonly applied: boolean;
  readonly current: Item | undefined;
}

async function store(
  deps: ApplyDeps,
  change: Change,
  current: Item | undefined,
): Promise<StoreOutcome> {
  const now = deps.clock.now();
  const edges = change.kind === "upserted" ? edgesOf(change, now) : [];
  const item = itemOf(change, edges);
  const record: Write = { kind: "put", item, condition: unchangedSince(current) };
  const edgeWrites = edgeDifference(assertionsOf(current), edges);
  if (edgeWrites.length === 0) {
    const outcome = await deps.table.write(record);
    return outcome.applied
      ? { applied: true, current: item }
      : { applied: false, current: outcome.current };
  }
  // Too many for one transaction: edges first, the record last. A crash between repeats the
  // difference, because only the record's own line of assertions says that it is done.
  let rest = edgeWrites;
  while (rest.length > edgesPerTransactionMax) {
    await deps.table.transact(rest.slice(0, edgesPerTransactionMax));
    rest = rest.slice(edgesPerTransactionMax);
  }
  const outcome = await deps.table.transact([record, ...rest]);
  if (outcome.applied) return { applied: true, current: item };
  return {
    applied: false,
    current: outcome.failed.find((failure) => failure.index === 0)?.current,
  };
}

function itemOf(change: Upsert | Removal, edges: readonly Edge[]): Item {
  return change.kind === "upserted"
    ? factItem(change, edges)
    : tombstoneItem(change, typeOf(change));
}

/** Puts for edges that are new or differ, deletes for those no longer asserted. */
function edgeDifference(before: readonly string[], edges: readonly Edge[]): readonly Write[] {
  const known = new Set(before);
  const wanted = new Map<string, Edge>();
  for (const edge of edges) {
    const { pk, sk } = edgeItem(edge);
    wanted.set(`${pk} ${sk}`, edge);
  }
  const writes: Write[] = [];
  for (const edge of wanted.values()) {
    if (!known.has(assertion(edge)))
      writes.push({ kind: "put", item: edgeItem(edge), condition: [] });
  }
  for (const line of before) {
    const key = assertionKey(line);
    if (!wanted.has(`${key.pk} ${key.sk}`)) writes.push({ kind: "delete", key, condition: [] });
  }
  return writes;
}
