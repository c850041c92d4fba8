import type { BambooSeedInput } from "#connectors/bamboohr/simulator/seed.ts";
import { Instant } from "#shared/model/time.ts";

import type { Company, SamplePerson, SampleUnit } from "./company.ts";
import { Numbering } from "./numbering.ts";

export const bambooApiKey = "sample-bamboohr-key-1f7c";
export const bambooDomain = "northquay";

/** The HR system of the company: everybody, with the unit at each level and the manager. */
export function toBambooSeed(company: Company): BambooSeedInput {
  const ids = new Numbering(101);
  const units = new Map(company.units.map((unit) => [unit.id, unit]));
  return {
    companyDomain: bambooDomain,
    apiKey: bambooApiKey,
    customFields: [{ id: "4400", name: "Team", alias: "customTeam" }],
    employees: company.people.map((person) => ({
      id: ids.of(person.id),
      // Not the id, as in real exports: whoever mixes them up finds the wrong manager.
      employeeNumber: String(5000 + Number(ids.of(person.id)) * 3),
      firstName: person.firstName,
      lastName: person.lastName,
      jobTitle: person.jobTitle,
      workEmail: person.workEmail,
      status: hasLeft(company, person) ? "Inactive" : "Active",
      employmentHistoryStatus: historyStatus(company, person),
      ...levels(units, person.unitId),
      location: person.location,
      supervisorEId: person.managerId === undefined ? null : ids.of(person.managerId),
      hireDate: person.hiredOn,
      terminationDate: person.leftOn ?? null,
      ...(person.leavesOn !== undefined && {
        employmentStatus: [
          { date: person.hiredOn, employmentStatus: historyStatus(company, person) },
          { date: person.leavesOn, employmentStatus: "Terminated" },
        ],
      }),
      lastChanged: Instant.parse(`${person.leftOn ?? person.hiredOn}T09:00:00.000Z`),
    })),
  };
}

function hasLeft({ asOf }: Company, { leftOn }: SamplePerson): boolean {
  return leftOn !== undefined && leftOn <= asOf.slice(0, 10);
}

function historyStatus(company: Company, person: SamplePerson): string {
  if (hasLeft(company, person)) return "Terminated";
  return { "full-time": "Full-Time", "part-time": "Part-Time", contractor: "Contractor" }[
    person.contract
  ];
}

/** Name of the unit at each level above and including the person's own. */
function levels(units: ReadonlyMap<string, SampleUnit>, unitId: string) {
  const names: Partial<Record<SampleUnit["level"], string>> = {};
  for (let unit = units.get(unitId); unit; unit = units.get(unit.parentId ?? "")) {
    names[unit.level] = unit.name;
  }
  return {
    division: names.division ?? null,
    department: names.department ?? null,
    custom: { customTeam: names.team ?? null },
  };
}
