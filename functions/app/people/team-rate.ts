import { teamMatchRate } from "#shared/graph/matching-teams.ts";
import type { Org } from "#shared/graph/org.ts";
import { OrgUnitId } from "#shared/model/ids.ts";

import type { TeamRate } from "./people-answers.ts";

/** As a field for answers that tell figures of a team; no field for a small team, or for none. */
export function matchRateField(
  org: Org,
  teamId: OrgUnitId | undefined,
): { readonly matchRate?: TeamRate } {
  const rate = teamId === undefined ? undefined : teamMatchRate(org, teamId);
  return rate ? { matchRate: { ...rate } } : {};
}

/** Of the team that a list is filtered by, if it is a team. */
export function rateOfFilter(org: Org, team: string | undefined): TeamRate | undefined {
  const id = OrgUnitId.safeParse(team);
  return id.success ? matchRateField(org, id.data).matchRate : undefined;
}
