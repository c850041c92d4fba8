import { parseArgs } from "node:util";

import { runEmbedded } from "./embedded/run-embedded.ts";
import { tellMinimal } from "./minimize/minimize-seed.ts";
import { runInParallel } from "./parallel.ts";
import type { SeedResult } from "./run-plan.ts";

/**
 * `npm run simulate`: seeds on the table in memory, in processes of their own; exits with 1 where one broke.
 * `--embedded` runs them on the embedded database instead, `--minimize SEED` makes a failing seed's plan as
 * small as it can be.
 */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    embedded: { type: "boolean", default: false },
    minimize: { type: "string" },
    // Of `tests/simulation/mutations/hook.ts`, where that is imported before this.
    mutant: { type: "string" },
  },
});

const range = { from: Number(values.from), seeds: Number(values.seeds) };

function tell(failing: readonly SeedResult[], lines: readonly string[]): void {
  for (const { seed, violations } of failing.slice(0, 20)) {
    say(`seed ${seed} broke ${violations.length} times`);
    for (const { invariant, at, what } of violations.slice(0, 5))
      say(`  ${invariant} at ${at}: ${what}`);
  }
  for (const line of lines) say(line);
  process.exitCode = failing.length === 0 ? 0 : 1;
}

if (values.minimize !== undefined) {
  await tellMinimal(Number(values.minimize), say);
} else {
  const { failing, lines } = values.embedded
    ? await runEmbedded(range)
    : await runInParallel({ ...range, workers: Number(values.workers) }, say);
  tell(failing, lines);
}
