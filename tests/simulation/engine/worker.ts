import { setImmediate as nextTurn } from "node:timers/promises";

import type { SeedResult } from "./run-plan.ts";
import { runSeed } from "./run-plan.ts";

/** Failures of promises that nobody waited for. Where the functions run, each ends its process. */
const unheard: unknown[] = [];
process.on("unhandledRejection", (error) => void unheard.push(error));

/** Runs every seed that it is sent, and answers with what came of it. */
process.on("message", (seeds: readonly number[]) => {
  void answer(seeds);
});

async function answer(seeds: readonly number[]): Promise<void> {
  const results: SeedResult[] = [];
  for (const seed of seeds) results.push(await runHeard(seed));
  process.send?.({
    results,
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  });
}

async function runHeard(seed: number): Promise<SeedResult> {
  try {
    const result = await runSeed(seed);
    // Only between turns does the engine tell of them.
    await nextTurn();
    return { ...result, violations: [...result.violations, ...unheard.map(brokenBy)] };
  } finally {
    unheard.length = 0;
  }
}

function brokenBy(error: unknown): SeedResult["violations"][number] {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { invariant: 9, at: "end", what: `nobody waited for what failed: ${what.slice(0, 500)}` };
}
