import type { Upsert } from "#shared/model/change.ts";
import { Person, shortText } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, PersonId } from "#shared/model/ids.ts";
import { dateOf, epochMsOf } from "#shared/model/time.ts";

import type { DatedRow, Employee } from "./client.ts";
import { employmentOf } from "./employment.ts";
import type { Employment } from "./employment.ts";
import type { PersonField } from "./fields.ts";
import { placementsOf } from "./placements.ts";
import { text, unitsOf } from "./units.ts";
import type { Circumstances } from "./units.ts";

/** A person and the org units on the way down to theirs, topmost first. */
interface NormalizedEmployee {
  readonly person: Upsert;
  readonly units: readonly Upsert[];
}

export function hibobPersonId(connectionId: ConnectionId, employeeId: string): PersonId {
  return factId("person", "hibob", connectionId, employeeId);
}

/** An employee with the rows of their work table, in our words. Pure. */
export function normalizeEmployee(
  employee: Employee,
  rows: readonly DatedRow[],
  where: Circumstances,
): NormalizedEmployee {
  const { connectionId, levels, readAt } = where;
  const of = (id: PersonField) => employee.fields.get(id);
  const personIdOf = (id: string) => hibobPersonId(connectionId, id);
  const employment = employmentOf(employee, dateOf(readAt));
  const dated = placementsOf(rows, { ...where, employment, personIdOf });
  // A level that we may not see could be any team: better no unit than a wrong one.
  const isUnitKnown = levels.every(({ id }) => employee.fields.has(id));
  const own = isUnitKnown ? unitsOf(employee.fields, where) : [];
  const unitId = own.at(-1)?.id;
  const managerId = managerOf(of("work.reportsTo"));
  const units = new Map([...own, ...(dated?.units ?? [])].map((unit) => [unit.id, unit]));
  return {
    units: [...units.values()].map((unit) => ({ kind: "upserted", record: unit, edges: [] })),
    person: {
      kind: "upserted",
      edges: [],
      record: {
        type: "person",
        id: personIdOf(employee.id),
        connectionId,
        // HiBob tells nobody when a person last changed: the later reading is the truer.
        sourceVersion: epochMsOf(readAt),
        readAt,
        ...identityOf(employee),
        ...(managerId !== undefined && { managerId: personIdOf(managerId) }),
        ...(unitId !== undefined && { unitId }),
        ...(dated && { placements: [...dated.placements] }),
        ...termsOf(employment),
      },
    },
  };
}

function identityOf({
  id,
  fields,
}: Employee): Pick<Person, "name" | "workEmail" | "employeeNumber" | "location"> {
  const of = (field: PersonField) => text(fields.get(field));
  const parts = [of("root.firstName"), of("root.surname")].filter((part) => part !== undefined);
  const workEmail = Person.shape.workEmail.safeParse(of("root.email"));
  const employeeNumber = of("work.employeeIdInCompany");
  const location = of("work.site");
  return {
    name: of("root.displayName") ?? shortText(parts.join(" ")) ?? `Employee ${id}`,
    ...(workEmail.success && workEmail.data !== undefined && { workEmail: workEmail.data }),
    ...(employeeNumber !== undefined && { employeeNumber }),
    ...(location !== undefined && { location }),
  };
}

function termsOf({
  status,
  startOn,
  endOn,
}: Employment): Pick<Person, "employmentStatus" | "startOn" | "endOn"> {
  return {
    employmentStatus: status,
    ...(startOn !== undefined && { startOn }),
    ...(endOn !== undefined && { endOn }),
  };
}

/** Of the object that names the manager, the id; the name in it finds nobody. */
function managerOf(reportsTo: unknown): string | undefined {
  if (typeof reportsTo !== "object" || reportsTo === null || !("id" in reportsTo)) return undefined;
  return text(reportsTo.id);
}
