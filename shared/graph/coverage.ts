import type { CoverageGap, Quarantined } from "#shared/model/connection.ts";

/** What a source does not show although it was asked, and what it showed and nobody could read. */
export interface Coverage {
  readonly gaps: readonly CoverageGap[];
  readonly quarantined: number;
}

export const nothingHidden: Coverage = { gaps: [], quarantined: 0 };

export function withHidden(
  { gaps, quarantined }: Coverage,
  hidden: CoverageGap | Quarantined,
): Coverage {
  return hidden.type === "coverage-gap"
    ? { gaps: [...gaps, hidden], quarantined }
    : { gaps, quarantined: quarantined + 1 };
}
