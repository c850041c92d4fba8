import { parseArgs } from "node:util";

import { asanaKind } from "./asana-tool.ts";
import { jiraKind } from "./jira-tool.ts";
import { runSeed } from "./run-seed.ts";
import { Tally } from "./tally.ts";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    connector: { type: "string" },
  },
});

const kinds = [jiraKind, asanaKind].filter(
  ({ connector }) => values.connector === undefined || values.connector === connector,
);
let allFailures = 0;
for (const kind of kinds) {
  let failures = 0;
  const startedMs = performance.now();
  const totals = { taken: 0, dropped: 0, duplicated: 0, delivered: 0 };
  const met = new Tally();
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await runSeed(kind, seed);
    for (const name of ["taken", "dropped", "duplicated", "delivered"] as const) {
      totals[name] += result.webhooks[name];
    }
    met.addAll(result.met);
    const done = seed - from + 1;
    if (done % 100 === 0) say(`${kind.connector}: ${done} of ${seeds} seeds`);
    const { missing, surplus, deadLetters, drift } = result;
    if (missing.length + surplus.length + deadLetters + drift === 0) continue;
    failures += 1;
    say(`${kind.connector} seed ${seed}: dead letters ${deadLetters}, drift ${drift}`);
    for (const line of missing.slice(0, 5)) say(`  missing ${line}`);
    for (const line of surplus.slice(0, 5)) say(`  surplus ${line}`);
  }
  allFailures += failures;
  const seconds = (performance.now() - startedMs) / 1000;
  say(
    `${kind.connector}: ${seeds} seeds in ${seconds.toFixed(0)} s; of ${totals.taken} webhooks ` +
      `${totals.dropped} dropped, ${totals.duplicated} doubled; ${failures} runs differ from a clean read`,
  );
  for (const name of kind.expiries) met.add(name, 0);
  const troubles = Object.entries(met.toRecord()).toSorted(([a], [b]) => (a < b ? -1 : 1));
  say(`  met: ${troubles.map(([name, count]) => `${name} ${count}`).join(", ")}`);
}
process.exitCode = allFailures === 0 ? 0 : 1;
