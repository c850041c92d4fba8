import { parseArgs } from "node:util";

import { runSeed } from "../engine/run-plan.ts";

/** Runs seeds until one shows a violation, and writes down what was seen as one line of JSON. */
const { values } = parseArgs({
  options: {
    mutant: { type: "string" },
    from: { type: "string", default: "1" },
    seeds: { type: "string", default: "200" },
  },
});
const [from, seeds] = [Number(values.from), Number(values.seeds)];

async function firstViolation() {
  for (let seed = from; seed < from + seeds; seed += 1) {
    try {
      const [violation] = (await runSeed(seed)).violations;
      if (violation) return { seed, ...violation };
    } catch (error) {
      // What the product itself notices and refuses to go on with.
      return { seed, invariant: 0, what: `the run broke: ${String(error)}` };
    }
  }
  return undefined;
}

const caught = await firstViolation();
process.stdout.write(`${JSON.stringify({ caught: caught ?? null })}\n`);
