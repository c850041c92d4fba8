import type { Upsert } from "#shared/model/change.ts";
import { Person, shortText } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, PersonId } from "#shared/model/ids.ts";
import { dateOf, epochMsOf, readInstant } from "#shared/model/time.ts";

import { employmentOf } from "./employment.ts";
import type { Employment } from "./employment.ts";
import { placementsOf } from "./placements.ts";
import type { EmployeeRows } from "./table-reader.ts";
import { text, unitsOf } from "./units.ts";
import type { Circumstances } from "./units.ts";
import type { EmployeeRecord } from "./wire.ts";

/** A person and the org units on the way down to theirs, topmost first. */
interface NormalizedEmployee {
  readonly person: Upsert;
  readonly units: readonly Upsert[];
}

export function bambooPersonId(connectionId: ConnectionId, employeeId: string): PersonId {
  return factId("person", "bamboohr", connectionId, employeeId);
}

/**
 * An employee in our words. Pure. Of the record and of the dated rows only the allow-listed fields are
 * looked at. Units are those of today and of the rows ahead; a past row names its unit by id alone, so
 * that a dissolved unit does not come back with everybody who once was in it.
 */
export function normalizeEmployee(
  record: EmployeeRecord,
  where: Circumstances,
  rows: EmployeeRows = {},
): NormalizedEmployee {
  const { connectionId, readAt } = where;
  const employment = employmentOf(record, rows.employmentStatus, dateOf(readAt));
  const managerId = managerOf(record, connectionId);
  const dated = placementsOf(record, rows.jobInfo ?? [], {
    ...where,
    employment,
    ...(managerId !== undefined && { managerId }),
  });
  const own = unitsOf(record, where);
  const unitId = own.at(-1)?.id;
  const isUnitKnown = where.orgLevels.every((field) => field in record);
  const units = new Map([...own, ...(dated?.units ?? [])].map((unit) => [unit.id, unit]));
  return {
    units: [...units.values()].map((unit) => ({ kind: "upserted", record: unit, edges: [] })),
    person: {
      kind: "upserted",
      edges: [],
      record: {
        type: "person",
        id: bambooPersonId(connectionId, record.id),
        connectionId,
        sourceVersion: epochMsOf(readInstant(record["lastChanged"]) ?? readAt),
        readAt,
        ...identityOf(record),
        ...(managerId !== undefined && { managerId }),
        // A level that we may not see could be any team: better no unit than a wrong one.
        ...(isUnitKnown && unitId !== undefined && { unitId }),
        ...(dated && { placements: [...dated.placements] }),
        ...termsOf(employment),
      },
    },
  };
}

function termsOf({
  status,
  isContractor,
  startOn,
  endOn,
}: Employment): Pick<Person, "employmentStatus" | "engagement" | "startOn" | "endOn"> {
  return {
    employmentStatus: status,
    ...(isContractor && { engagement: "contractor" }),
    ...(startOn !== undefined && { startOn }),
    ...(endOn !== undefined && { endOn }),
  };
}

/** Who it is, and where they work. */
function identityOf(
  record: EmployeeRecord,
): Pick<Person, "name" | "workEmail" | "employeeNumber" | "location"> {
  const workEmail = Person.shape.workEmail.safeParse(text(record["workEmail"]));
  const employeeNumber = text(record["employeeNumber"]);
  const location = text(record["location"]);
  return {
    name: nameOf(record),
    ...(workEmail.success && workEmail.data !== undefined && { workEmail: workEmail.data }),
    ...(employeeNumber !== undefined && { employeeNumber }),
    ...(location !== undefined && { location }),
  };
}

function managerOf(record: EmployeeRecord, connectionId: ConnectionId): PersonId | undefined {
  const id = text(record["supervisorEId"]);
  return id === undefined || id === "0" ? undefined : bambooPersonId(connectionId, id);
}

function nameOf(record: EmployeeRecord): string {
  const parts = [text(record["firstName"]), text(record["lastName"])].filter(
    (part) => part !== undefined,
  );
  return text(record["displayName"]) ?? shortText(parts.join(" ")) ?? `Employee ${record.id}`;
}
