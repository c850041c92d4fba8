import { describe, expect, test } from "vitest";

import type { Item, Key } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

const key = { pk: "p", sk: "s" };
const broken = expect.objectContaining({ code: "invariant.broken" });
/** `pk` and `sk` with their values of one byte, and the name of the text. */
const overheadBytes = 6 + "text".length;
const itemBytesMax = 400 * 1024;

const oddKeys: readonly Key[] = [
  { pk: "\u0000", sk: "\u0000\u0000" },
  { pk: "😀", sk: "\uffff" },
  { pk: " ", sk: "a\nb\t\"'\\{}" },
  { pk: "#pk", sk: ":v" },
  { pk: "é".repeat(512), sk: "é".repeat(510) },
  { pk: "__proto__", sk: "constructor" },
];

/** Values that plain JSON data should not contain, as a careless cast would let through. */
const unstorable: readonly (readonly [why: string, value: unknown])[] = [
  ["not a number", Number.NaN],
  ["infinite", Number.NEGATIVE_INFINITY],
  ["beyond the safe integers", 2 ** 53],
  ["closer to 0 than DynamoDB goes", 1e-131],
  ["a big integer", 1n],
  ["a date", new Date(0)],
  ["a set", new Set(["a"])],
  ["bytes", Buffer.from("a")],
  ["a function", () => 1],
  ["an undefined element", [undefined]],
  ["an empty name", { "": 1 }],
];

export function testLimits({ makeTable }: TableContractSubject): void {
  describe("limits", () => {
    test.each(oddKeys)("key %j keeps to itself", async (odd) => {
      const table = await makeTable();
      const item = { ...odd, lpk: odd.pk, lsk: odd.sk, v: 1 };
      await table.write({ kind: "put", item, condition: [] });
      expect(await table.get(odd)).toEqual(item);
      expect(await table.batchGet([odd, odd])).toEqual([item]);
      expect((await table.query({ partition: odd.pk, sortPrefix: odd.sk })).items).toEqual([item]);
      expect(
        (await table.query({ index: "list", partition: odd.pk, sortPrefix: odd.sk })).items,
      ).toEqual([item]);
      const { next } = await table.query({ partition: odd.pk, limit: 1 });
      expect((await table.query({ partition: odd.pk, after: next ?? "" })).items).toEqual([]);
      expect(await table.get({ pk: odd.sk, sk: odd.pk })).toBeUndefined();
      expect(await table.write({ kind: "delete", key: odd, condition: [] })).toEqual({
        applied: true,
      });
      expect(await table.get(odd)).toBeUndefined();
    });

    test.each([
      ["an empty pk", { pk: "", sk: "s" }],
      ["an empty sk", { pk: "p", sk: "" }],
      ["a pk of 1025 bytes", { pk: `${"é".repeat(512)}x`, sk: "s" }],
      ["a broken surrogate", { pk: "p", sk: "\ud83d" }],
      ["the highest character", { pk: "p", sk: "a\u{10ffff}" }],
    ])("%s is refused everywhere", async (_why, bad) => {
      const table = await makeTable();
      await expect(table.get(bad)).rejects.toEqual(broken);
      await expect(table.batchGet([bad])).rejects.toEqual(broken);
      await expect(table.write({ kind: "put", item: bad, condition: [] })).rejects.toEqual(broken);
      await expect(table.write({ kind: "delete", key: bad, condition: [] })).rejects.toEqual(
        broken,
      );
      await expect(table.transact([{ kind: "check", key: bad, condition: [] }])).rejects.toEqual(
        broken,
      );
      await expect(table.add(bad, { a: 1 })).rejects.toEqual(broken);
    });

    test.each([
      ["empty", { rpk: "", rsk: "x" }],
      ["a number", { apk: 5 }],
      ["null", { lsk: null }],
      ["too long", { lpk: "x".repeat(1025) }],
    ])("an index attribute that is %s is refused", async (_why, attributes) => {
      const table = await makeTable();
      await expect(
        table.write({ kind: "put", item: { ...key, ...attributes }, condition: [] }),
      ).rejects.toEqual(broken);
      expect(await table.get(key)).toBeUndefined();
    });

    test("an item of exactly 400 KB is stored, one byte more is refused", async () => {
      const table = await makeTable();
      const item = { ...key, text: "x".repeat(itemBytesMax - overheadBytes) };
      expect(await table.write({ kind: "put", item, condition: [] })).toEqual({ applied: true });
      expect(await table.get(key)).toEqual(item);
      const larger = { ...item, text: `${item.text}x` };
      const tooLarge = expect.objectContaining({ code: "input.too-large" });
      await expect(table.write({ kind: "put", item: larger, condition: [] })).rejects.toEqual(
        tooLarge,
      );
      await expect(table.transact([{ kind: "put", item: larger, condition: [] }])).rejects.toEqual(
        tooLarge,
      );
    });

    test.each(unstorable)("a value that is %s is refused, not changed", async (_why, value) => {
      const table = await makeTable();
      const item = { ...key, value } as unknown as Item;
      await expect(table.write({ kind: "put", item, condition: [] })).rejects.toEqual(broken);
      expect(await table.get(key)).toBeUndefined();
    });

    test("nesting as deep as every database takes is stored, deeper is refused", async () => {
      const table = await makeTable();
      const nest = (levels: number): Item => {
        let value: Item["value"] = "core";
        for (let level = 0; level < levels; level += 1)
          value = level % 2 === 0 ? [value ?? null] : { in: value ?? null };
        return { ...key, value: value ?? null };
      };
      await table.write({ kind: "put", item: nest(30), condition: [] });
      expect(await table.get(key)).toEqual(nest(30));
      await expect(table.write({ kind: "put", item: nest(40), condition: [] })).rejects.toEqual(
        broken,
      );
    });
  });
}
