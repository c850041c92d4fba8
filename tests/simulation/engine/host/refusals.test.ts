import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { Item, Table, Write } from "#shared/ports/table.ts";

import { Fuse } from "./fuse.ts";
import { HalfBatches } from "./half-batches.ts";
import type { Heat } from "./hot-keys.ts";
import { HotKeys, partitionsOf } from "./hot-keys.ts";
import { fusedTable } from "./ports.ts";

function put(pk: string, more: Omit<Item, "pk" | "sk"> = {}): Write {
  return { kind: "put", item: { pk, sk: "0", ...more }, condition: [] };
}

/** Which of these were refused, in order. */
async function refusedOf(work: readonly Promise<unknown>[]): Promise<readonly boolean[]> {
  const ended = await Promise.allSettled(work);
  return ended.map(({ status }) => status === "rejected");
}

function halved(isFirst: boolean): { readonly table: Table; readonly fuse: Fuse } {
  const fuse = new Fuse();
  const halves = new HalfBatches();
  halves.arm(isFirst, 1);
  fuse.begin(undefined, { halves });
  return { table: fusedTable(createMemoryTable(), fuse), fuse };
}

test.each([
  [true, [true, false, true, false, true]],
  [false, [false, true, false, true, false]],
])("of writes asked for at once every second is refused, and not done", async (first, want) => {
  const { table, fuse } = halved(first);
  const names = ["a", "b", "c", "d", "e"];
  expect(await refusedOf(names.map((name) => table.write(put(name))))).toEqual(want);
  const there = await Promise.all(names.map((name) => table.get({ pk: name, sk: "0" })));
  expect(there.map((item) => item === undefined)).toEqual(want);
  expect([...fuse.refused]).toEqual(["half a batch at table.write"]);
  // It was armed once.
  expect(await refusedOf(names.map((name) => table.write(put(name))))).not.toContain(true);
});

test("writes that come one after the other are no batch", async () => {
  const { table } = halved(true);
  for (const name of ["a", "b", "c"]) {
    expect(await table.write(put(name))).toEqual({ applied: true });
  }
});

function heated(heat: Partial<Heat>) {
  const clock = { nowMs: 0 };
  const hotKeys = new HotKeys(() => clock.nowMs);
  const met: string[] = [];
  const onMet = (use: string) => void met.push(use);
  const always = { partition: undefined, untilMs: 1000, share: 1, random: () => 0, onMet };
  hotKeys.begin({ ...always, ...heat });
  return { clock, met, hotKeys, table: hotKeys.over(createMemoryTable(), new Fuse()) };
}

test("a hot partition refuses what touches it and nothing else, until its time is over", async () => {
  const { clock, met, table } = heated({ partition: { of: "table", key: "a" } });
  const [a, b] = [
    { pk: "a", sk: "0" },
    { pk: "b", sk: "0" },
  ];
  const touching = () => [
    table.get(a),
    table.batchGet([b, a]),
    table.query({ partition: "a" }),
    table.scan({ segment: 0, segments: 1 }),
    table.write(put("a")),
    table.transact([put("b"), put("a")]),
    table.add(a, { count: 1 }),
  ];
  expect(await refusedOf(touching())).not.toContain(false);
  const others = [table.get(b), table.query({ partition: "b" }), table.write(put("b"))];
  expect(await refusedOf(others)).toEqual([false, false, false]);
  expect(met).toEqual(["read", "written"]);
  clock.nowMs = 1000;
  expect(await refusedOf(touching())).not.toContain(true);
});

test("an index that cannot follow refuses what is written into it, and reads of it alone", async () => {
  const { table } = heated({ partition: { of: "reverse", key: "goal" } });
  const under = put("a", { rpk: "goal", rsk: "work-item#a" });
  expect(await refusedOf([table.write(under), table.write(put("a"))])).toEqual([true, false]);
  const queries = [
    table.query({ index: "reverse", partition: "goal" }),
    table.query({ partition: "goal" }),
  ];
  expect(await refusedOf(queries)).toEqual([true, false]);
});

test("the partition that is written next is that of a fact or a signal", async () => {
  const { table } = heated({});
  const writes = [
    table.write(put("c", { type: "cursor" })),
    table.write(put("s", { type: "signal" })),
    table.write(put("s", { type: "signal" })),
    table.write(put("t", { type: "signal" })),
  ];
  expect(await refusedOf(writes)).toEqual([false, true, true, false]);
});

test("partitions are counted where they are: an item is in an index only by its attribute", () => {
  const items: readonly Item[] = [
    { pk: "a", sk: "0", rpk: "goal" },
    { pk: "a", sk: "1" },
    { pk: "b", sk: "0", rpk: "goal" },
  ];
  expect([...partitionsOf(items, "table")]).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  expect([...partitionsOf(items, "reverse")]).toEqual([["goal", 2]]);
});
