import type { Item } from "#shared/ports/table.ts";

const known = new WeakMap<object, WeakMap<Item, unknown>>();

/**
 * What `read` makes of an item; of one that can never change, made once for each `reader` and frozen with
 * all that is in it. A frozen item is frozen throughout: a table in memory hands out no others, and
 * nothing else freezes items. `reader` tells readings of one item apart; each must be of the item alone.
 */
export function readOnce<T>(reader: object, item: Item, read: (item: Item) => T): T {
  if (!Object.isFrozen(item)) return read(item);
  let byItem = known.get(reader);
  if (byItem === undefined) {
    byItem = new WeakMap();
    known.set(reader, byItem);
  }
  // What one reader has stored is what the same reader reads.
  if (byItem.has(item)) return byItem.get(item) as T;
  const value = frozen(read(item));
  byItem.set(item, value);
  return value;
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) frozen(field);
  return Object.freeze(value);
}
