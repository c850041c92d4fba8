import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { KeptRecord, KeptRecords } from "#shared/ports/kept-records.ts";
import type { Condition, Item, Json, Key, Table, Write } from "#shared/ports/table.ts";

import { keptKey, keptLookupKey, keptPartition } from "./keys.ts";
import { queryAll } from "./list.ts";

/** A value that a record can be found by. Case and form are the caller's business. */
export interface Lookup {
  readonly attribute: string;
  readonly value: string;
  /** At most one record of the collection may bear it. */
  readonly isUnique: boolean;
}

/** A state of a record to store. */
interface Next {
  readonly id: string;
  readonly body: KeptRecord["body"];
  readonly lookups: readonly Lookup[];
  /** When the table may forget the record by itself; its lookups stay, so give it none. */
  readonly expiresAtEpochSeconds?: number;
}

/** An entry by which a record is found: where it stands, and how it gets there. */
interface Entry {
  readonly line: string;
  readonly attribute: string;
  readonly write: Write;
}

export type PutOutcome =
  | { readonly outcome: "stored"; readonly record: KeptRecord }
  /** Another record bears a value that must be unique. */
  | { readonly outcome: "taken"; readonly attribute: string }
  /** Somebody else changed the record since it was read. */
  | { readonly outcome: "conflict" };

const Stored = z.looseObject({
  id: z.string(),
  revision: z.int().positive(),
  createdAt: Instant,
  changedAt: Instant,
  body: z.record(z.string(), z.json()),
  lookups: z.array(z.string()).default([]),
});

interface KeptDeps {
  readonly table: Table;
  readonly clock: Clock;
}

/**
 * The records that the hub keeps for one connection, one item each, in a partition of their own; beside
 * them an entry for each value that they can be found by. A record and its entries change together.
 */
export class KeptRecordStore implements KeptRecords {
  readonly #deps: KeptDeps;
  readonly #connectionId: ConnectionId;

  constructor(deps: KeptDeps, connectionId: ConnectionId) {
    this.#deps = deps;
    this.#connectionId = connectionId;
  }

  async get(collection: string, id: string): Promise<KeptRecord | undefined> {
    return (await this.byIds(collection, [id])).get(id);
  }

