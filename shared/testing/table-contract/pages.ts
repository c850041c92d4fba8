import { describe, expect, test } from "vitest";

import type { Item, Page, QueryRequest, Table } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

/** In the order of their UTF-8 bytes; JavaScript's own order differs in the last two. */
const sortKeys = [
  "\u0000",
  "\u0000a",
  " ",
  "#",
  "10",
  "2",
  "A",
  "A%",
  "A_",
  "a",
  "a\u0000",
  "aa",
  "ab",
  "b",
  "ß",
  "ﬀ",
  "\uffee",
  "😀",
  "😀a",
];

async function putAll(table: Table, items: readonly Item[]): Promise<void> {
  await Promise.all(items.map((item) => table.write({ kind: "put", item, condition: [] })));
}

async function walk(next: (after: string | undefined) => Promise<Page>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page: Page = await next(after);
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

const walkQuery = (table: Table, request: QueryRequest): Promise<readonly Item[]> =>
  walk((after) => table.query(after === undefined ? request : { ...request, after }));

const sortsOf = (items: readonly Item[]): readonly string[] => items.map(({ sk }) => sk);

export function testPages({ makeTable }: TableContractSubject): void {
  describe("queries", () => {
    test("give a partition in byte order of the sort key, or in its reverse", async () => {
      const table = await makeTable();
      await putAll(
        table,
        sortKeys.toReversed().map((sk) => ({ pk: "p", sk })),
      );
      await putAll(table, [
        { pk: "p2", sk: "other" },
        { pk: "P", sk: "other" },
      ]);
      expect(sortsOf((await table.query({ partition: "p" })).items)).toEqual(sortKeys);
      expect(
        sortsOf((await table.query({ partition: "p", descending: true, consistent: true })).items),
      ).toEqual(sortKeys.toReversed());
    });

    test.each([false, true])(
      "walked in pages of any size give the whole (descending: %s)",
      async (descending) => {
        const table = await makeTable();
        await putAll(
          table,
          sortKeys.map((sk) => ({ pk: "p", sk, lpk: "l", lsk: "same", rpk: "r", rsk: sk })),
        );
        const whole = await table.query({ partition: "p", descending });
        for (const limit of [1, 2, 5, sortKeys.length, 100]) {
          expect(await walkQuery(table, { partition: "p", descending, limit })).toEqual(
            whole.items,
          );
          const listed = await walkQuery(table, {
            index: "list",
            partition: "l",
            descending,
            limit,
          });
          expect(sortsOf(listed).toSorted()).toEqual(sortKeys.toSorted());
          const reversed = await walkQuery(table, {
            index: "reverse",
            partition: "r",
            descending,
            limit,
          });
          expect(sortsOf(reversed)).toEqual(sortsOf(whole.items));
        }
      },
    );

    test("a page holds at most the limit, and a walk goes on where items vanished or came", async () => {
      const table = await makeTable();
      await putAll(
        table,
        ["a", "b", "c", "d", "e"].map((sk) => ({ pk: "p", sk })),
      );
      const first = await table.query({ partition: "p", limit: 2 });
      expect(sortsOf(first.items)).toEqual(["a", "b"]);
      await table.write({ kind: "delete", key: { pk: "p", sk: "b" }, condition: [] });
      await putAll(table, [
        { pk: "p", sk: "aa" },
        { pk: "p", sk: "bb" },
      ]);
      const rest = await table.query({ partition: "p", after: first.next ?? "" });
      expect(sortsOf(rest.items)).toEqual(["bb", "c", "d", "e"]);
      const back = await table.query({ partition: "p", after: first.next ?? "", descending: true });
      expect(sortsOf(back.items)).toEqual(["aa", "a"]);
    });

    test("a sort prefix selects exactly the keys that begin with it, in both directions", async () => {
      const table = await makeTable();
      await putAll(
        table,
        sortKeys.map((sk) => ({ pk: "p", sk, lpk: "l", lsk: sk })),
      );
      for (const sortPrefix of ["", "a", "A", "A%", "A_", "a\u0000", "😀", "zz", "\u0000"]) {
        const expected = sortKeys.filter((sk) => sk.startsWith(sortPrefix));
        expect(sortsOf(await walkQuery(table, { partition: "p", sortPrefix, limit: 2 }))).toEqual(
          expected,
        );
        expect(
          sortsOf(
            await walkQuery(table, { partition: "p", sortPrefix, descending: true, limit: 2 }),
          ),
        ).toEqual(expected.toReversed());
        expect(
          sortsOf(await walkQuery(table, { index: "list", partition: "l", sortPrefix })),
        ).toEqual(expected);
      }
    });

    test("an absent partition is an empty page", async () => {
      const table = await makeTable();
      expect(await table.query({ partition: "nobody" })).toEqual({ items: [] });
      expect(await table.query({ index: "reverse", partition: "nobody" })).toEqual({ items: [] });
    });

    test("without a limit a page ends near 1 MB", async () => {
      const table = await makeTable();
      const text = "x".repeat(300_000);
      await putAll(
        table,
        Array.from({ length: 9 }, (_, at) => ({ pk: "p", sk: String(at), text })),
      );
      const first = await table.query({ partition: "p" });
      expect(first.items.length).toBeGreaterThanOrEqual(3);
      expect(first.items.length).toBeLessThanOrEqual(4);
      expect(sortsOf(await walkQuery(table, { partition: "p" }))).toEqual([
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
      ]);
    });

    test("a token that is none, or is of another query, is refused as input", async () => {
      const table = await makeTable();
      await putAll(
        table,
        ["a", "b", "c"].map((sk) => ({ pk: "p", sk, lpk: "l", lsk: sk })),
      );
      const token = (await table.query({ partition: "p", limit: 1 })).next ?? "";
      const invalid = expect.objectContaining({ code: "input.invalid" });
      const requests: readonly QueryRequest[] = [
        { partition: "p", after: "" },
        { partition: "p", after: "not a token" },
        { partition: "other", after: token },
        { partition: "p", sortPrefix: "b", after: token },
        { index: "list", partition: "l", after: token },
      ];
      for (const request of requests) await expect(table.query(request)).rejects.toEqual(invalid);
      await expect(table.scan({ segment: 0, segments: 1, after: "?" })).rejects.toEqual(invalid);
    });

    test("a consistent read of an index, an empty partition and a limit of 0 are refused", async () => {
      const table = await makeTable();
      const broken = expect.objectContaining({ code: "invariant.broken" });
      await expect(
        table.query({ index: "list", partition: "l", consistent: true }),
      ).rejects.toEqual(broken);
      await expect(table.query({ partition: "" })).rejects.toEqual(broken);
      await expect(table.query({ partition: "p", limit: 0 })).rejects.toEqual(broken);
      await expect(table.query({ partition: "p", limit: 1.5 })).rejects.toEqual(broken);
    });
  });

  describe("indexes", () => {
    test("hold only items that have both of their keys", async () => {
      const table = await makeTable();
      await putAll(table, [
        { pk: "1", sk: "s", rpk: "r", rsk: "1" },
        { pk: "2", sk: "s", rpk: "r" },
        { pk: "3", sk: "s", rsk: "3" },
        { pk: "4", sk: "s", apk: "r" },
      ]);
      expect(
        (await table.query({ index: "reverse", partition: "r" })).items.map(({ pk }) => pk),
      ).toEqual(["1"]);
      expect(
        (await table.query({ index: "assignee", partition: "r" })).items.map(({ pk }) => pk),
      ).toEqual(["4"]);
      expect((await table.query({ index: "list", partition: "r" })).items).toEqual([]);
    });

    test("of keys give keys only, the list gives whole items", async () => {
      const table = await makeTable();
      const item = {
        pk: "1",
        sk: "s",
        rpk: "r",
        rsk: "x",
        apk: "a",
        lpk: "l",
        lsk: "y",
        title: "t",
      };
      await putAll(table, [item]);
      expect((await table.query({ index: "reverse", partition: "r" })).items).toEqual([
        { pk: "1", sk: "s", rpk: "r", rsk: "x" },
      ]);
      expect((await table.query({ index: "assignee", partition: "a" })).items).toEqual([
        { pk: "1", sk: "s", apk: "a" },
      ]);
      expect((await table.query({ index: "list", partition: "l" })).items).toEqual([item]);
    });

    test("follow every change of an item", async () => {
      const table = await makeTable();
      const base = { pk: "1", sk: "s" };
      const seen = async () => [
        (await table.query({ index: "list", partition: "x" })).items.map((item) => [
          item["lsk"],
          item["v"],
        ]),
        (await table.query({ index: "list", partition: "y" })).items.map((item) => [
          item["lsk"],
          item["v"],
        ]),
      ];
      await putAll(table, [{ ...base, lpk: "x", lsk: "1", v: 1 }]);
      expect(await seen()).toEqual([[["1", 1]], []]);
      await putAll(table, [{ ...base, lpk: "x", lsk: "1", v: 2 }]);
      expect(await seen()).toEqual([[["1", 2]], []]);
      await putAll(table, [{ ...base, lpk: "x", lsk: "2", v: 2 }]);
      expect(await seen()).toEqual([[["2", 2]], []]);
      await putAll(table, [{ ...base, lpk: "y", lsk: "2", v: 2 }]);
      expect(await seen()).toEqual([[], [["2", 2]]]);
      await table.transact([{ kind: "put", item: { ...base, v: 3 }, condition: [] }]);
      expect(await seen()).toEqual([[], []]);
      await table.add(base, { v: 1 }, { lpk: "x", lsk: "3" });
      expect(await seen()).toEqual([[["3", 4]], []]);
      await table.write({ kind: "delete", key: base, condition: [] });
      expect(await seen()).toEqual([[], []]);
    });
  });

  describe("scans", () => {
    test("the segments together give every item once", async () => {
      const table = await makeTable();
      const text = "x".repeat(30_000);
      const items = Array.from({ length: 120 }, (_, at) => ({
        pk: `p${String(at % 50)}`,
        sk: String(at),
        text,
      }));
      await putAll(table, items);
      for (const segments of [1, 4]) {
        const parts = await Promise.all(
          Array.from({ length: segments }, (_, segment) =>
            walk((after) =>
              table.scan({ segment, segments, ...(after !== undefined && { after }) }),
            ),
          ),
        );
        expect(sortsOf(parts.flat()).toSorted()).toEqual(sortsOf(items).toSorted());
      }
    });

    test("a segment that does not exist is refused", async () => {
      const table = await makeTable();
      const broken = expect.objectContaining({ code: "invariant.broken" });
      await expect(table.scan({ segment: 1, segments: 1 })).rejects.toEqual(broken);
      await expect(table.scan({ segment: 0, segments: 0 })).rejects.toEqual(broken);
      await expect(table.scan({ segment: -1, segments: 2 })).rejects.toEqual(broken);
    });
  });
}
