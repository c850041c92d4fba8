import { teamPeopleMin } from "./matching-teams.ts";

/** How many people; a number that would speak of somebody in particular is not told. */
export type Headcount = number | "fewer-than-five";

export function headcount(people: number): Headcount {
  return people > 0 && people < teamPeopleMin ? "fewer-than-five" : people;
}
