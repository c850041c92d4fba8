import { compareBytes } from "#shared/adapters/dynamodb/byte-order.ts";
import { indexes } from "#shared/ports/table.ts";
import type { IndexName, Key } from "#shared/ports/table.ts";

import type { Kept, Place, Row } from "./row.ts";
import { bySortKey, byWholeKey, SortedEntries } from "./sorted-entries.ts";
import type { Entry, KeyOf } from "./sorted-entries.ts";

/** Items by key, kept together with what each index holds of them. */
export interface ItemStore {
  get(key: Key): Row | undefined;
  /** Puts or, with undefined, removes. */
  set(key: Key, after: Row | undefined): void;
  partition(index: IndexName | undefined, partition: string): SortedEntries<Kept> | undefined;
  /** Visits a segment's items from behind `after` on, until a visit is answered by false. */
  walkAll(
    segment: number,
    segments: number,
    after: Key | undefined,
    visit: (entry: Entry<Kept>) => boolean,
  ): void;
}

type Partitions<T> = Map<string, SortedEntries<T>>;

export function createItemStore(): ItemStore {
  const table: Partitions<Row> = new Map();
  const byIndex = new Map(
    Object.keys(indexes).map((name): [string, Partitions<Kept>] => [name, new Map()]),
  );
  const ofIndexes = [...byIndex.values()];
  let scanOrder: readonly Scanned[] | undefined;

  const get = (key: Key): Row | undefined => table.get(key.pk)?.find(key)?.kept;

  return {
    get,
    set: (key, after) => {
      const before = get(key);
      const partitionCount = table.size;
      replace(table, key, {
        was: before && placeInTable(before),
        is: after && placeInTable(after),
        keyOf: bySortKey,
      });
      if (table.size !== partitionCount) scanOrder = undefined;
      ofIndexes.forEach((partitions, at) => {
        const was = before?.places[at];
        const is = after?.places[at];
        if (was !== is) replace(partitions, key, { was, is, keyOf: byWholeKey });
      });
    },
    partition: (index, partition) =>
      index === undefined ? table.get(partition) : byIndex.get(index)?.get(partition),
    walkAll: (segment, segments, after, visit) => {
      scanOrder ??= [...table.keys()].map(scannedOf).toSorted(compareScanned);
      const from = after && scannedOf(after.pk);
      for (const scanned of scanOrder) {
        if (scanned.hash % segments !== segment) continue;
        const order = from === undefined ? 1 : compareScanned(scanned, from);
        if (order < 0) continue;
        const position = order === 0 && after ? { ...after, sort: after.sk } : undefined;
        const walk = { prefix: "", descending: false, after: position };
        if (table.get(scanned.pk)?.walk(walk, visit) === false) return;
      }
    },
  };
}
function placeInTable(row: Row): Place<Row> {
  return { partition: row.item.pk, sort: row.item.sk, kept: row };
}

interface Move<T> {
  readonly was: Place<T> | undefined;
  readonly is: Place<T> | undefined;
  readonly keyOf: KeyOf;
}

function replace<T>(partitions: Partitions<T>, key: Key, { was, is, keyOf }: Move<T>): void {
  if (was && was.partition !== is?.partition) {
    const entries = partitions.get(was.partition);
    entries?.remove(key);
    if (entries?.size === 0) partitions.delete(was.partition);
  }
  if (!is) return;
  const entries = partitions.get(is.partition) ?? new SortedEntries<T>(keyOf);
  if (entries.size === 0) partitions.set(is.partition, entries);
  entries.put({ sort: is.sort, pk: key.pk, sk: key.sk, kept: is.kept });
}

interface Scanned {
  readonly pk: string;
  readonly hash: number;
}

/** A scan goes in the order of a hash, as DynamoDB's does; FNV-1a spreads keys over segments. */
function scannedOf(pk: string): Scanned {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(pk, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return { pk, hash };
}

function compareScanned(left: Scanned, right: Scanned): number {
  return left.hash - right.hash || compareBytes(left.pk, right.pk);
}
