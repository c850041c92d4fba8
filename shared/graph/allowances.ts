import type { WorkItem, WorkItemKind } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { Org } from "./org.ts";
import { teamOf } from "./team.ts";

/** Work that may stand outside strategy, by a stated reason. Every condition given must hold. */
export interface Allowance {
  readonly reason: string;
  readonly containers?: readonly string[] | undefined;
  readonly originalKinds?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly kinds?: readonly WorkItemKind[] | undefined;
  /** Units by id or by name. Work whose team is not known is nobody's, and meets none. */
  readonly teams?: readonly string[] | undefined;
}

/** The first allowance that the item itself meets. */
export function allowanceFor(
  org: Org,
  item: WorkItem,
  allowances: readonly Allowance[],
): Allowance | undefined {
  if (allowances.length === 0) return undefined;
  return allowances.find((allowance) => isAllowed(org, item, allowance));
}

/** Whether who somebody is, or what a unit is called, can decide about any of them. */
export function restOnTeams(allowances: readonly Allowance[]): boolean {
  return allowances.some(({ teams }) => teams !== undefined);
}

function isAllowed(org: Org, item: WorkItem, allowance: Allowance): boolean {
  const { containers, originalKinds, labels, kinds, teams } = allowance;
  // An allowance without a condition would allow everything.
  if ((containers ?? originalKinds ?? labels ?? kinds ?? teams) === undefined) return false;
  return (
    meets(containers, item.container) &&
    meets(originalKinds, item.originalKind) &&
    meets(kinds, item.kind) &&
    meets(labels, ...(item.labels ?? [])) &&
    (teams === undefined || isWorkOf(org, item, teams))
  );
}

function meets<T>(
  wanted: readonly T[] | undefined,
  ...having: readonly (T | undefined)[]
): boolean {
  return wanted === undefined || having.some((one) => one !== undefined && wanted.includes(one));
}

/** A delivery team and the unit that it is bound to count as one, as everywhere. */
function isWorkOf(org: Org, item: WorkItem, teams: readonly string[]): boolean {
  const { teamId } = teamOf(org, item);
  if (teamId === undefined) return false;
  return teams.some((name) => {
    // Whoever wrote the setting gave an id or a name; a text that is no unit's id finds nothing.
    const unit = org.unit(name as OrgUnitId) ?? org.unitNamed(name);
    return unit !== undefined && org.boundary(unit.id, teamId).level === "same-team";
  });
}
