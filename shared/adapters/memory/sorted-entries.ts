import { compareBytes } from "#shared/adapters/dynamodb/byte-order.ts";
import { textOfKey } from "#shared/adapters/dynamodb/distinct-keys.ts";

/** What is kept under a sort key; in an index many items may share one, so the table's key decides. */
export interface Entry<T> {
  readonly sort: string;
  readonly pk: string;
  readonly sk: string;
  kept: T;
}

/** Up to here it is cheaper to put entries into their places than to sort all again. */
const sortedInAtOnceMax = 16;

/** How the entries of one partition are told apart. */
export type KeyOf = (item: { readonly pk: string; readonly sk: string }) => string;

/** Of a partition of the table, where `pk` is the same for all. */
export const bySortKey: KeyOf = ({ sk }) => sk;

/** Of a partition of an index. */
export const byWholeKey: KeyOf = textOfKey;

/** One partition of the table or of an index, in DynamoDB's order; sorted when first read. */
export class SortedEntries<T> {
  readonly #byKey = new Map<string, Entry<T>>();
  readonly #keyOf: KeyOf;
  #sorted: Entry<T>[] = [];
  /** Not yet sorted in: filling a partition must not move its other entries each time. */
  #unsorted: Entry<T>[] = [];

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#byKey.size;
  }

  find(item: { readonly pk: string; readonly sk: string }): Entry<T> | undefined {
    return this.#byKey.get(this.#keyOf(item));
  }

  put(entry: Entry<T>): void {
    const key = this.#keyOf(entry);
    const present = this.#byKey.get(key);
    if (present !== undefined && present.sort === entry.sort) {
      present.kept = entry.kept;
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

  /**
   * Visits entries whose sort key has the prefix, from behind `after` on, in either direction, until a
   * visit is answered by false. False when it was.
   */
  walk({ prefix, descending, after }: Walk, visit: (entry: Entry<T>) => boolean): boolean {
    const sorted = this.#inOrder();
    const step = descending ? -1 : 1;
    let at = startOf(sorted, prefix, descending, after);
    for (let entry = sorted[at]; entry !== undefined; entry = sorted[at]) {
      if (prefix !== "" && !entry.sort.startsWith(prefix)) break;
      if (!visit(entry)) return false;
      at += step;
    }
    return true;
  }

  #inOrder(): Entry<T>[] {
    const unsorted = this.#unsorted;
    if (unsorted.length === 0) return this.#sorted;
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

type Position = Pick<Entry<unknown>, "sort" | "pk" | "sk">;

export interface Walk {
  readonly prefix: string;
  readonly descending: boolean;
  readonly after: Position | undefined;
}

function startOf(
  sorted: readonly Position[],
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
  if (prefix === "") return descending ? sorted.length - 1 : 0;
  const first = firstNotBelow(sorted, { sort: prefix, pk: "", sk: "" });
  if (!descending) return first;
  return firstWhere(sorted, first, (entry) => !entry.sort.startsWith(prefix)) - 1;
}

function firstNotBelow(sorted: readonly Position[], position: Position): number {
  return firstWhere(sorted, 0, (entry) => compareEntries(entry, position) >= 0);
}

/** Binary search of the first entry from `low` on for which a monotonic test holds. */
function firstWhere(
  sorted: readonly Position[],
  low: number,
  test: (entry: Position) => boolean,
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
