import { unitId } from "#shared/testing/facts.ts";

import type { Course } from "./command.ts";

/** What may stand outside strategy. */
export const allowances = {
  nothing: [],
  stories: [{ reason: "Stories", kinds: ["story"] }],
  "a team": [{ reason: "Their work", teams: ["Reds", unitId("u0")] }],
} as const;

/** Set otherwise than by default, so that ages and dates that commands give stand on either side. */
const tuned: Readonly<Record<string, unknown>> = {
  "too-many-objectives": { most: 2 },
  "stale-by-evidence": { days: 7, goalDays: 60 },
  "floating-goal": { days: 0, topKinds: ["theme", "objective"] },
  "goal-without-work": { days: 30 },
  "horizon-mismatch": { toleranceDays: 1 },
  "blocked-across-boundary": { onlyStarted: true },
};

/** How a rule is set in the company of this course. */
export function optionsOf(rule: string, { allowing, isTuned }: Course): unknown {
  if (rule === "unlinked-work") return { allowances: allowances[allowing] };
  if (isTuned) return tuned[rule] ?? {};
  // Of three goals, more than three are never anybody's.
  return rule === "too-many-objectives" ? { most: 1 } : {};
}
