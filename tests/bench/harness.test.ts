import { expect, test } from "vitest";

import type { Bench, BenchResult, Check } from "./bench.ts";
import { passes } from "./bench.ts";
import { benches } from "./benches.ts";
import { interleaved } from "./interleaved.ts";
import { runBenches, selectBenches } from "./run-benches.ts";
import { median, percentile } from "./statistics.ts";

const check = (given: Partial<Check>): Check => ({
  what: "work",
  measured: 1,
  limit: 1,
  limitName: "peer",
  unit: "ms",
  target: { atMost: 1.1 },
  ...given,
});
const bench = (id: string, run: () => Promise<BenchResult>): Bench => ({ id, title: id, run });
const checked =
  (...checks: Check[]) =>
  async () => ({ checks, notes: ["a note"] });

async function report(...given: Bench[]): Promise<{ readonly ok: boolean; readonly text: string }> {
  const lines: string[] = [];
  const ok = await runBenches(given, (line) => lines.push(line));
  return { ok, text: lines.join("\n") };
}

test("a ratio that misses its target fails the run and is named", async () => {
  const slow = bench("B2", checked(check({}), check({ measured: 1.2, limit: 1 })));
  const { ok, text } = await report(bench("B1", checked(check({}))), slow);
  expect(ok).toBe(false);
  expect(text).toContain("FAIL  work\n          1.2 ms, peer 1 ms: ratio 1.20, target ≤ 1.10");
  expect(text).toContain("Missed: B2");
});

test("a run whose ratios all meet their targets passes", async () => {
  const { ok, text } = await report(bench("B1", checked(check({ measured: 1.1 }))));
  expect(ok).toBe(true);
  expect(text).toContain("pass  work");
  expect(text).toContain("a note");
});

test("a benchmark that breaks or measures nothing fails, one that says why it cannot run does not", async () => {
  const broken = bench("B1", () => Promise.reject(new Error("no database")));
  expect((await report(broken)).text).toContain("no database");
  expect((await report(broken)).ok).toBe(false);
  expect((await report(bench("B1", checked()))).ok).toBe(false);
  const skipped = bench("B1", async () => ({ checks: [], notes: [], skipped: "no recordings" }));
  expect(await report(skipped)).toMatchObject({ ok: true });
});

test("a target is a bound from above or from below, and what is no number meets none", () => {
  expect(passes(check({ measured: 2, target: { atLeast: 1.5 } }))).toBe(true);
  expect(passes(check({ measured: 1, target: { atLeast: 1.5 } }))).toBe(false);
  expect(passes(check({ measured: 9, ratio: 1 }))).toBe(true);
  expect(passes(check({ measured: 0, limit: 0 }))).toBe(false);
});

test("ids select in the registry's order and in either case, unknown ones are refused by name", () => {
  const known = ["B1", "B3", "B6"].map((id) => bench(id, checked(check({}))));
  expect(selectBenches(known, [])).toEqual({ selected: known });
  expect(selectBenches(known, ["b6", "B1"])).toEqual({ selected: [known[0], known[2]] });
  expect(selectBenches(known, ["B1", "B99"])).toEqual({ unknown: ["B99"] });
});

test("the registry holds each id once", () => {
  const ids = benches.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test("subject and peer take turns, each once a round, warm-ups not counted", () => {
  const turns: string[] = [];
  interleaved(
    { rounds: 2, warmUps: 1 },
    () => turns.push("subject"),
    () => turns.push("peer"),
  );
  expect(turns).toHaveLength(6);
  for (let at = 0; at < turns.length; at += 2) {
    expect(new Set(turns.slice(at, at + 2))).toEqual(new Set(["subject", "peer"]));
  }
});

test("the median of an even number is the mean of the middle two; a percentile is a value that occurred", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
});
