import type { Plan } from "../plan.ts";
import { ddmin } from "./ddmin.ts";
import { simplerConfigs, simplerSteps } from "./simpler.ts";

export type IsFailing = (plan: Plan) => Promise<boolean>;

export interface Minimized {
  readonly plan: Plan;
  /** Plans that were run to find it. */
  readonly runs: number;
}

/**
 * The smallest plan that could be found to fail as the given one does: no step of it can be left out, no
 * fault of its config switched off, and no step made simpler. Its steps keep their ids, and with them their
 * chances. Throws where the plan itself does not fail.
 */
export async function minimize(plan: Plan, isFailing: IsFailing): Promise<Minimized> {
  const known = new Map<string, boolean>();
  const ask: IsFailing = async (candidate) => {
    const key = JSON.stringify(candidate);
    const answer = known.get(key) ?? (await isFailing(candidate));
    known.set(key, answer);
    return answer;
  };
  if (!(await ask(plan))) throw new Error(`The plan of seed ${plan.seed} does not fail`);
  let best = plan;
  let before: string;
  // Until a whole round changes nothing: what is simpler may let more go.
  do {
    before = JSON.stringify(best);
    best = await withFewerSteps(best, ask);
    best = await withCalmerConfig(best, ask);
    best = await withSimplerSteps(best, ask);
  } while (JSON.stringify(best) !== before);
  return { plan: best, runs: known.size };
}

async function withFewerSteps(plan: Plan, ask: IsFailing): Promise<Plan> {
  return { ...plan, steps: await ddmin(plan.steps, (steps) => ask({ ...plan, steps })) };
}

async function withCalmerConfig(plan: Plan, ask: IsFailing): Promise<Plan> {
  const candidates = simplerConfigs(plan.config).map((config) => ({ ...plan, config }));
  const found = await firstFailing(candidates, ask);
  return found ? withCalmerConfig(found, ask) : plan;
}

async function withSimplerSteps(plan: Plan, ask: IsFailing): Promise<Plan> {
  let best = plan;
  let at = 0;
  while (at < best.steps.length) {
    const found = await firstFailing(simplerSteps(best, at), ask);
    if (found) best = found;
    else at += 1;
  }
  return best;
}

async function firstFailing(plans: readonly Plan[], ask: IsFailing): Promise<Plan | undefined> {
  for (const plan of plans) if (await ask(plan)) return plan;
  return undefined;
}
