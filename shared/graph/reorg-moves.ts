import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";

import type { Headcount } from "./headcount.ts";
import { headcount } from "./headcount.ts";
import type { Org } from "./org.ts";

/** How many come to a unit and leave it; one that nobody comes to or leaves is not listed. */
export interface UnitMoves {
  readonly unitId: OrgUnitId;
  readonly arriving: Headcount;
  readonly leaving: Headcount;
}

/** Counts of people, and never who. */
export interface Moves {
  readonly changeUnit: Headcount;
  readonly join: Headcount;
  readonly leave: Headcount;
  readonly byUnit: readonly UnitMoves[];
}

export function movesBetween(today: Org, other: Org): Moves {
  const [before, after] = [placesIn(today), placesIn(other)];
  const arriving = new Map<OrgUnitId, number>();
  const leaving = new Map<OrgUnitId, number>();
  const total = { changeUnit: 0, join: 0, leave: 0 };
  for (const [id, from] of before) {
    if (!after.has(id)) total.leave += 1;
    else if (after.get(id) === from) continue;
    else total.changeUnit += 1;
    add(leaving, from);
    add(arriving, after.get(id));
  }
  for (const [id, to] of after) {
    if (before.has(id)) continue;
    total.join += 1;
    add(arriving, to);
  }
  return {
    changeUnit: headcount(total.changeUnit),
    join: headcount(total.join),
    leave: headcount(total.leave),
    byUnit: [...new Set([...arriving.keys(), ...leaving.keys()])].map((unitId) => ({
      unitId,
      arriving: headcount(arriving.get(unitId) ?? 0),
      leaving: headcount(leaving.get(unitId) ?? 0),
    })),
  };
}

/** Of everybody who works there that day, the team that their work counts for. */
function placesIn(org: Org): ReadonlyMap<PersonId, OrgUnitId | undefined> {
  const places = new Map<PersonId, OrgUnitId | undefined>();
  for (const { id, employmentStatus } of org.people()) {
    if (employmentStatus === "active") places.set(id, org.primaryTeamOf(id));
  }
  return places;
}

function add(counts: Map<OrgUnitId, number>, unitId: OrgUnitId | undefined): void {
  if (unitId !== undefined) counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
}
