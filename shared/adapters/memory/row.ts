import { sameJson, unitsOfBytes } from "#shared/adapters/dynamodb/units.ts";
import { itemBytes } from "#shared/ports/item-size.ts";
import { indexes } from "#shared/ports/table.ts";
import type { Item, Json } from "#shared/ports/table.ts";

/** The indexes, in the order in which a row has its places. */
const indexList = Object.values(indexes);

type Index = (typeof indexList)[number];

/** What stands under one key of the table or of an index: frozen, and measured when first asked for. */
export class Kept {
  readonly item: Item;
  #bytes: number | undefined;

  constructor(item: Item, bytes?: number) {
    this.item = item;
    this.#bytes = bytes;
  }

  get bytes(): number {
    this.#bytes ??= itemBytes(this.item);
    return this.#bytes;
  }
}

/** Where the table or an index has an item, and what it holds of it. */
export interface Place<T = Kept> {
  readonly partition: string;
  readonly sort: string;
  readonly kept: T;
}

/** An item of the table, with its place in each index; undefined where it has none. */
export class Row extends Kept {
  readonly places: readonly (Place | undefined)[];

  /** `before` stood under the same key and was not the same: what an index held of it may stay. */
  constructor(item: Item, bytes: number | undefined, before: Row | undefined) {
    super(item, bytes);
    this.places = indexList.map((index, at) => placeOf(index, this, before?.places[at]));
  }
}

function placeOf(index: Index, row: Kept, before: Place | undefined): Place | undefined {
  const { item } = row;
  const partition = item[index.partition];
  const sort = item[index.sort];
  // `storable` lets only text into key attributes.
  if (typeof partition !== "string" || typeof sort !== "string") return undefined;
  if (index.projection === "ALL") return { partition, sort, kept: row };
  const stays = before?.partition === partition && before.sort === sort;
  const names = index.projection === "KEYS_ONLY" ? [] : index.projection;
  if (stays && names.every((name) => sameJson(before.kept.item[name], item[name]))) return before;
  const entry: Record<string, Json> = { [index.partition]: partition, [index.sort]: sort };
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) entry[name] = value;
  }
  const held: Item = { pk: item.pk, sk: item.sk, ...entry };
  return { partition, sort, kept: new Kept(Object.freeze(held)) };
}

/** Units of all index writes that changing the one row into the other causes. */
export function indexWriteUnits(before: Row | undefined, after: Row | undefined): number {
  let units = 0;
  for (let at = 0; at < indexList.length; at += 1) {
    units += placeUnits(before?.places[at], after?.places[at]);
  }
  return units;
}

/** A moved entry is a delete and a put; one in place is one write; an unchanged one costs nothing. */
function placeUnits(before: Place | undefined, after: Place | undefined): number {
  if (before === after) return 0;
  const was = before?.kept.bytes ?? 0;
  const is = after?.kept.bytes ?? 0;
  const moved =
    before && after && (before.partition !== after.partition || before.sort !== after.sort);
  return moved ? unitsOfBytes(was) + unitsOfBytes(is) : unitsOfBytes(Math.max(was, is));
}
