import { benches } from "./benches.ts";
import { loadLine, machineLine } from "./machine.ts";
import { runBenches, selectBenches } from "./run-benches.ts";

/** `npm run bench` runs all, `npm run bench -- B3 B6` those; exits with 1 where a ratio misses its target. */
const print = (line: string) => void process.stdout.write(`${line}\n`);
const choice = selectBenches(benches, process.argv.slice(2));
if ("unknown" in choice) {
  const known = benches.map(({ id }) => id).join(", ");
  print(`There is no benchmark ${choice.unknown.join(", ")}. There are: ${known}`);
  process.exitCode = 2;
} else {
  print(`${new Date().toISOString()}  ${machineLine()}`);
  print("Ratios of one run are to be trusted more than times; a busy machine slows both sides.");
  if (!(await runBenches(choice.selected, print))) process.exitCode = 1;
  print(`At the end: ${loadLine()}`);
}
