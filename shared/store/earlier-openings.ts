import { itemBytes } from "#shared/ports/item-size.ts";
import type { Item } from "#shared/ports/table.ts";

/** What DynamoDB bills a write by. */
const writeUnitBytes = 1024;

/** A signal with the newest of its earlier openings, as many as cost no write unit of their own. */
export function withEarlierThatFit(item: Item): Item {
  const { earlier, ...bare } = item;
  if (!Array.isArray(earlier)) return item;
  const unitsOf = (one: Item) => Math.ceil(itemBytes(one) / writeUnitBytes);
  // The rest of an item without them is an item.
  const without = bare as Item;
  const units = unitsOf(without);
  for (let from = 0; from < earlier.length; from += 1) {
    const some: Item = { ...without, earlier: earlier.slice(from) };
    if (unitsOf(some) <= units) return some;
  }
  return without;
}
