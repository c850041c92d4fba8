import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Bundled, bundleAll } from "#infra/aws/bundle.ts";
import { environment } from "#infra/aws/testing/environment.ts";

import type { Bench, BenchResult, Check } from "./bench.ts";
import { median } from "./statistics.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

const rounds = 25;
/** Beyond an empty module, and of what a start loads. Whoever takes webhooks must answer at once. */
const allowed = {
  receive: { ms: 12, kilobytes: 60 },
  others: { ms: 60, kilobytes: 350 },
} as const;
const empty = "empty";

export const cold: Bench = {
  id: "B9",
  title: `Cold start: each function's bundle in ${rounds} fresh processes, against an empty module`,
  async run(): Promise<BenchResult> {
    return withTemporaryFolder(async (folder) => {
      const bundles = await bundleAll(folder);
      await writeFile(join(folder, "empty.mjs"), "export const handler = () => undefined;\n");
      await writeFile(join(folder, "start.mjs"), starter);
      const times = await startAll(folder, bundles);
      const emptyMs = median(times.get(empty) ?? []);
      return {
        checks: bundles.flatMap((bundle) => checksOf(bundle, emptyMs, times)),
        notes: [
          `an empty module: ${emptyMs.toFixed(1)} ms`,
          `in all, with what is loaded when it is needed: ${bundles.map(({ functionName, bytes }) => `${functionName} ${inKilobytes(bytes)} KB`).join(", ")}`,
        ],
      };
    });
  },
};

/** Loads what it is told to, and prints how long that took. */
const starter = `const startedMs = performance.now();
await import(process.argv[2]);
process.stdout.write(String(performance.now() - startedMs), () => process.exit());
`;

/** All of them in turns, so that whatever else the machine does slows each. */
async function startAll(
  folder: string,
  bundles: readonly Bundled[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const files = [
    [empty, "./empty.mjs"],
    ...bundles.map(({ functionName: name }) => [name, `./${name}/index.mjs`] as const),
  ] as const;
  const times = new Map<string, number[]>(files.map(([name]) => [name, []]));
  // One round unmeasured, after which the files are in the memory of the system.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, file] of files) {
      const ms = await start(folder, file);
      if (round >= 0) times.get(name)?.push(ms);
    }
  }
  return times;
}

async function start(folder: string, file: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--enable-source-maps", join(folder, "start.mjs"), file],
    { env: environment },
  );
  return Number(stdout);
}

function checksOf(
  { functionName, startBytes }: Bundled,
  emptyMs: number,
  times: ReadonlyMap<string, readonly number[]>,
): readonly Check[] {
  const { ms, kilobytes } = functionName === "receive" ? allowed.receive : allowed.others;
  return [
    {
      what: `${functionName}: from the file to its handler`,
      measured: median(times.get(functionName) ?? []),
      limit: emptyMs + ms,
      limitName: `an empty module and ${ms} ms`,
      unit: "ms",
      target: { atMost: 1 },
    },
    {
      what: `${functionName}: code that is loaded by then`,
      measured: inKilobytes(startBytes),
      limit: kilobytes,
      limitName: "what is allowed",
      unit: "KB",
      target: { atMost: 1 },
    },
  ];
}

function inKilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
