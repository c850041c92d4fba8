import { parseArgs } from "node:util";

import type { Verdict } from "./gate.ts";
import { runGate } from "./gate.ts";

/**
 * `npm run mutate`: takes one mechanism after the other out of the product and runs the simulator's seeds
 * until one notices. Exits with 1 where none did, or where the product as it is was found at fault.
 */
const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const [from, seeds] = [Number(values.from), Number(values.seeds)];

function say({ mutant, caught, isRight }: Verdict): void {
  const name = (mutant?.name ?? "nothing taken out").padEnd(28);
  const found = caught
    ? `seed ${caught.seed ?? "?"} (${caught.seed === undefined ? "?" : caught.seed - from + 1} of ${seeds}), ` +
      `invariant ${caught.invariant}: ${caught.what.slice(0, 160)}`
    : `nothing found in ${seeds} seeds`;
  process.stdout.write(`${isRight ? "ok    " : "FAILED"} ${name} ${found}\n`);
}

const only = positionals.length > 0 ? positionals : undefined;
const verdicts = await runGate({ from, seeds }, { only, tell: say });
process.exitCode = verdicts.every(({ isRight }) => isRight) ? 0 : 1;
