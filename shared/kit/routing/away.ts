import type { Org } from "#shared/graph/org.ts";
import type { AbsenceDays, Absences } from "#shared/model/absence.ts";
import type { Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";

/** The days on which somebody is away, of all who tell of them. */
export type AwayOf = (person: Person) => readonly AbsenceDays[];

/** What the record of a person says, and what HR systems tell beside it of any record of the same human. */
export function awayOf(org: Org, told: Absences): AwayOf {
  const byHuman = new Map<PersonId, AbsenceDays[]>();
  for (const [id, days] of told) {
    const human = org.person(id)?.id ?? id;
    byHuman.set(human, [...(byHuman.get(human) ?? []), ...days]);
  }
  return ({ id, absences = [] }) => [...absences, ...(byHuman.get(id) ?? [])];
}
