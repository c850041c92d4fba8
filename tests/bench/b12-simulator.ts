import { availableParallelism } from "node:os";

import { runInParallel } from "../simulation/engine/parallel.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { amount } from "./report.ts";

/** Enough that starting the processes and compiling the code is no large part of it. */
const seeds = 1_000;
const fullSeeds = 10_000;
const perCoreSecondMin = 100;

export const simulator: Bench = {
  id: "B12",
  title: "Companies that live through their plan under faults, simulated",
  async run({ isFull }): Promise<BenchResult> {
    const workers = availableParallelism();
    const asked = isFull ? fullSeeds : seeds;
    const outcome = await runInParallel({ from: 1, seeds: asked, workers });
    const { counts, digests, failing, perCoreSecond, seconds } = outcome;
    const each = (name: string) => amount(Math.round((counts[name] ?? 0) / digests.size));
    return {
      checks: [
        {
          what: "seeds for each second of a core's time, checks of all invariants included",
          measured: perCoreSecond,
          limit: perCoreSecondMin,
          limitName: "wished",
          unit: "seeds",
          target: { atLeast: 1 },
        },
        {
          what: "seeds that broke no invariant",
          measured: digests.size - failing.length,
          limit: asked,
          limitName: "of",
          unit: "seeds",
          target: { atLeast: 1 },
        },
      ],
      notes: [
        `by the clock on the wall ${(digests.size / seconds).toFixed(0)} seeds a second on ${workers} cores, ` +
          `${seconds.toFixed(1)} s; each has ${each("steps")} steps, ${each("invocations")} invocations, ` +
          `${each("streamRecords")} records of the stream, ${each("readUnits")} units read and ` +
          `${each("writeUnits")} written`,
        ...failing
          .slice(0, 5)
          .map(({ seed, violations: [first] }) => `seed ${seed}: ${first?.what ?? "?"}`),
      ],
    };
  },
};
