import type { Plan } from "../plan.ts";

/** The product as it was before a defect was mended, as edits of its source: each text stands there once. */
export interface Unmended {
  /** From the repository's root. */
  readonly file: string;
  readonly edits: readonly { readonly from: string; readonly to: string }[];
}

/** A plan that once broke an invariant, as small as it could be made. */
export interface Regression {
  readonly name: string;
  /** What went wrong, in a sentence. */
  readonly found: string;
  /** Subject of the commit that mended it. */
  readonly mendedBy: string;
  readonly plan: Plan;
  /** Absent where the mend cannot be taken back by itself any more. */
  readonly unmended?: Unmended;
}
