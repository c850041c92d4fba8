import type { OrgUnitId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";

/** What a pass over everything counted of the work that one allowance is for. */
export interface CountedShare {
  /** Open work that the rule looks at. */
  readonly looked: number;
  /** Of it, how much the rule has found. */
  readonly found: number;
}

export interface ShareSurroundings {
  /** A unit and all above it, bottom up. */
  readonly unitsUp: (unitId: OrgUnitId) => readonly OrgUnitId[];
  readonly nameOf: (unitId: OrgUnitId) => string | undefined;
  /** As last counted; undefined where nobody has yet, which holds nothing back. */
  readonly shareOf: (unitId: OrgUnitId) => CountedShare | undefined;
}

type Allowed = NonNullable<RuleSettings["allowedShares"]>[number];

/** The allowance that holds for a team: its own, or that of the nearest unit above. */
export function allowedShareOf(
  allowedShares: readonly Allowed[],
  unitsUp: readonly OrgUnitId[],
): Allowed | undefined {
  for (const unitId of unitsUp) {
    const own = allowedShares.find((allowed) => allowed.unitId === unitId);
    if (own) return own;
  }
  return undefined;
}

/** Why an alert of these teams waits: what was found of the unit's work is within the share it states. */
export function heldByShare(
  allowedShares: readonly Allowed[],
  teamIds: readonly OrgUnitId[],
  surroundings: ShareSurroundings,
): string | undefined {
  const [team] = teamIds;
  if (team === undefined || allowedShares.length === 0) return undefined;
  const allowed = allowedShareOf(allowedShares, surroundings.unitsUp(team));
  const counted = allowed && surroundings.shareOf(allowed.unitId);
  if (!counted || counted.found > counted.looked * allowed.share) return undefined;
  const who = surroundings.nameOf(allowed.unitId) ?? "a unit";
  const percent = Math.round(allowed.share * 1000) / 10;
  return `within the ${percent} % that ${who} states for ${allowed.reason}`.slice(0, 200);
}
