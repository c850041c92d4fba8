import type { GoalId, OrgUnitId } from "#shared/model/ids.ts";
import { GoalId as GoalIdSchema } from "#shared/model/ids.ts";
import type { RuleSettings, Signal } from "#shared/model/signal.ts";

/** What must be known of the company beside the finding. */
export interface ScopeSurroundings {
  /** A unit and all above it. */
  readonly unitsUp: (unitId: OrgUnitId) => readonly OrgUnitId[];
  /** A goal and all above it. */
  readonly goalsUp: (goalId: GoalId) => readonly GoalId[];
}

type Found = Pick<Signal, "subjectId" | "teamIds" | "evidence">;

/** Whether the scope takes a finding in: by every one of its limits that names anything. */
export function isInScope(
  scope: RuleSettings["scope"],
  found: Found,
  { unitsUp, goalsUp }: ScopeSurroundings,
): boolean {
  const { unitIds = [], goalIds = [], kinds = [] } = scope ?? {};
  const { kind } = found.evidence.facts;
  return (
    (kinds.length === 0 || kinds.some((one) => one === kind)) &&
    fits(unitIds, found.teamIds.flatMap(unitsUp)) &&
    fits(goalIds, goalsOf(found).flatMap(goalsUp))
  );
}

/** Goals that a finding is about, or that stand in its evidence. */
export function goalsOf({ subjectId, evidence }: Omit<Found, "teamIds">): readonly GoalId[] {
  const ids = [subjectId, ...evidence.path.map(({ id }) => id)];
  return [...new Set(ids.flatMap((id) => GoalIdSchema.safeParse(id).data ?? []))];
}

function fits<T>(wanted: readonly T[], found: readonly T[]): boolean {
  return wanted.length === 0 || found.some((one) => wanted.includes(one));
}
