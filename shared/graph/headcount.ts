import type { OrgUnitId } from "#shared/model/ids.ts";

import { teamPeopleMin } from "./matching-teams.ts";
import type { Org } from "./org.ts";

/** How many people; a number that would speak of somebody in particular is not told. */
export type Headcount = number | "fewer-than-five";

export function headcount(people: number): Headcount {
  return people > 0 && people < teamPeopleMin ? "fewer-than-five" : people;
}

/**
 * Whether those groups are together so few people that what is counted of them would be counted of persons.
 * Who is in several of them is one.
 */
export function areFew(groups: Iterable<Iterable<{ readonly id: string }>>): boolean {
  const people = new Set<string>();
  for (const group of groups) {
    for (const { id } of group) people.add(id);
    if (people.size >= teamPeopleMin) return false;
  }
  return true;
}

/** Whether something is counted of these teams and they are few, so that its number is not to be told. */
export function isAboutFew(org: Org, teamIds: Iterable<OrgUnitId>): boolean {
  const teams = [...new Set(teamIds)];
  return teams.length > 0 && areFew(teams.map((id) => org.membersOf(id)));
}

/** Whether a unit with all below it is few people. */
export function isSmallUnit(org: Org, unitId: OrgUnitId): boolean {
  const units = [...org.units()].map(({ id }) => id);
  return isAboutFew(org, [unitId, ...units.filter((id) => org.pathUp(id).includes(unitId))]);
}
