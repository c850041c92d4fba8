import { compareBytes } from "#shared/adapters/dynamodb/byte-order.ts";
import type { Item } from "#shared/ports/table.ts";

/** An item under a sort key; in an index many items may share one, so the table's key decides. */
export interface Entry {
  readonly sort: string;
  readonly pk: string;
  readonly sk: string;
  item: Item;
}

/** Up to here it is cheaper to put entries into their places than to sort all again. */
const sortedInAtOnceMax = 16;

/** How the entries of one partition are told apart. */
export type KeyOf = (item: { readonly pk: string; readonly sk: string }) => string;

/** Of a partition of the table, where `pk` is the same for all. */
export const bySortKey: KeyOf = ({ sk }) => sk;

/** Of a partition of an index. The length keeps different pairs apart. */
export const byWholeKey: KeyOf = ({ pk, sk }) => `${String(pk.length)}:${pk}${sk}`;

/** One partition of the table or of an index, in DynamoDB's order; sorted when first read. */
export class SortedEntries {
  readonly #byKey = new Map<string, Entry>();
  readonly #keyOf: KeyOf;
  #sorted: Entry[] = [];
  /** Not yet sorted in: filling a partition must not move its other entries each time. */
  #unsorted: Entry[] = [];

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#byKey.size;
  }

  find(item: { readonly pk: string; readonly sk: string }): Entry | undefined {
    return this.#byKey.get(this.#keyOf(item));
  }

  put(entry: Entry): void {
    const key = this.#keyOf(entry);
    const present = this.#byKey.get(key);
    if (present !== undefined && present.sort === entry.sort) {
      present.item = entry.item;
      return;
    }
    if (present !== undefined) this.remove(present);
    this.#byKey.set(key, entry);
    this.#unsorted.push(entry);
  }

  remove(item: { readonly pk: string; readonly sk: string }): void {
    const key = this.#keyOf(item);
    const present = this.#byKey.get(key);
    if (present === undefined) return;
    this.#byKey.delete(key);
    const sorted = this.#inOrder();
    sorted.splice(firstNotBelow(sorted, present), 1);
  }

  /** Entries whose sort key has the prefix, from behind `after` on, in either direction. */
  *walk(prefix: string, descending: boolean, after?: Position): Generator<Entry> {
    const sorted = this.#inOrder();
    let at = startOf(sorted, prefix, descending, after);
    for (let entry = sorted[at]; entry?.sort.startsWith(prefix) === true; entry = sorted[at]) {
      yield entry;
      at += descending ? -1 : 1;
    }
  }

  #inOrder(): Entry[] {
    const unsorted = this.#unsorted;
    this.#unsorted = [];
    if (unsorted.length > sortedInAtOnceMax) {
      this.#sorted = [...this.#sorted, ...unsorted].toSorted(compareEntries);
    } else {
      for (const entry of unsorted) {
        this.#sorted.splice(firstNotBelow(this.#sorted, entry), 0, entry);
      }
    }
    return this.#sorted;
  }
}

type Position = Pick<Entry, "sort" | "pk" | "sk">;

function startOf(
  sorted: readonly Entry[],
  prefix: string,
  descending: boolean,
  after: Position | undefined,
): number {
  if (after !== undefined) {
    const at = firstNotBelow(sorted, after);
    if (descending) return at - 1;
    const present = sorted[at];
    return present !== undefined && compareEntries(present, after) === 0 ? at + 1 : at;
  }
  const first = firstNotBelow(sorted, { sort: prefix, pk: "", sk: "" });
  if (!descending) return first;
  if (prefix === "") return sorted.length - 1;
  return firstWhere(sorted, first, (entry) => !entry.sort.startsWith(prefix)) - 1;
}

function firstNotBelow(sorted: readonly Entry[], position: Position): number {
  return firstWhere(sorted, 0, (entry) => compareEntries(entry, position) >= 0);
}

/** Binary search of the first entry from `low` on for which a monotonic test holds. */
function firstWhere(
  sorted: readonly Entry[],
  low: number,
  test: (entry: Entry) => boolean,
): number {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sorted[middle];
    if (entry !== undefined && test(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareEntries(left: Position, right: Position): number {
  return (
    compareBytes(left.sort, right.sort) ||
    compareBytes(left.pk, right.pk) ||
    compareBytes(left.sk, right.sk)
  );
}
