import { parseArgs } from "node:util";

import { benches } from "./benches.ts";
import { loadLine, machineLine } from "./machine.ts";
import { runBenches, selectBenches } from "./run-benches.ts";

/**
 * `npm run bench` runs all, `npm run bench -- B3 B6` those; `--full` adds what takes many minutes. Exits
 * with 1 where a ratio misses its target.
 */
const print = (line: string) => void process.stdout.write(`${line}\n`);
const { values, positionals } = parseArgs({
  options: { full: { type: "boolean", default: false } },
  allowPositionals: true,
});
const choice = selectBenches(benches, positionals);
if ("unknown" in choice) {
  const known = benches.map(({ id }) => id).join(", ");
  print(`There is no benchmark ${choice.unknown.join(", ")}. There are: ${known}`);
  process.exitCode = 2;
} else {
  print(`${new Date().toISOString()}  ${machineLine()}`);
  print("Ratios of one run are to be trusted more than times; a busy machine slows both sides.");
  const isMet = await runBenches(choice.selected, print, { isFull: values.full });
  if (!isMet) process.exitCode = 1;
  print(`At the end: ${loadLine()}`);
}
