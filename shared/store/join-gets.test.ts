import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { joinGets } from "./join-gets.ts";

const keyOf = (name: string, sk = "0"): Key => ({ pk: name, sk });

async function counted(): Promise<{ readonly table: Table; readonly asked: number[] }> {
  const asked: number[] = [];
  const held = createMemoryTable();
  for (const key of [keyOf("a"), keyOf("a", "match"), keyOf("b")]) {
    await held.write({ kind: "put", item: { ...key }, condition: [] });
  }
  const table: Table = {
    ...held,
    batchGet: (keys) => {
      asked.push(keys.length);
      return held.batchGet(keys);
    },
  };
  return { table, asked };
}

test("gets of one turn are one request, of which each asker has what it asked for", async () => {
  const { table, asked } = await counted();
  const joined = joinGets(table);
  const [one, other] = await Promise.all([
    joined.batchGet([keyOf("a"), keyOf("c")]),
    joined.batchGet([keyOf("a", "match"), keyOf("b"), keyOf("a")]),
  ]);
  expect(one).toEqual([keyOf("a")]);
  expect(other).toEqual([keyOf("a", "match"), keyOf("b"), keyOf("a")]);
  expect(asked).toEqual([4]);
});

test("what is asked for later is read then", async () => {
  const { table, asked } = await counted();
  const joined = joinGets(table);
  await joined.batchGet([keyOf("a")]);
  await table.write({ kind: "put", item: { ...keyOf("a"), value: 2 }, condition: [] });
  expect(await joined.batchGet([keyOf("a")])).toEqual([{ ...keyOf("a"), value: 2 }]);
  expect(asked).toEqual([1, 1]);
});

test("a request that fails fails all who asked, and the next is made anew", async () => {
  const { table } = await counted();
  let isAway = true;
  const joined = joinGets({
    ...table,
    batchGet: (keys) => (isAway ? Promise.reject(new Error("Away")) : table.batchGet(keys)),
  });
  const both = [joined.batchGet([keyOf("a")]), joined.batchGet([keyOf("b")])];
  for (const one of both) await expect(one).rejects.toThrow("Away");
  isAway = false;
  expect(await joined.batchGet([keyOf("b")])).toEqual([keyOf("b")]);
});
