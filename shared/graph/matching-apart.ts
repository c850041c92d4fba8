import type { Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";

import { maskedAddress } from "./matching-names.ts";
import type { Org } from "./org.ts";

type Trait = (person: Person, org: Org) => string | undefined;

/** In the order in which people find them telling. */
const traits: readonly Trait[] = [
  ({ id }, org) => {
    const unitId = org.primaryTeamOf(id);
    return unitId === undefined ? undefined : org.unit(unitId)?.name;
  },
  ({ location }) => location,
  ({ managerId }, org) => {
    const manager = managerId === undefined ? undefined : org.person(managerId);
    return manager && `reports to ${manager.name}`;
  },
  ({ startOn }) => startOn && `since ${startOn}`,
  ({ employmentStatus, endOn }) => {
    if (employmentStatus === "active") return undefined;
    return employmentStatus === "pending"
      ? "not started yet"
      : `left${endOn ? ` on ${endOn}` : ""}`;
  },
  ({ engagement }) => engagement,
  ({ employeeNumber }) => employeeNumber && `number ${employeeNumber}`,
  ({ workEmail }) => workEmail && maskedAddress(workEmail),
];
const traitsMax = 3;

/**
 * What tells each of these people from the others, in a few words; for one alone, who they are. Empty
 * where the HR system says the same of all.
 */
export function tellApart(org: Org, ids: readonly PersonId[]): ReadonlyMap<PersonId, string> {
  const people = ids.flatMap((id) => org.person(id) ?? []);
  const words = new Map<PersonId, string[]>(people.map(({ id }) => [id, []]));
  for (const trait of traits) {
    const values = people.map((person) => trait(person, org));
    if (people.length > 1 && new Set(values).size === 1) continue;
    for (const [at, person] of people.entries()) {
      const [own, value] = [words.get(person.id), values[at]];
      if (own && value !== undefined && own.length < traitsMax) own.push(value);
    }
  }
  return new Map([...words].map(([id, own]) => [id, own.join(", ")]));
}
