import { staleAfterMinutes } from "#shared/model/connection.ts";

import type { Act, Step } from "../plan.ts";
import type { Random } from "../random.ts";

/** Steps as they are added, each with a name of its own. */
export function stepList() {
  const steps: Step[] = [];
  const next = () => `s${steps.length + 1}`;
  return {
    steps,
    add: (afterMinutes: number, act: Act) => steps.push({ id: next(), afterMinutes, act }),
    /** Before anything that is due is done. */
    addAtOnce: (act: Act) => steps.push({ id: next(), afterMinutes: 0, isAtOnce: true, act }),
  };
}

const longRestShare = 0.04;

/**
 * Some last for two days, as long as a target of the bus may be down; and while a tool is silent long enough
 * that nothing may be concluded from what it does not tell.
 */
export function restOf(random: Random, isSilent = false): Act {
  if (random() < longRestShare) return { kind: "rest", minutes: 2 * 24 * 60 };
  return { kind: "rest", minutes: isSilent ? staleAfterMinutes + 30 : 100 };
}
