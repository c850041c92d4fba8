import { topology } from "#infra/topology.ts";

import type { ReadAnswer, Reader } from "./backfill/messages.ts";
import { withProcesses } from "./backfill/processes.ts";
import type { Bench, BenchResult, Check } from "./bench.ts";
import { amount } from "./report.ts";

const lanes = 8;
const small = 10_000;
const usual = 100_000;
const large = 1_000_000;
const mebibytesMax = 192;

/** The function that reads in life, and the flags that its memory means. */
const { memoryMb } = topology.functions.pull;
const flags = flagsOn(memoryMb);

/** Judged by the first, which is the reading side alone; the others are what the function adds. */
const readers = ["source", "consented-source", "pull-into-nothing"] as const satisfies Reader[];

export const memory: Bench = {
  id: "B10",
  title: `Memory of a backfill, reading process alone, ${flags.join(" ")}`,
  run: ({ isFull }) =>
    withProcesses(async ({ startSite, readAlone }): Promise<BenchResult> => {
      const sizes = isFull ? [small, usual, large] : [small, usual];
      const peaks = new Map<string, ReadAnswer>();
      for (const issues of sizes) {
        const access = await startSite(issues, 0);
        for (const reader of readers) {
          const answer = await readAlone({ reader, access, lanes }, flags);
          if (answer.issues !== issues) throw new Error(`${answer.issues} of ${issues} were read`);
          peaks.set(keyOf(reader, issues), answer);
        }
      }
      const largest = Math.max(...sizes);
      const access = await startSite(largest, 0);
      const tight = await readAlone({ reader: "source", access, lanes }, tightFlags);
      const peer = await readAlone({ reader: "parse-only", access, lanes }, tightFlags);
      return {
        checks: readers.flatMap((reader) => judge(reader, largest, peaks)),
        notes: [
          ...readers.map((reader) => {
            const each = sizes.map((issues) => noteOf(issues, peaks.get(keyOf(reader, issues))));
            return `${names[reader]}: ${each.join("; ")}`;
          }),
          `not judged, ${names.source} under ${tightFlags.join(" ")}: ${noteOf(largest, tight)}; ` +
            `a reader that only fetches and parses: ${noteOf(largest, peer)}`,
        ],
      };
    }),
};

/**
 * As the runtime of AWS Lambda sets them by the memory of the function: 5 % for each half of the young
 * generation, 90 % for the old one (/var/runtime/bootstrap of its Node.js images, as described in 2026-02).
 */
function flagsOn(memoryMb: number): readonly string[] {
  const half = Math.floor(memoryMb / 20);
  return [`--max-semi-space-size=${half}`, `--max-old-space-size=${memoryMb - 2 * half}`];
}

/** What the reading needs, when V8 may not put off collecting until hundreds of megabytes lie about. */
const tightFlags = ["--max-semi-space-size=8", "--max-old-space-size=128"] as const;

const names = {
  source: "reading by API token",
  "consented-source": "reading by consent",
  "pull-into-nothing": "the pull function into a table that forgets",
} as const;

function judge(
  reader: (typeof readers)[number],
  largest: number,
  peaks: ReadonlyMap<string, ReadAnswer>,
): readonly Check[] {
  const peak = (issues: number) => peaks.get(keyOf(reader, issues))?.peakRssMiB ?? Number.NaN;
  const flat: Check = {
    what: `peak memory at ${amount(largest)} issues, ${names[reader]}`,
    measured: peak(largest),
    limit: peak(small),
    limitName: `at ${amount(small)}`,
    unit: "MiB",
    target: { atMost: 1.25 },
  };
  if (reader === "pull-into-nothing") return [flat];
  const bounded: Check = {
    what: `the same, against what a function may take, ${names[reader]}`,
    measured: peak(largest),
    limit: mebibytesMax,
    limitName: "wished",
    unit: "MiB",
    target: { atMost: 1 },
  };
  return [flat, bounded];
}

function keyOf(reader: Reader, issues: number): string {
  return `${reader} ${issues}`;
}

function noteOf(issues: number, answer: ReadAnswer | undefined): string {
  const { peakRssMiB = Number.NaN, ms = Number.NaN } = answer ?? {};
  return `${amount(issues)} ${amount(peakRssMiB)} MiB, ${(ms / 1000).toFixed(0)} s`;
}
