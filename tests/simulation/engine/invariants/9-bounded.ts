import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";

/** What any run may cost, whatever befalls it: far above what the dearest of thousands did cost. */
const limits = {
  writeUnitsPerStep: 400,
  invocationsPerStep: 120,
  requestsPerStep: 60,
  setUp: 1500,
} as const;

/** 9: work has bounds: writes, invocations, requests, tries of a message. */
export function checkBounded(run: Run): void {
  const steps = run.checks;
  const { host } = run;
  const requests = toolNames.reduce((sum, name) => sum + run.company.sites[name].api.requests, 0);
  const spent = [
    ["write units", host.table.usage().writeUnits, limits.writeUnitsPerStep],
    ["invocations", host.invocations, limits.invocationsPerStep],
    ["requests", requests, limits.requestsPerStep],
  ] as const;
  for (const [what, count, perStep] of spent) {
    const max = limits.setUp + perStep * steps;
    if (count > max)
      violated(run, 9, `${count} ${what} in ${steps} steps; at most ${max} are allowed`);
  }
}
