import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { type FunctionSpec } from "../topology-parts.ts";
import { functions } from "../topology.ts";
import { nodeOptionsOf } from "./node-options.ts";

const run = promisify(execFile);

/** The limit of V8's whole heap in a process that has the options as Lambda hands them on. */
async function heapLimitMb(options: readonly string[], flags: readonly string[] = []) {
  const { stdout } = await run(
    process.execPath,
    [...flags, "--print", "v8.getHeapStatistics().heap_size_limit / 1024 ** 2"],
    { env: { NODE_OPTIONS: options.join(" ") } },
  );
  return Number(stdout);
}

test("Node.js takes the options of every function from the environment", async () => {
  for (const spec of Object.values<FunctionSpec>(functions)) {
    expect(await heapLimitMb(nodeOptionsOf(spec))).toBeGreaterThan(0);
  }
});

test("a heap that is held has three semi-spaces and the old generation, 128 MB below the memory", async () => {
  const { pull } = functions;
  expect(nodeOptionsOf(pull)).toContain("--max-semi-space-size=4");
  expect(await heapLimitMb(nodeOptionsOf(pull))).toBe(pull.memoryMb - 128);
  expect(await heapLimitMb(nodeOptionsOf({ memoryMb: 512, semiSpaceMb: 16 }))).toBe(384);
});

test("both limits are named or none, since the runtime leaves both to whoever names one", () => {
  for (const spec of Object.values<FunctionSpec>(functions)) {
    const named = nodeOptionsOf(spec).filter((option) => /semi-space|old-space/u.test(option));
    expect(named).toHaveLength(spec.semiSpaceMb === undefined ? 0 : 2);
  }
});

test("a flag on the command line would win, so it counts that the runtime then passes none", async () => {
  const limit = await heapLimitMb(nodeOptionsOf(functions.pull), ["--max-old-space-size=200"]);
  expect(limit).toBe(212);
});
