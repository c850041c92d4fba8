import { nodeOptionsOf } from "#infra/aws/node-options.ts";
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

/** The function that reads in life, and the options that it is deployed with. */
const reading = topology.functions.pull;
const deployed = nodeOptionsOf(reading);

/** The reading side alone, in both ways it reads, and the whole function. */
const readers = ["source", "consented-source", "pull-into-nothing"] as const satisfies Reader[];

export const memory: Bench = {
  id: "B10",
  title: `Memory of a backfill, reading process alone, ${deployed.join(" ")}`,
  run: ({ isFull }) =>
    withProcesses(async ({ startSite, readAlone }): Promise<BenchResult> => {
      const sizes = isFull ? [small, usual, large] : [small, usual];
      const peaks = new Map<string, ReadAnswer>();
      const underDefaults: string[] = [];
      let peer: ReadAnswer | undefined;
      for (const issues of sizes) {
        const access = await startSite(issues, 0);
        const read = async (reader: Reader, flags: readonly string[]) => {
          const answer = await readAlone({ reader, access, lanes }, flags);
          if (answer.issues !== issues) throw new Error(`${answer.issues} of ${issues} were read`);
          return answer;
        };
        for (const reader of readers)
          peaks.set(keyOf(reader, issues), await read(reader, deployed));
        underDefaults.push(noteOf(issues, await read("source", runtimeDefaults(reading.memoryMb))));
        peer = await read("parse-only", deployed);
      }
      const largest = Math.max(...sizes);
      return {
        checks: readers.flatMap((reader) => judge(reader, largest, peaks)),
        notes: [
          ...readers.map((reader) => {
            const each = sizes.map((issues) => noteOf(issues, peaks.get(keyOf(reader, issues))));
            return `${names[reader]}: ${each.join("; ")}`;
          }),
          `a reader that only fetches and parses: ${noteOf(largest, peer)}`,
          `not deployed, ${names.source} under ${runtimeDefaults(reading.memoryMb).join(" ")}, as ` +
            `Lambda would have it: ${underDefaults.join("; ")}`,
        ],
      };
    }),
};

/**
 * What the runtime of AWS Lambda derives from a function's memory where NODE_OPTIONS names no limit: 5 %
 * for each semi-space, 90 % for the old generation (/var/runtime/bootstrap of its Node.js 18 image; that
 * of Node.js 24 was found only without its figures, and V8 rounds whatever lies above 32 MB up to 64).
 */
function runtimeDefaults(memoryMb: number): readonly string[] {
  const half = Math.floor(memoryMb / 20);
  return [`--max-semi-space-size=${half}`, `--max-old-space-size=${memoryMb - 2 * half}`];
}

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
  const bounded: Check = {
    what: `the same, against what it may take, ${names[reader]}`,
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
