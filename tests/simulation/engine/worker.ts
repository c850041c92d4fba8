import { runSeed } from "./run-plan.ts";

/** Runs every seed that it is sent, and answers with what came of it. */
process.on("message", (seeds: readonly number[]) => {
  void answer(seeds);
});

async function answer(seeds: readonly number[]): Promise<void> {
  const results = [];
  for (const seed of seeds) results.push(await runSeed(seed));
  process.send?.({
    results,
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  });
}
