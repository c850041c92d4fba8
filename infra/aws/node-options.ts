import type { FunctionSpec } from "../topology-parts.ts";

/** What Node.js itself, code and buffers take beside the heap of a function. */
const besideHeapMb = 128;

/**
 * The options of Node.js that a function runs with, made for the variable NODE_OPTIONS.
 *
 * Where the topology says how large a semi-space may grow, the limit of the old generation has to be
 * said too: the bootstrap of Lambda's Node.js 24 derives both from the function's memory, on the command
 * line, which would win; but if NODE_OPTIONS names one of them it leaves both alone, and the other one
 * would be V8's default (/var/runtime/bootstrap as quoted in "Deep Dive into AWS Lambda (3)", dev.to,
 * 2026-02; not in AWS's own documents). The bootstraps of Node.js 14 and 18 did not look at NODE_OPTIONS.
 */
export function nodeOptionsOf({
  memoryMb,
  semiSpaceMb,
}: Pick<FunctionSpec, "memoryMb" | "semiSpaceMb">): readonly string[] {
  // Stack traces name our lines; the map is read only when an error is printed.
  const always = ["--enable-source-maps"];
  if (semiSpaceMb === undefined) return always;
  return [
    ...always,
    `--max-semi-space-size=${semiSpaceMb}`,
    `--max-old-space-size=${oldSpaceMb(memoryMb, semiSpaceMb)}`,
  ];
}

/**
 * What is left for old objects. The young generation is three semi-spaces (nodejs.org/api/cli.html,
 * `--max-semi-space-size`, 2026-11).
 */
export function oldSpaceMb(memoryMb: number, semiSpaceMb: number): number {
  return memoryMb - 3 * semiSpaceMb - besideHeapMb;
}
