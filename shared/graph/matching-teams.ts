import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";

import type { Org } from "./org.ts";

/** Below this a figure about a team would be one about people. */
export const teamPeopleMin = 5;

/** How many of a team's people have an account that is known to be theirs: what the team's figures rest on. */
export interface TeamMatchRate {
  readonly people: number;
  readonly matched: number;
  readonly percent: number;
}

/** Of the same organisation nothing is counted twice. */
const known = new WeakMap<Org, ReadonlySet<PersonId>>();

function peopleWithAccounts(org: Org): ReadonlySet<PersonId> {
  const before = known.get(org);
  if (before) return before;
  const people = new Set<PersonId>();
  for (const { id } of org.accounts()) {
    const person = org.personOf(id);
    if (person) people.add(person.id);
  }
  known.set(org, people);
  return people;
}

/** Undefined for a team of fewer than five people. */
export function teamMatchRate(org: Org, unitId: OrgUnitId): TeamMatchRate | undefined {
  const members = org.membersOf(unitId);
  if (members.length < teamPeopleMin) return undefined;
  const bound = peopleWithAccounts(org);
  const matched = members.filter(({ id }) => bound.has(id)).length;
  const percent = Math.round((100 * matched) / members.length);
  return { people: members.length, matched, percent };
}
