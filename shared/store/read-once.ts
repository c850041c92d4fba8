import type { Item } from "#shared/ports/table.ts";

/** What one reader made of an item, and what others did: few ever read the same item. */
interface Reading {
  readonly reader: object;
  readonly value: unknown;
  readonly next: Reading | undefined;
}

const known = new WeakMap<Item, Reading>();

/**
 * What `read` makes of an item; of one that can never change, made once for each `reader` and frozen with
 * all that is in it. A frozen item is frozen throughout: a table in memory hands out no others, and
 * nothing else freezes items. `reader` tells readings of one item apart; each must be of the item alone.
 */
export function readOnce<T>(reader: object, item: Item, read: (item: Item) => T): T {
  const readings = known.get(item);
  for (let one = readings; one !== undefined; one = one.next) {
    // What one reader has kept is what the same reader reads.
    if (one.reader === reader) return one.value as T;
  }
  if (!Object.isFrozen(item)) return read(item);
  const value = frozen(read(item));
  // Reading may have led to other readings of the item.
  known.set(item, { reader, value, next: known.get(item) });
  return value;
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) frozen(field);
  return Object.freeze(value);
}
