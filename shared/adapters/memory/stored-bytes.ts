import { itemBytes } from "#shared/ports/item-size.ts";
import type { Item } from "#shared/ports/table.ts";

const known = new WeakMap<Item, number>();

/** `itemBytes` of an item in the store, counted once: it is frozen, and read far more often than written. */
export function storedBytes(item: Item): number {
  const counted = known.get(item);
  if (counted !== undefined) return counted;
  const bytes = itemBytes(item);
  known.set(item, bytes);
  return bytes;
}
