import { describe, expect, test } from "vitest";

import type { Item, Table, Usage } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

const key = { pk: "p", sk: "s" };
const text = (bytes: number): string => "x".repeat(bytes);
const listed = { ...key, lpk: "l", lsk: "1" };

/** Units that one action costs. */
async function costOf(table: Table, act: () => Promise<unknown>): Promise<Usage> {
  const before = table.usage();
  await act();
  const after = table.usage();
  return {
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
    indexWriteUnits: after.indexWriteUnits - before.indexWriteUnits,
  };
}

const read = (readUnits: number): Usage => ({ readUnits, writeUnits: 0, indexWriteUnits: 0 });
const written = (writeUnits: number, indexWriteUnits = 0): Usage => ({
  readUnits: 0,
  writeUnits,
  indexWriteUnits,
});

const put = (table: Table, item: Item) => table.write({ kind: "put", item, condition: [] });

export function testUnits({ makeTable, countsAsBilled }: TableContractSubject): void {
  describe("units", () => {
    test("a write costs 1 for each KB of the larger image, applied or not", async () => {
      const table = await makeTable();
      expect(await costOf(table, () => put(table, { ...key }))).toEqual(written(1));
      expect(await costOf(table, () => put(table, { ...key, a: text(1017) }))).toEqual(written(1));
      expect(await costOf(table, () => put(table, { ...key, a: text(1018) }))).toEqual(written(2));
      expect(await costOf(table, () => put(table, { ...key }))).toEqual(written(2));
      await put(table, { ...key, a: text(3000) });
      const refused = () =>
        table.write({ kind: "put", item: { ...key }, condition: [[["pk", "absent"]]] });
      expect(await costOf(table, refused)).toEqual(written(3));
      expect(await costOf(table, () => table.add(key, { n: 1 }))).toEqual(written(3));
      expect(
        await costOf(table, () => table.write({ kind: "delete", key, condition: [] })),
      ).toEqual(written(3));
      expect(
        await costOf(table, () => table.write({ kind: "delete", key, condition: [] })),
      ).toEqual(written(1));
    });

    test("an index is written only where its entry changes, twice where it moves", async () => {
      const table = await makeTable();
      expect(await costOf(table, () => put(table, { ...listed, a: text(1500) }))).toEqual(
        written(2, 2),
      );
      expect(await costOf(table, () => put(table, { ...listed, a: text(1500) }))).toEqual(
        written(2, 0),
      );
      expect(await costOf(table, () => put(table, { ...listed, a: "x" }))).toEqual(written(2, 2));
      expect(await costOf(table, () => put(table, { ...listed, lsk: "2", a: "x" }))).toEqual(
        written(1, 2),
      );
      expect(await costOf(table, () => put(table, { ...listed, lsk: "2", a: "y" }))).toEqual(
        written(1, 1),
      );
      expect(await costOf(table, () => put(table, { ...key, a: "y" }))).toEqual(written(1, 1));
      const keysOnly = { ...key, rpk: "r", rsk: "1", apk: "a" };
      expect(await costOf(table, () => put(table, { ...keysOnly, a: text(3000) }))).toEqual(
        written(3, 2),
      );
      expect(await costOf(table, () => put(table, { ...keysOnly, a: text(2000) }))).toEqual(
        written(3, 0),
      );
      expect(await costOf(table, () => put(table, { ...keysOnly, apk: "b", a: "x" }))).toEqual(
        written(2, 2),
      );
      expect(
        await costOf(table, () => table.write({ kind: "delete", key, condition: [] })),
      ).toEqual(written(1, 2));
    });

    test("an index of some attributes is written where one of those changes", async () => {
      const table = await makeTable();
      const placed = { ...key, cpk: "c", kind: "epic" };
      expect(await costOf(table, () => put(table, { ...placed, a: "x" }))).toEqual(written(1, 1));
      expect(await costOf(table, () => put(table, { ...placed, a: "y" }))).toEqual(written(1, 0));
      const story = { ...placed, kind: "story", a: "y" };
      expect(await costOf(table, () => put(table, story))).toEqual(written(1, 1));
      const { items } = await table.query({ index: "connection", partition: "c" });
      expect(items).toEqual([{ ...placed, kind: "story" }]);
      expect(await costOf(table, () => put(table, { ...key, a: "y" }))).toEqual(written(1, 1));
    });

    test.skipIf(!countsAsBilled)(
      "a transaction costs the table double, its indexes once",
      async () => {
        const table = await makeTable();
        await put(table, { pk: "q", sk: "s", a: text(1500) });
        const act = () =>
          table.transact([
            { kind: "put", item: { ...listed, a: text(1500) }, condition: [] },
            { kind: "check", key: { pk: "q", sk: "s" }, condition: [[["pk", "exists"]]] },
            { kind: "delete", key: { pk: "nobody", sk: "s" }, condition: [] },
          ]);
        expect(await costOf(table, act)).toEqual(written(2 * (2 + 2 + 1), 2));
      },
    );

    test("a cancelled transaction costs what was sent and what stood in its way", async () => {
      const table = await makeTable();
      await put(table, { pk: "q", sk: "s", a: text(1500) });
      const act = () =>
        table.transact([
          { kind: "put", item: { ...listed, a: text(2500) }, condition: [] },
          { kind: "check", key: { pk: "q", sk: "s" }, condition: [[["pk", "absent"]]] },
        ]);
      expect(await costOf(table, act)).toEqual(written(2 * (3 + 2)));
    });

    test("a consistent read costs 1 for each 4 KB, of something or nothing", async () => {
      const table = await makeTable();
      await put(table, { ...key, a: text(4089) });
      await put(table, { pk: "q", sk: "s", a: text(4090) });
      expect(await costOf(table, () => table.get(key))).toEqual(read(1));
      expect(await costOf(table, () => table.get({ pk: "q", sk: "s" }))).toEqual(read(2));
      expect(await costOf(table, () => table.get({ pk: "nobody", sk: "s" }))).toEqual(read(1));
      expect(await costOf(table, () => table.batchGet([key, { pk: "q", sk: "s" }]))).toEqual(
        read(3),
      );
      expect(
        await costOf(table, () =>
          table.write({ kind: "check", key, condition: [[["pk", "absent"]]] }),
        ),
      ).toEqual(read(1));
    });

    test("a page costs the sum of its items rounded up, half when not consistent", async () => {
      const table = await makeTable();
      for (const sk of ["1", "2", "3", "4", "5"]) {
        await put(table, { pk: "p", sk, lpk: "l", lsk: sk, rpk: "r", rsk: sk, a: text(1000) });
      }
      expect(await costOf(table, () => table.query({ partition: "p" }))).toEqual(read(1));
      expect(await costOf(table, () => table.query({ partition: "p", consistent: true }))).toEqual(
        read(2),
      );
      expect(await costOf(table, () => table.query({ partition: "p", limit: 1 }))).toEqual(
        read(0.5),
      );
      expect(await costOf(table, () => table.query({ index: "list", partition: "l" }))).toEqual(
        read(1),
      );
      expect(await costOf(table, () => table.query({ index: "reverse", partition: "r" }))).toEqual(
        read(0.5),
      );
      expect(await costOf(table, () => table.scan({ segment: 0, segments: 1 }))).toEqual(read(1));
    });

    test.skipIf(!countsAsBilled)(
      "an absent key of a batch and an empty page cost the smallest read",
      async () => {
        const table = await makeTable();
        await put(table, key);
        const keys = [key, { pk: "nobody", sk: "s" }];
        expect(await costOf(table, () => table.batchGet(keys))).toEqual(read(2));
        expect(await costOf(table, () => table.query({ partition: "nobody" }))).toEqual(read(0.5));
      },
    );
  });
}
