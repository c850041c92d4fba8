import { describe, expect, test } from "vitest";

import type { ItemChange } from "#shared/adapters/dynamodb/stream-image.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { createMemoryTable } from "./memory-table.ts";

const key = { pk: "p", sk: "s" };

function recording() {
  const changes: ItemChange[] = [];
  const table = createMemoryTable({ onRecord: (change) => void changes.push(change) });
  return { table, changes };
}

const put = (table: Table, item: Item) => table.write({ kind: "put", item, condition: [] });

describe("the stream of the table in memory", () => {
  test("has both images of each change, numbered in order", async () => {
    const { table, changes } = recording();
    await put(table, { ...key, v: 1 });
    await table.add(key, { v: 1 });
    await table.write({ kind: "delete", key, condition: [] });
    expect(changes).toEqual([
      { sequenceNumber: "1", after: { ...key, v: 1 } },
      { sequenceNumber: "2", before: { ...key, v: 1 }, after: { ...key, v: 2 } },
      { sequenceNumber: "3", before: { ...key, v: 2 } },
    ]);
  });

  test("is silent about what changed nothing", async () => {
    const { table, changes } = recording();
    await put(table, { ...key, data: { a: 1, b: [2] } });
    await put(table, { data: { b: [2], a: 1 }, ...key });
    await table.write({ kind: "delete", key: { pk: "nobody", sk: "s" }, condition: [] });
    await table.write({ kind: "put", item: key, condition: [[["pk", "absent"]]] });
    await table.transact([{ kind: "put", item: key, condition: [[["pk", "absent"]]] }]);
    expect(changes).toHaveLength(1);
  });

  test("tells of a transaction when all of it can be read", async () => {
    const seen: unknown[] = [];
    const table: Table = createMemoryTable({
      onRecord: () => void table.get({ pk: "b", sk: "s" }).then((item) => seen.push(item?.pk)),
    });
    await table.transact([
      { kind: "put", item: { pk: "a", sk: "s" }, condition: [] },
      { kind: "put", item: { pk: "b", sk: "s" }, condition: [] },
    ]);
    expect(seen).toEqual(["b", "b"]);
  });

  test("keeps its order when a reader writes", async () => {
    const changes: ItemChange[] = [];
    const table: Table = createMemoryTable({
      onRecord: (change) => {
        changes.push(change);
        if (change.after?.pk === "a") void put(table, { pk: "echo", sk: "s" });
      },
    });
    await table.transact([
      { kind: "put", item: { pk: "a", sk: "s" }, condition: [] },
      { kind: "put", item: { pk: "b", sk: "s" }, condition: [] },
    ]);
    const order = changes.map(({ sequenceNumber, after }) => [sequenceNumber, after?.pk]);
    expect(order).toEqual([
      ["1", "a"],
      ["2", "b"],
      ["3", "echo"],
    ]);
  });
});

test("what the table gives out cannot be changed", async () => {
  const table = createMemoryTable();
  await put(table, { ...key, list: [{ a: 1 }] });
  const item = await table.get(key);
  expect(() => Object.assign(item ?? {}, { v: 2 })).toThrow(TypeError);
  expect(() => Object.assign(Object(item?.["list"]), ["x"])).toThrow(TypeError);
});

test("a large partition that was filled out of order is read whole by pages", async () => {
  const table = createMemoryTable();
  await put(table, { pk: "p", sk: "0" });
  await table.query({ partition: "p" });
  for (let n = 0; n < 20_000; n += 1)
    await put(table, { pk: "p", sk: String((n * 7_919) % 20_000) });
  let read = 0;
  for (let next: string | undefined = "", after = {}; next !== undefined; after = { after: next }) {
    const page = await table.query({ partition: "p", limit: 1_000, ...after });
    read += page.items.length;
    next = page.next;
  }
  expect(read).toBe(20_000);
});
