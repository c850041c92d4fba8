import { planOf } from "../plan-of.ts";
import type { SeedResult } from "../run-plan.ts";
import { runPlan } from "../run-plan.ts";
import { startEmbeddedTables, whyNoDatabase } from "./embedded-tables.ts";

export interface EmbeddedOutcome {
  readonly results: readonly SeedResult[];
  readonly failing: readonly SeedResult[];
  /** In words; why nothing was run, where nothing was. */
  readonly lines: readonly string[];
}

/** The same seeds, one after the other, on the embedded database and its stream instead of in memory. */
export async function runEmbedded(range: {
  readonly from: number;
  readonly seeds: number;
}): Promise<EmbeddedOutcome> {
  const why = whyNoDatabase();
  if (why !== undefined) return { results: [], failing: [], lines: [`skipped: ${why}`] };
  const startedMs = performance.now();
  const tables = await startEmbeddedTables();
  const results: SeedResult[] = [];
  try {
    for (let seed = range.from; seed < range.from + range.seeds; seed += 1) {
      const { createTable, close } = await tables.next();
      results.push(await runPlan(planOf(seed), { createTable }));
      close();
    }
  } finally {
    await tables.close();
  }
  const failing = results.filter(({ violations }) => violations.length > 0);
  const seconds = (performance.now() - startedMs) / 1000;
  const records = results.reduce((sum, { counts }) => sum + (counts["streamRecords"] ?? 0), 0);
  return {
    results,
    failing,
    lines: [
      `${results.length} seeds on the embedded database in ${seconds.toFixed(1)} s, ` +
        `${records} records of its stream; ${failing.length} with violations`,
    ],
  };
}
