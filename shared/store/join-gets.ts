import type { Item, Key, Table } from "#shared/ports/table.ts";

import { textOfKey } from "./set-aside.ts";

/**
 * The same table for whoever reads several things at once that know nothing of each other: gets that are
 * asked for in one turn, before anybody waits, go out as one request.
 */
export function joinGets(table: Table): Table {
  let turn: { readonly keys: Map<string, Key>; readonly found: ReturnType<typeof get> } | undefined;
  const get = async (keys: ReadonlyMap<string, Key>): Promise<ReadonlyMap<string, Item>> => {
    await Promise.resolve();
    turn = undefined;
    const items = await table.batchGet([...keys.values()]);
    return new Map(items.map((item) => [textOfKey(item), item]));
  };
  const batchGet = async (keys: readonly Key[]): Promise<Item[]> => {
    if (!turn) {
      const joined = new Map<string, Key>();
      turn = { keys: joined, found: get(joined) };
    }
    for (const key of keys) turn.keys.set(textOfKey(key), key);
    const found = await turn.found;
    return keys.flatMap((key) => found.get(textOfKey(key)) ?? []);
  };
  return { ...table, batchGet };
}
