import { expect, test } from "vitest";

import { KnownProjects } from "./known-projects.ts";
import { SyncTokens } from "./sync-tokens.ts";

const gids = (count: number) =>
  Array.from({ length: count }, (_, index) => String(1_200_000_000_000_000 + index * 7919));

test("projects are known again from their text, and others are not", () => {
  const known = KnownProjects.of(gids(2200));
  known.delete("1200000000000000");
  known.add("77");
  const text = known.toText() ?? "";
  const read = KnownProjects.parse(text);
  expect(text.length).toBeLessThanOrEqual(9000);
  expect(
    gids(2200)
      .slice(1)
      .every((gid) => read.has(gid)),
  ).toBe(true);
  expect([read.has("77"), read.has("1200000000000000"), read.has("78")]).toEqual([
    true,
    false,
    false,
  ]);
  expect(KnownProjects.parse(KnownProjects.none().toText() ?? "x").has("77")).toBe(false);
});

test("whoever left is not known when it comes back", () => {
  const known = KnownProjects.of(["1", "2"]).among(["2", "3"]);
  expect(["1", "2", "3"].map((gid) => known.has(gid))).toEqual([false, true, false]);
});

test("too many to keep are not kept in part: a part would make the others new", () => {
  expect(KnownProjects.of(gids(2300)).toText()).toBeUndefined();
});

test("tokens are kept as far as there is room, and those that are kept go on", () => {
  const tokens = new SyncTokens();
  const all = gids(500);
  for (const gid of all)
    if (tokens.hasRoom()) tokens.set(gid, "de4774f6915eae04714ca93bb2f5ee81:0");
  const kept = tokens.toRecord() ?? {};
  expect(JSON.stringify(kept).length).toBeLessThan(6600);
  expect(Object.keys(kept).length).toBeGreaterThan(100);
  const [first = "", second = ""] = Object.keys(kept);
  const read = new SyncTokens(kept);
  read.set(first, "next");
  expect([read.get(first), read.get(second)]).toEqual(["next", kept[second]]);
  expect(read.among([second]).toRecord()).toEqual({ [second]: kept[second] });
  expect(new SyncTokens({}).toRecord()).toBeUndefined();
});

test("a token that has grown beyond what there is room for is dropped, not another's", () => {
  const tokens = new SyncTokens({ "1": "a" });
  tokens.set("2", "x".repeat(7000));
  expect(tokens.toRecord()).toEqual({ "1": "a" });
});
