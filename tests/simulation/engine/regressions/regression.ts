import type { Plan } from "../plan.ts";

/** A plan that once broke an invariant, as small as it could be made. */
export interface Regression {
  /** What holds since then. */
  readonly name: string;
  /** What went wrong, in a sentence. */
  readonly found: string;
  /** Subject of the commit that mended it. */
  readonly mendedBy: string;
  readonly plan: Plan;
}
