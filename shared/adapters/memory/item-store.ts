import { compareBytes } from "#shared/adapters/dynamodb/byte-order.ts";
import { entryOf } from "#shared/adapters/dynamodb/units.ts";
import { indexes } from "#shared/ports/table.ts";
import type { IndexName, Item, Json, Key } from "#shared/ports/table.ts";

import { bySortKey, byWholeKey, SortedEntries } from "./sorted-entries.ts";
import type { Entry, KeyOf } from "./sorted-entries.ts";

/** Items by key, kept together with what each index holds of them. */
export interface ItemStore {
  get(key: Key): Item | undefined;
  /** Puts or, with undefined, removes. The item must be frozen and its own copy. */
  set(key: Key, after: Item | undefined): void;
  partition(index: IndexName | undefined, partition: string): SortedEntries | undefined;
  walkAll(segment: number, segments: number, after: Key | undefined): Generator<Entry>;
}

type Partitions = Map<string, SortedEntries>;

export function createItemStore(): ItemStore {
  const table: Partitions = new Map();
  const byIndex = Object.entries(indexes).map(([name, index]) => ({
    name,
    index,
    partitions: new Map() as Partitions,
  }));
  let scanOrder: readonly Scanned[] | undefined;

  const get = (key: Key): Item | undefined => table.get(key.pk)?.find(key)?.item;

  return {
    get,
    set: (key, after) => {
      const before = get(key);
      const partitionCount = table.size;
      const at = { partition: key.pk, sort: key.sk };
      const [was, is] = [before && { ...at, item: before }, after && { ...at, item: after }];
      replace(table, key, { was, is, keyOf: bySortKey });
      if (table.size !== partitionCount) scanOrder = undefined;
      for (const { index, partitions } of byIndex) {
        const [was, is] = [placeOf(index, before), placeOf(index, after)];
        replace(partitions, key, { was, is, keyOf: byWholeKey });
      }
    },
    partition: (index, partition) =>
      index === undefined
        ? table.get(partition)
        : byIndex.find(({ name }) => name === index)?.partitions.get(partition),
    walkAll: function* walkAll(segment, segments, after) {
      scanOrder ??= [...table.keys()].map(scannedOf).toSorted(compareScanned);
      const from = after && scannedOf(after.pk);
      for (const scanned of scanOrder) {
        if (scanned.hash % segments !== segment) continue;
        const order = from === undefined ? 1 : compareScanned(scanned, from);
        if (order < 0) continue;
        const position = order === 0 && after ? { ...after, sort: after.sk } : undefined;
        yield* table.get(scanned.pk)?.walk("", false, position) ?? [];
      }
    },
  };
}

interface Place {
  readonly partition: string;
  readonly sort: string;
  readonly item: Item;
}

function placeOf(index: (typeof indexes)[IndexName], item: Item | undefined): Place | undefined {
  const entry = entryOf(index, item);
  if (entry === undefined || item === undefined) return undefined;
  return {
    partition: textOf(entry[index.partition]),
    sort: textOf(entry[index.sort]),
    item: asItem(Object.freeze(entry)),
  };
}

/** A projection always holds the table's key. */
function asItem(entry: Readonly<Record<string, Json>>): Item {
  return entry as Item;
}

/** `storable` lets only text into key attributes. */
function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

interface Move {
  readonly was: Place | undefined;
  readonly is: Place | undefined;
  readonly keyOf: KeyOf;
}

function replace(partitions: Partitions, key: Key, { was, is, keyOf }: Move): void {
  if (was && was.partition !== is?.partition) {
    const entries = partitions.get(was.partition);
    entries?.remove(key);
    if (entries?.size === 0) partitions.delete(was.partition);
  }
  if (!is) return;
  const entries = partitions.get(is.partition) ?? new SortedEntries(keyOf);
  if (entries.size === 0) partitions.set(is.partition, entries);
  entries.put({ sort: is.sort, pk: key.pk, sk: key.sk, item: is.item });
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
