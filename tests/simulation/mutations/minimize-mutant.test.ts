import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { planOf } from "../engine/plan-of.ts";
import { mutants } from "./mutants.ts";
import { tryInChild } from "./try-in-child.ts";

const run = promisify(execFile);
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Missed by one of the first seeds, so that the test is quick. */
const name = "reconcile";

test(`what a seed found in a product without ${name} is found by a few of its steps`, async () => {
  const mutant = mutants.find((one) => one.name === name);
  const caught = await tryInChild(mutant, { from: 1, seeds: 200 });
  const seed = caught?.seed ?? Number.NaN;
  const { stdout } = await run(process.execPath, [
    "--import",
    here("./hook.ts"),
    here("../engine/main.ts"),
    `--mutant=${name}`,
    `--minimize=${seed}`,
  ]);
  const said = /breaks (?<invariant>\d).*: (?<before>\d+) steps before, (?<after>\d+) after/u.exec(
    stdout,
  )?.groups;
  const before = planOf(seed).steps.length;
  expect(said).toMatchObject({ invariant: `${caught?.invariant}`, before: `${before}` });
  expect(Number(said?.["after"])).toBeLessThan(before / 2);
  expect(stdout).toContain(`export const seed${seed}: Regression = {`);
}, 300_000);
