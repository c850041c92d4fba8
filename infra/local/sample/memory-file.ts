import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import * as z from "zod";

import { Instant } from "#shared/model/time.ts";

const Port = z.int().min(1).max(65_535);

/** What must be the same at every start, so that what the hub stored of the sample stays true. */
const SampleMemory = z.strictObject({
  seed: z.int(),
  /** The moment for which the company was made: its dates count from here. */
  asOf: Instant,
  ports: z.strictObject({
    jira: Port.optional(),
    asana: Port.optional(),
    bamboohr: Port.optional(),
    slack: Port.optional(),
  }),
});
export type SampleMemory = z.infer<typeof SampleMemory>;

/** Reads what an earlier start noted; undefined at the first. A file that does not parse is an error. */
export function readMemory(path: string): SampleMemory | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return SampleMemory.parse(JSON.parse(text));
}

export function writeMemory(path: string, memory: SampleMemory): void {
  mkdirSync(dirname(path), { recursive: true });
  // Whole or not at all: a start that was cut off must not leave half a file.
  writeFileSync(`${path}.new`, JSON.stringify(memory));
  renameSync(`${path}.new`, path);
}
