import { parseArgs } from "node:util";

import { runInParallel } from "./parallel.ts";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});

const [from, seeds] = [Number(values.from), Number(values.seeds)];
const { failing, lines } = await runInParallel(
  { from, seeds, workers: Number(values.workers) },
  say,
);
for (const { seed, violations } of failing.slice(0, 20)) {
  say(`seed ${seed} broke ${violations.length} times`);
  for (const { invariant, at, what } of violations.slice(0, 5))
    say(`  ${invariant} at ${at}: ${what}`);
}
for (const line of lines) say(line);
process.exitCode = failing.length === 0 ? 0 : 1;