  async byIds(
    collection: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, KeptRecord>> {
    const keys = [...new Set(ids)].map((id) => keptKey(this.#connectionId, collection, id));
    const items = await this.#deps.table.batchGet(keys);
    return new Map(items.map(recordOf).map((record) => [record.id, record]));
  }

  async page(
    collection: string,
    after: string | undefined,
    limit?: number,
  ): Promise<{ readonly records: readonly KeptRecord[]; readonly next: string | undefined }> {
    const { pk, sk } = keptKey(this.#connectionId, collection, "");
    const { items, next } = await this.#deps.table.query({
      partition: pk,
      sortPrefix: sk,
      consistent: true,
      ...(after !== undefined && { after }),
      ...(limit !== undefined && { limit }),
    });
    return { records: items.map(recordOf), next };
  }

  /** Ids of the records that bear the value; for a unique attribute one at most. */
  async find(collection: string, attribute: string, value: string): Promise<readonly string[]> {
    const { pk, sk } = keptLookupKey(this.#connectionId, { collection, attribute, value });
    const items = await queryAll(this.#deps.table, {
      partition: pk,
      sortPrefix: sk,
      consistent: true,
    });
    return items.map((item) => z.string().parse(item["id"]));
  }

  /**
   * Stores a state of a record. `before` is the state that it replaces, undefined for a new record; if
   * another state stands there now, nothing is written and the outcome is a conflict.
   */
  async put(collection: string, next: Next, before: KeptRecord | undefined): Promise<PutOutcome> {
    const key = keptKey(this.#connectionId, collection, next.id);
    const held = before && (await this.#deps.table.get(key));
    if (before && held?.["revision"] !== before.revision) return { outcome: "conflict" };
    const entries = this.#entriesOf(collection, next);
    const item = this.#itemOf(key, next, { before, lines: [...entries.keys()] });
    const known = new Set(linesOf(held));
    const fresh = [...entries.values()].filter(({ line }) => !known.has(line));
    const dropped = [...known].filter((line) => !entries.has(line));
    const outcome = await this.#deps.table.transact([
      { kind: "put", item, condition: stillAt(before) },
      ...fresh.map(({ write }) => write),
      ...dropped.map((line) => this.#deleteEntry(line)),
    ]);
    if (outcome.applied) return { outcome: "stored", record: recordOf(item) };
    // The record's own write is the first; the entries follow in their order.
    const failed = outcome.failed.map(({ index }) => fresh[index - 1]);
    const attribute = failed.includes(undefined) ? undefined : failed[0]?.attribute;
    return attribute === undefined ? { outcome: "conflict" } : { outcome: "taken", attribute };
  }

  #itemOf(
    key: Key,
    { id, body, expiresAtEpochSeconds }: Next,
    {
      before,
      lines,
    }: { readonly before: KeptRecord | undefined; readonly lines: readonly string[] },
  ): Item {
    const now = this.#deps.clock.now();
    return {
      ...key,
      type: "kept-record",
      id,
      revision: (before?.revision ?? 0) + 1,
      createdAt: before?.createdAt ?? now,
      changedAt: now,
      body,
      ...(expiresAtEpochSeconds !== undefined && { expiresAtEpochSeconds }),
      ...(lines.length > 0 && { lookups: lines }),
    };
  }

  /** Removes a record with its entries; false when another state of it stands there now. */
  async remove(collection: string, record: KeptRecord): Promise<boolean> {
    const key = keptKey(this.#connectionId, collection, record.id);
    const held = await this.#deps.table.get(key);
    const outcome = await this.#deps.table.transact([
      { kind: "delete", key, condition: stillAt(record) },
      ...linesOf(held).map((sk) => this.#deleteEntry(sk)),
    ]);
    return outcome.applied;
  }

  /** Removes everything that is kept for the connection. */
  async removeAll(): Promise<void> {
    const partition = keptPartition(this.#connectionId);
    for (const { pk, sk } of await queryAll(this.#deps.table, { partition, consistent: true })) {
      await this.#deps.table.write({ kind: "delete", key: { pk, sk }, condition: [] });
    }
  }

  #deleteEntry(sk: string): Write {
    return { kind: "delete", key: { pk: keptPartition(this.#connectionId), sk }, condition: [] };
  }

  /** By their sort keys, so that a value named twice is one entry. */
  #entriesOf(collection: string, { id, lookups }: Next): ReadonlyMap<string, Entry> {
    const entries = lookups.map(({ attribute, value, isUnique }): Entry => {
      const { pk, sk } = keptLookupKey(this.#connectionId, { collection, attribute, value });
      // Records that share a value have an entry each.
      const line = isUnique ? sk : `${sk}${id}`;
      const condition: Condition = isUnique ? [[["pk", "absent"]], [["id", "=", id]]] : [];
      const item: Item = { pk, sk: line, type: "kept-lookup", id };
      return { line, attribute, write: { kind: "put", item, condition } };
    });
    return new Map(entries.map((entry) => [entry.line, entry]));
  }
}

function stillAt(before: KeptRecord | undefined): Condition {
  return before ? [[["revision", "=", before.revision]]] : [[["pk", "absent"]]];
}

function linesOf(item: Item | undefined): readonly string[] {
  const lines: Json | undefined = item?.["lookups"];
  return Array.isArray(lines) ? lines.map(String) : [];
}

function recordOf(item: Item): KeptRecord {
  const parsed = Stored.safeParse(item);
  if (!parsed.success) throw new HubError("invariant.broken", "A kept record does not parse");
  const { id, revision, createdAt, changedAt, body } = parsed.data;
  return { id, revision, createdAt, changedAt, body };
}
