import { parseArgs } from "node:util";

import { runDay } from "./report.ts";

const { values } = parseArgs({
  options: {
    changes: { type: "string", default: "50000" },
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
  },
});

/** Plays days of any length, one for each seed; exits 1 when one of them ended otherwise than it should. */
const [from, seeds, changes] = [values.from, values.seeds, values.changes].map(Number);
let failures = 0;
for (let seed = from ?? 1; seed < (from ?? 1) + (seeds ?? 1); seed += 1) {
  const { clean, replayed, surprises, report } = await runDay({ seed, changes: changes ?? 0 });
  const differing = (["graph", "signals", "alerts"] as const).filter(
    (part) => JSON.stringify(clean[part]) !== JSON.stringify(replayed[part]),
  );
  const wrong = [clean, replayed].flatMap(({ toldTwice, untold, dead, drift }) => [
    ...toldTwice.map((key) => `told twice: ${key}`),
    ...untold.map((id) => `untold: ${id}`),
    ...(dead > 0 ? [`dead letters: ${dead}`] : []),
    ...(drift > 0 ? [`drift: ${drift}`] : []),
  ]);
  wrong.push(
    ...differing.map((part) => `differs: ${part}`),
    ...surprises.map((id) => `mended: ${id}`),
  );
  if (wrong.length > 0) failures += 1;
  process.stdout.write(`${[...report, ...wrong.slice(0, 20)].join("\n")}\n`);
}
process.exitCode = failures === 0 ? 0 : 1;
