import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { SeedResult } from "./run-plan.ts";

export interface Seeds {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
}

export interface Outcome {
  readonly failing: readonly SeedResult[];
  /** Every seed's, by number. */
  readonly digests: ReadonlyMap<number, string>;
  readonly met: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Seeds per second of processor time that the workers used. */
  readonly perCoreSecond: number;
  /** The same in words. */
  readonly lines: readonly string[];
}

interface Answer {
  readonly results: readonly SeedResult[];
  readonly cpuMs: number;
}

/** A seed makes some eight megabytes, nearly all of it for a moment: room for several leaves little to copy. */
const execArgv = ["--max-semi-space-size=64", "--min-semi-space-size=64"];

/** Seeds handed over at once. */
const batchSize = 25;

/** Runs seeds in processes of their own, as many at once as asked for. */
export async function runInParallel(
  wanted: Seeds,
  say: (line: string) => void = () => undefined,
): Promise<Outcome> {
  const startedMs = performance.now();
  const batches = batchesOf(wanted);
  const results: SeedResult[] = [];
  const work = async () => {
    let cpuMs = 0;
    const child = fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), { execArgv });
    try {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        child.send(batch);
        const answer = await answerOf(child, batch);
        results.push(...answer.results);
        cpuMs = answer.cpuMs;
        if (results.length % 1000 < batchSize) say(`${results.length} of ${wanted.seeds} seeds`);
      }
    } finally {
      child.kill();
    }
    return cpuMs;
  };
  const cpuMs = await Promise.all(Array.from({ length: wanted.workers }, work));
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = cpuMs.reduce((sum, one) => sum + one, 0) / 1000;
  return outcomeOf(results, seconds, cpuSeconds);
}

/** A process that ends without an answer is told of by its seeds. */
async function answerOf(child: ChildProcess, seeds: readonly number[]): Promise<Answer> {
  const answered = new AbortController();
  const ended = once(child, "exit", { signal: answered.signal }).then(
    ([code, signal]: unknown[]) => {
      throw new Error(`Seeds ${seeds[0]} to ${seeds.at(-1)} broke off: ${String(code ?? signal)}`);
    },
  );
  try {
    // Our own worker sends nothing else.
    const [answer] = (await Promise.race([once(child, "message"), ended])) as [Answer];
    return answer;
  } finally {
    ended.catch(() => undefined);
    answered.abort();
  }
}

function batchesOf({ from, seeds }: Seeds): number[][] {
  const batches: number[][] = [];
  for (let at = from; at < from + seeds; at += batchSize) {
    const length = Math.min(batchSize, from + seeds - at);
    batches.push(Array.from({ length }, (_, index) => at + index));
  }
  return batches;
}

function outcomeOf(results: readonly SeedResult[], seconds: number, cpuSeconds: number): Outcome {
  const met = sums(results.map((result) => result.met));
  const counts = sums(results.map((result) => result.counts));
  const failing = results.filter(({ violations }) => violations.length > 0);
  const perCoreSecond = results.length / cpuSeconds;
  const told = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  return {
    failing: failing.toSorted((a, b) => a.seed - b.seed),
    digests: new Map(results.map(({ seed, digest }) => [seed, digest])),
    met,
    counts,
    seconds,
    perCoreSecond,
    lines: [
      `met: ${told(met)}`,
      `counts: ${told(counts)}`,
      `${results.length} seeds in ${seconds.toFixed(1)} s: ${(results.length / seconds).toFixed(0)} a second, ` +
        `${perCoreSecond.toFixed(0)} a second of a core; ${failing.length} with violations`,
    ],
  };
}

function sums(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) {
    for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
