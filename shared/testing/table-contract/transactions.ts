import { describe, expect, test } from "vitest";

import type { Item, Write } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

const itemAt = (at: number): Item => ({
  pk: `p${String(at)}`,
  sk: "s",
  at,
  lpk: "all",
  lsk: String(at),
});
const putAt = (at: number): Write => ({
  kind: "put",
  item: itemAt(at),
  condition: [[["pk", "absent"]]],
});
const broken = expect.objectContaining({ code: "invariant.broken" });

export function testTransactions({ makeTable }: TableContractSubject): void {
  describe("transactions", () => {
    test("puts, deletes and checks are applied together", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: itemAt(1), condition: [] });
      await table.write({ kind: "put", item: itemAt(2), condition: [] });
      const outcome = await table.transact([
        putAt(3),
        { kind: "delete", key: { pk: "p1", sk: "s" }, condition: [[["at", "=", 1]]] },
        { kind: "check", key: { pk: "p2", sk: "s" }, condition: [[["at", "=", 2]]] },
        { kind: "check", key: { pk: "p9", sk: "s" }, condition: [] },
        { kind: "delete", key: { pk: "p8", sk: "s" }, condition: [] },
      ]);
      expect(outcome).toEqual({ applied: true });
      const { items } = await table.query({ index: "list", partition: "all" });
      expect(items).toEqual([itemAt(2), itemAt(3)]);
    });

    test("one failed condition stops all, and each failure comes with its item", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: itemAt(1), condition: [] });
      const outcome = await table.transact([
        putAt(0),
        putAt(1),
        { kind: "delete", key: { pk: "p2", sk: "s" }, condition: [[["pk", "exists"]]] },
        { kind: "check", key: { pk: "p3", sk: "s" }, condition: [[["pk", "absent"]]] },
      ]);
      expect(outcome).toEqual({
        applied: false,
        failed: [
          { index: 1, current: itemAt(1) },
          { index: 2, current: undefined },
        ],
      });
      expect(await table.get({ pk: "p0", sk: "s" })).toBeUndefined();
      expect((await table.query({ index: "list", partition: "all" })).items).toEqual([itemAt(1)]);
    });

    test("has room for 100 writes, not for 101 or none", async () => {
      const table = await makeTable();
      const writes = Array.from({ length: 101 }, (_, at) => putAt(at));
      await expect(table.transact(writes)).rejects.toEqual(broken);
      await expect(table.transact([])).rejects.toEqual(broken);
      expect((await table.query({ index: "list", partition: "all" })).items).toEqual([]);
      expect(await table.transact(writes.slice(1))).toEqual({ applied: true });
      expect((await table.query({ index: "list", partition: "all" })).items).toHaveLength(100);
    });

    test("refuses two writes on one item, of whatever kind", async () => {
      const table = await makeTable();
      const check: Write = { kind: "check", key: { pk: "p1", sk: "s" }, condition: [] };
      await expect(table.transact([putAt(1), check])).rejects.toEqual(broken);
      await expect(table.transact([putAt(1), putAt(1)])).rejects.toEqual(broken);
      expect(await table.get({ pk: "p1", sk: "s" })).toBeUndefined();
    });

    test("refuses more than 4 MB in all", async () => {
      const table = await makeTable();
      const text = "x".repeat(400_000);
      const writes = Array.from({ length: 11 }, (_, at): Write => ({
        kind: "put",
        item: { ...itemAt(at), text },
        condition: [],
      }));
      await expect(table.transact(writes)).rejects.toEqual(
        expect.objectContaining({ code: "input.too-large" }),
      );
      expect(await table.transact(writes.slice(0, 10))).toEqual({ applied: true });
    });

    test("of twenty transactions on one condition exactly one is applied, whole", async () => {
      const table = await makeTable();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, writer) =>
          table.transact([
            { kind: "put", item: { pk: "lock", sk: "s", writer }, condition: [[["pk", "absent"]]] },
            { kind: "put", item: { pk: "work", sk: String(writer) }, condition: [] },
          ]),
        ),
      );
      const winner = outcomes.findIndex(({ applied }) => applied);
      expect(outcomes.filter(({ applied }) => applied)).toHaveLength(1);
      expect(await table.get({ pk: "lock", sk: "s" })).toEqual({
        pk: "lock",
        sk: "s",
        writer: winner,
      });
      expect((await table.query({ partition: "work" })).items).toEqual([
        { pk: "work", sk: String(winner) },
      ]);
    });
  });
}
