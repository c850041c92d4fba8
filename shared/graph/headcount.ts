import { teamPeopleMin } from "./matching-teams.ts";

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
