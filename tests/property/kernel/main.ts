import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { checkCourses } from "./check-courses.ts";
import type { Courses } from "./check-courses.ts";

/**
 * `npm run kernel -- --runs 100000 --from 1`: so many courses of commands through the kernel, on all cores.
 * The same number to begin from gives the same courses. Exits with 1 and the smallest course that fails.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    /** Given to the processes that this one starts. */
    share: { type: "string" },
  },
});
const [runs, from] = [Number(values.runs), Number(values.from)];
const print = (line: string) => void process.stdout.write(`${line}\n`);
/** Courses of one seed: small enough that every core has work until near the end. */
const runsOfSeed = 500;

if (values.share !== undefined) process.send?.(runShare(Number(values.share)));
else await runAll();

function seedCount(): number {
  return Math.ceil(runs / runsOfSeed);
}

/** Every so-manyth seed is this process's. */
function runShare(share: number): Courses {
  const total = { runs: 0, commands: 0 };
  const shares = availableParallelism();
  for (let at = share; at < seedCount(); at += shares) {
    const rest = Math.min(runsOfSeed, runs - at * runsOfSeed);
    const done = checkCourses(rest, from + at);
    total.runs += done.runs;
    total.commands += done.commands;
    if (done.failure !== undefined) {
      return { ...total, failure: `Seed ${from + at}\n${done.failure}` };
    }
  }
  return total;
}

async function runAll(): Promise<void> {
  const startedMs = performance.now();
  const shares = Array.from({ length: availableParallelism() }, async (_, at) => {
    const done = await ask(at);
    // At once: the others may take their time.
    if (done.failure !== undefined) print(done.failure);
    return done;
  });
  const all = await Promise.all(shares);
  const seconds = (performance.now() - startedMs) / 1000;
  const total = (of: (one: Courses) => number) => all.reduce((sum, one) => sum + of(one), 0);
  const [done, commands] = [total((one) => one.runs), total((one) => one.commands)];
  const failures = all.flatMap(({ failure }) => failure ?? []);
  print(
    `${done.toLocaleString("en")} runs, ${commands.toLocaleString("en")} commands in ` +
      `${seconds.toFixed(0)} s: ${(done / seconds).toFixed(0)} runs/s on ${all.length} cores, ` +
      (failures.length === 0 ? "no failure" : `${failures.length} failed`),
  );
  if (failures.length > 0) process.exitCode = 1;
}

async function ask(share: number): Promise<Courses> {
  const args = ["--runs", `${runs}`, "--from", `${from}`, "--share", `${share}`];
  const child = fork(new URL(import.meta.url), args);
  // What a share answers is made by this very file.
  const answer = once(child, "message").then(([message]) => message as Courses);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`A process ended with ${String(code)}`);
  });
  return Promise.race([answer, ended]);
}
