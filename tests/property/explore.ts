import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/**
 * `npm run explore -- --times 10 --from 2 [part of a path]`: every file with a property, or those whose path
 * has that part, with so many seeds. Without `--from` they begin somewhere. Ends with the seeds that failed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: "string", default: "1" }, from: { type: "string" } },
});
const begin = values.from === undefined ? Math.trunc(Math.random() * 2 ** 30) : Number(values.from);
const files = globSync("{shared,connectors,functions,tests}/**/*.test.ts").filter(
  (path) =>
    readFileSync(path, "utf8").includes('from "fast-check"') &&
    (positionals.length === 0 || positionals.some((part) => path.includes(part))),
);
const print = (line: string) => void process.stdout.write(`${line}\n`);

const failed: number[] = [];
for (let at = 0; at < Number(values.times); at += 1) {
  const seed = begin + at;
  print(`Seed ${seed}: ${files.length} files`);
  const { status } = spawnSync(process.execPath, ["tests/run.ts", ...files], {
    env: { ...process.env, PROPERTY_SEED: `${seed}` },
    stdio: "inherit",
  });
  if (status !== 0) failed.push(seed);
}
print(failed.length === 0 ? "No seed failed." : `Seeds that failed: ${failed.join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
