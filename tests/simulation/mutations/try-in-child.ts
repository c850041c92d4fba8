import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import * as z from "zod";

import type { Mutant } from "./mutant.ts";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Longer than all seeds of a mutant take on a busy machine: what takes longer has lost its bounds. */
const childMsMax = 180_000;

const Tried = z.object({
  caught: z.object({ seed: z.int(), invariant: z.int(), what: z.string() }).nullable(),
});

/** How a mutant was noticed; undefined: it was not. */
export interface Caught {
  /** Absent where no seed came to an end in time. */
  readonly seed?: number;
  /** The number of the invariant that broke; 0: the run itself. */
  readonly invariant: number;
  readonly what: string;
}

export interface Range {
  readonly from: number;
  readonly seeds: number;
}

/** Tries seeds on the product with one mechanism taken out, or on the whole product, in a process of its own. */
export async function tryInChild(
  mutant: Mutant | undefined,
  { from, seeds }: Range,
): Promise<Caught | undefined> {
  const args = [
    "--import",
    here("./hook.ts"),
    here("./try-mutant.ts"),
    `--mutant=${mutant?.name ?? "none"}`,
    `--from=${from}`,
    `--seeds=${seeds}`,
  ];
  return new Promise((resolve, reject) => {
    const options = { timeout: childMsMax, killSignal: "SIGKILL", maxBuffer: 1 << 26 } as const;
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error?.killed === true) {
        resolve({ invariant: 9, what: "the run did not come to an end" });
      } else if (error) {
        reject(new Error(`${mutant?.name ?? "none"} could not be tried: ${stderr.slice(-2000)}`));
      } else {
        resolve(
          Tried.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).caught ?? undefined,
        );
      }
    });
  });
}
