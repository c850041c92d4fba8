import { planOf } from "../plan-of.ts";
import { runPlan } from "../run-plan.ts";
import type { Minimized } from "./minimize.ts";
import { minimize } from "./minimize.ts";
import { regressionFile } from "./plan-literal.ts";
import { violationKind } from "./violation-kind.ts";

interface MinimizedSeed extends Minimized {
  readonly kind: string;
}

/** The smallest plan that breaks as the seed's does; undefined where it breaks nothing. */
async function minimizeSeed(seed: number): Promise<MinimizedSeed | undefined> {
  const plan = planOf(seed);
  const [first] = (await runPlan(plan)).violations;
  if (!first) return undefined;
  const kind = violationKind(first);
  const found = await minimize(plan, async (candidate) =>
    (await runPlan(candidate)).violations.some((one) => violationKind(one) === kind),
  );
  return { ...found, kind };
}

/** `npm run simulate -- --minimize SEED`: tells the smallest plan as a file of `regressions/`. */
export async function tellMinimal(seed: number, say: (line: string) => void): Promise<void> {
  const found = await minimizeSeed(seed);
  if (!found) {
    say(`seed ${seed} breaks nothing`);
    return;
  }
  const before = planOf(seed).steps.length;
  const { plan, runs, kind } = found;
  say(
    `seed ${seed} breaks ${kind}: ${before} steps before, ${plan.steps.length} after ${runs} runs`,
  );
  for (const { invariant, at, what } of (await runPlan(plan)).violations)
    say(`  ${invariant} at ${at}: ${what}`);
  say("");
  say(regressionFile(plan, kind));
}
