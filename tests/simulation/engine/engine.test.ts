import { expect, test } from "vitest";

import { faultsMet } from "./faults.ts";
import { runInParallel } from "./parallel.ts";
import { planOf } from "./plan-of.ts";
import { runPlan, runSeed } from "./run-plan.ts";

/** `npm run simulate` runs as many more as there is time for. */
const seeds = 1000;
const secondsMax = 90;
/** So often at least each fault of `faults.ts` must truly meet the hub within those seeds. */
const metMin = 10;

test(`${seeds} companies under faults keep all nine invariants`, { timeout: 600_000 }, async () => {
  const { failing, met, lines, seconds } = await runInParallel({ from: 1, seeds, workers: 2 });
  process.stdout.write(`${lines.at(-1) ?? ""}\n`);
  expect(failing.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
  // A run without faults proves nothing, and a fault that is met by chance twice a thousand little.
  const seldom = Object.entries(faultsMet(met)).filter(([, count]) => count < metMin);
  expect(seldom).toEqual([]);
  // Time is for a quiet machine to keep; a busy one is told.
  if (seconds > secondsMax)
    process.stdout.write(
      `${seconds.toFixed(0)} s, more than the ${secondsMax} s of a quiet machine\n`,
    );
});

test("a seed is a run: the same plan gives the same, to the last write", async () => {
  for (const seed of [1, 7, 23, 42, 77, 118]) {
    const [one, two] = [await runSeed(seed), await runPlan(planOf(seed))];
    expect(two).toEqual(one);
    expect((await runSeed(seed + 1)).digest).not.toBe(one.digest);
  }
});

test("a plan is data: it survives being written down", async () => {
  const plan = planOf(5);
  const copy = JSON.parse(JSON.stringify(plan)) as typeof plan;
  expect((await runPlan(copy)).digest).toBe((await runPlan(plan)).digest);
});

test("a step left out moves none of the others' chances", () => {
  const { steps } = planOf(9);
  expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
});
