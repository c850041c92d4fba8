import { describe, expect, test } from "vitest";

import type { Item } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

const key = { pk: "item#1", sk: "state" };

/** Everything a document can hold, and names that are words of DynamoDB's expression language. */
const rich: Item = {
  ...key,
  text: "Übergröße 😀 \u0000 end",
  empty: "",
  name: "a reserved word",
  status: "another",
  size: -12.5,
  zero: 0,
  tiny: 1.5e-100,
  big: Number.MAX_SAFE_INTEGER,
  truth: true,
  falsehood: false,
  nothing: null,
  list: ["a", 1, null, [], {}, ["nested", { deep: [0.1] }]],
  map: { "key with spaces": "x", "dotted.key": 1, inner: { list: [] } },
};

export function testWrites({ makeTable }: TableContractSubject): void {
  describe("reading and writing one item", () => {
    test("an item comes back as it was put, whatever JSON it holds", async () => {
      const table = await makeTable();
      expect(await table.write({ kind: "put", item: rich, condition: [] })).toEqual({
        applied: true,
      });
      expect(await table.get(key)).toEqual(rich);
      expect(await table.batchGet([key])).toEqual([rich]);
      expect(await table.query({ partition: key.pk })).toEqual({ items: [rich] });
    });

    test("a put replaces the whole item", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: { ...key, a: 1, b: 2 }, condition: [] });
      await table.write({ kind: "put", item: { ...key, c: 3 }, condition: [] });
      expect(await table.get(key)).toEqual({ ...key, c: 3 });
    });

    test("a delete removes the item, and deleting what is absent is applied too", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: rich, condition: [] });
      expect(await table.write({ kind: "delete", key, condition: [] })).toEqual({ applied: true });
      expect(await table.write({ kind: "delete", key, condition: [] })).toEqual({ applied: true });
      expect(await table.get(key)).toBeUndefined();
    });

    test("undefined attributes are not stored, at any depth", async () => {
      const table = await makeTable();
      const item = { ...key, gone: undefined, map: { gone: undefined, kept: 1 } };
      await table.write({ kind: "put", item: item as unknown as Item, condition: [] });
      expect(await table.get(key)).toStrictEqual({ ...key, map: { kept: 1 } });
    });

    test("broken surrogates in values are replaced, so that cut text can be stored", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: { ...key, title: "cut \ud83d" }, condition: [] });
      expect(await table.get(key)).toEqual({ ...key, title: "cut \ufffd" });
    });

    test("a caller that changes its object later does not change what is stored", async () => {
      const table = await makeTable();
      const mutable = { ...key, list: ["a"] };
      await table.write({ kind: "put", item: mutable, condition: [] });
      mutable.list.push("b");
      expect(await table.get(key)).toEqual({ ...key, list: ["a"] });
    });

    test("batchGet returns every present item once, for any number of keys with repeats", async () => {
      const table = await makeTable();
      const items = Array.from({ length: 230 }, (_, at) => ({ pk: `p${String(at)}`, sk: "s", at }));
      await Promise.all(items.map((item) => table.write({ kind: "put", item, condition: [] })));
      const keys = [...items, ...items.slice(0, 20), { pk: "absent", sk: "s" }];
      const found = await table.batchGet(keys.map(({ pk, sk }) => ({ pk, sk })));
      expect(found.toSorted((a, b) => Number(a["at"]) - Number(b["at"]))).toEqual(items);
      expect(await table.batchGet([])).toEqual([]);
    });

    test("batchGet reads on where one answer of 16 MB ends", async () => {
      const table = await makeTable();
      const text = "x".repeat(390_000);
      const items = Array.from({ length: 45 }, (_, at) => ({
        pk: `p${String(at)}`,
        sk: "s",
        text,
      }));
      for (const item of items) await table.write({ kind: "put", item, condition: [] });
      const found = await table.batchGet(items.map(({ pk, sk }) => ({ pk, sk })));
      expect(found.map(({ pk }) => pk).toSorted()).toEqual(items.map(({ pk }) => pk).toSorted());
    }, 30_000);
  });

  describe("add", () => {
    test("creates the item, adds to what is there, and puts fixed attributes beside", async () => {
      const table = await makeTable();
      await table.add(key, { count: 2, size: -1 }, { name: "first", lpk: "list", lsk: "1" });
      await table.add(key, { count: 40, other: 0.5 }, { name: "second" });
      const expected = {
        ...key,
        count: 42,
        size: -1,
        other: 0.5,
        name: "second",
        lpk: "list",
        lsk: "1",
      };
      expect(await table.get(key)).toEqual(expected);
      expect((await table.query({ index: "list", partition: "list" })).items).toEqual([expected]);
    });

    test("keeps the other attributes of the item", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: { ...key, list: ["a"], count: 1 }, condition: [] });
      await table.add(key, { count: 1 });
      expect(await table.get(key)).toEqual({ ...key, list: ["a"], count: 2 });
    });

    test("adds fractions as decimals", async () => {
      const table = await makeTable();
      await table.add(key, { sum: 0.1 });
      await table.add(key, { sum: 0.2 });
      expect(await table.get(key)).toEqual({ ...key, sum: 0.3 });
    });

    test("loses nothing when fifty add at once", async () => {
      const table = await makeTable();
      await Promise.all(Array.from({ length: 50 }, () => table.add(key, { count: 1 })));
      expect(await table.get(key)).toEqual({ ...key, count: 50 });
    });

    test("refuses to add to a text, to a key, to nothing, or twice to one attribute", async () => {
      const table = await makeTable();
      await table.write({ kind: "put", item: { ...key, text: "a" }, condition: [] });
      const broken = expect.objectContaining({ code: "invariant.broken" });
      await expect(table.add(key, { text: 1 })).rejects.toEqual(broken);
      await expect(table.add(key, { sk: 1 })).rejects.toEqual(broken);
      await expect(table.add(key, {})).rejects.toEqual(broken);
      await expect(table.add(key, { count: 1 }, { count: 2 })).rejects.toEqual(broken);
      expect(await table.get(key)).toEqual({ ...key, text: "a" });
    });
  });

  test("of fifty writers with one condition exactly one wins", async () => {
    const table = await makeTable();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, writer) =>
        table.write({ kind: "put", item: { ...key, writer }, condition: [[["pk", "absent"]]] }),
      ),
    );
    const stored = await table.get(key);
    expect(outcomes.filter(({ applied }) => applied)).toHaveLength(1);
    expect(outcomes.findIndex(({ applied }) => applied)).toBe(stored?.["writer"]);
    for (const outcome of outcomes)
      expect(outcome.applied || outcome.current).toEqual(outcome.applied || stored);
  });
}
