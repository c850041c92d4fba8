import type { Instant } from "#shared/model/time.ts";

import type { SamplePerson, SampleUnit } from "./company.ts";
import { dayFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";
import { companyName, divisions, locations, mailDomain } from "./org-plan.ts";
import { mailName, namePools } from "./people-names.ts";

/** The company's root unit, parent of the divisions. */
const rootUnitId = "company";

/** Somebody who left last month and whose work nobody took over. */
export const leaverTeamId = "shipment-planning";

/** Here somebody leaves next month, which no field of the HR system tells before the day. */
const noticeTeamId = "carrier-network";

export function buildUnits(): readonly SampleUnit[] {
  return [
    { id: rootUnitId, name: companyName, level: "company" },
    ...divisions.flatMap((division): SampleUnit[] => [
      { id: division.id, name: division.name, level: "division", parentId: rootUnitId },
      ...division.departments.flatMap(({ id, name, tool, teams }): SampleUnit[] => [
        { id, name, level: "department", parentId: division.id, tool },
        ...teams.map((team): SampleUnit => {
          return { id: team.id, name: team.name, level: "team", parentId: id, tool };
        }),
      ]),
    ]),
  ];
}

/** 150 people with managers at every level: the head of a unit first, then who reports to them. */
export function buildPeople(dice: Dice, asOf: Instant): readonly SamplePerson[] {
  const hiring = new Hiring(dice, asOf);
  const chief = hiring.hire({ unitId: rootUnitId, jobTitle: "Chief Executive Officer" });
  for (const division of divisions) {
    const head = hiring.hire({ unitId: division.id, jobTitle: division.head, managerId: chief });
    for (const department of division.departments) {
      const vp = hiring.hire({ unitId: department.id, jobTitle: department.head, managerId: head });
      for (const team of department.teams) {
        const lead = hiring.hire({ unitId: team.id, jobTitle: team.lead, managerId: vp });
        for (let at = 0; at < team.size; at += 1) {
          const jobTitle = team.roles[at % team.roles.length] ?? "Specialist";
          hiring.hire({ unitId: team.id, jobTitle, managerId: lead });
        }
      }
    }
  }
  return withMess(hiring.people, asOf);
}

interface Position {
  readonly unitId: string;
  readonly jobTitle: string;
  readonly managerId?: string;
}

class Hiring {
  readonly people: SamplePerson[] = [];
  readonly #dice: Dice;
  readonly #asOf: Instant;
  readonly #mailNames = new Set<string>();

  constructor(dice: Dice, asOf: Instant) {
    this.#dice = dice;
    this.#asOf = asOf;
  }

  /** Returns the id of the new person. */
  hire(position: Position): string {
    const id = `p${String(this.people.length + 101)}`;
    const [firstName, lastName] = this.#name();
    const mailbox = `${mailName(firstName)}.${mailName(lastName)}`;
    this.people.push({
      id,
      firstName,
      lastName,
      workEmail: `${mailbox}@${mailDomain}`,
      ...position,
      location: this.#dice.pick(locations),
      contract: this.#dice.chance(0.08) ? "part-time" : "full-time",
      hiredOn: dayFrom(this.#asOf, -this.#dice.between(60, 2600)),
    });
    return id;
  }

  /** A name that nobody else here has, so that an address belongs to one person. */
  #name(): readonly [string, string] {
    for (;;) {
      const firstName = this.#dice.pick(this.#dice.pick(namePools).given);
      const home = namePools.find((pool) => pool.given.includes(firstName));
      const pool = home && this.#dice.chance(0.85) ? home : this.#dice.pick(namePools);
      const lastName = this.#dice.pick(pool.family);
      const key = mailName(firstName) + mailName(lastName);
      if (this.#mailNames.has(key)) continue;
      this.#mailNames.add(key);
      return [firstName, lastName];
    }
  }
}

/** One leaver with open work, one who has given notice, one contractor: the last of their teams. */
function withMess(people: readonly SamplePerson[], asOf: Instant): readonly SamplePerson[] {
  const leaver = people.findLast((person) => person.unitId === leaverTeamId);
  const contractor = people.findLast((person) => person.unitId === "driver-app");
  const leaving = people.findLast((person) => person.unitId === noticeTeamId);
  return people.map((person) => {
    if (person === leaving) return { ...person, leavesOn: dayFrom(asOf, 40) };
    if (person === leaver) return { ...person, leftOn: dayFrom(asOf, -24) };
    return person === contractor ? { ...person, contract: "contractor" } : person;
  });
}
