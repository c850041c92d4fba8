import { createHash } from "node:crypto";

import type { Upsert } from "#shared/model/change.ts";
import { Person, shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { dateOf, epochMsOf, readDate, readInstant } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

import type { EmployeeRecord } from "./wire.ts";

interface Circumstances {
  readonly connectionId: ConnectionId;
  readonly orgLevels: readonly string[];
  /** Name of the topmost unit. */
  readonly companyName: string;
  readonly readAt: Instant;
}

/** A person and the org units on the way down to theirs, topmost first. */
interface NormalizedEmployee {
  readonly person: Upsert;
  readonly units: readonly Upsert[];
}

export function bambooPersonId(connectionId: ConnectionId, employeeId: string): PersonId {
  return factId("person", "bamboohr", connectionId, employeeId);
}

/**
 * An employee in our words. Pure. Of the record only the allow-listed fields are looked at. Org units
 * are what the level fields say: BambooHR has no records of them that carry a parent.
 */
export function normalizeEmployee(
  record: EmployeeRecord,
  where: Circumstances,
): NormalizedEmployee {
  const { connectionId, readAt } = where;
  const origin = {
    connectionId,
    sourceVersion: epochMsOf(readInstant(record["lastChanged"]) ?? readAt),
    readAt,
  };
  const units = unitsOf(record, where);
  const isUnitKnown = where.orgLevels.every((field) => field in record);
  const unitId = units.at(-1)?.id;
  const managerId = text(record["supervisorEId"]);
  const workEmail = Person.shape.workEmail.safeParse(text(record["workEmail"]));
  const location = text(record["location"]);
  const startOn = readDate(record["hireDate"]);
  const endOn = readDate(record["terminationDate"]);
  return {
    units: units.map((unit) => ({ kind: "upserted", record: unit, edges: [] })),
    person: {
      kind: "upserted",
      edges: [],
      record: {
        type: "person",
        id: bambooPersonId(connectionId, record.id),
        ...origin,
        name: nameOf(record),
        ...(workEmail.success && workEmail.data !== undefined && { workEmail: workEmail.data }),
        ...(managerId !== undefined &&
          managerId !== "0" && { managerId: bambooPersonId(connectionId, managerId) }),
        // A level that we may not see could be any team: better no unit than a wrong one.
        ...(isUnitKnown && unitId !== undefined && { unitId }),
        ...(location !== undefined && { location }),
        employmentStatus: employmentStatus(record, dateOf(readAt)),
        ...(startOn !== undefined && { startOn }),
        ...(endOn !== undefined && { endOn }),
      },
    },
  };
}

/** The topmost unit, then one for each level field that is filled in. */
function unitsOf(record: EmployeeRecord, where: Circumstances): readonly OrgUnit[] {
  const { connectionId, readAt, companyName } = where;
  // Units have no version of their own: the later reading is the truer. Unchanged ones cost no write.
  const shared = {
    type: "org-unit" as const,
    connectionId,
    sourceVersion: epochMsOf(readAt),
    readAt,
  };
  const root: OrgUnit = {
    ...shared,
    id: unitIdOf(connectionId, []),
    name: shortText(companyName) ?? "company",
    originalKind: "company",
    level: 0,
  };
  const units: OrgUnit[] = [root];
  const path: string[] = [];
  for (const [at, field] of where.orgLevels.entries()) {
    const name = text(record[field]);
    if (name === undefined) continue;
    path.push(name);
    const parentId = units.at(-1)?.id ?? root.id;
    units.push({
      ...shared,
      id: unitIdOf(connectionId, path),
      name,
      originalKind: levelName(field),
      level: at + 1,
      parentId,
    });
  }
  return units;
}

/** `customTeam` is called team. */
function levelName(field: string): string {
  const bare = field.replace(/^custom_?/u, "");
  return bare === "" ? field : `${bare.charAt(0).toLowerCase()}${bare.slice(1)}`;
}

/** Ids hold 300 characters at most; longer paths end in a digest instead. */
const nativeIdLengthMax = 250;

/** The path of names from the top, so that two teams of one name in two departments are two. */
function unitIdOf(connectionId: ConnectionId, path: readonly string[]): OrgUnitId {
  const escaped = path.map((name) =>
    // A slash, a percent sign or white space in a name must not be taken for the path's own.
    name.replace(/[/%\s]/gu, (character) => encodeURIComponent(character)),
  );
  const full = `/${escaped.join("/")}`;
  const native =
    full.length <= nativeIdLengthMax
      ? full
      : `/~${createHash("sha256").update(full).digest("hex").slice(0, 40)}`;
  return factId("org-unit", "bamboohr", connectionId, native);
}

function employmentStatus(record: EmployeeRecord, today: string): Person["employmentStatus"] {
  if (text(record["status"])?.toLowerCase() === "inactive") return "inactive";
  const startOn = readDate(record["hireDate"]);
  return startOn !== undefined && startOn > today ? "pending" : "active";
}

function nameOf(record: EmployeeRecord): string {
  const parts = [text(record["firstName"]), text(record["lastName"])].filter(
    (part) => part !== undefined,
  );
  return text(record["displayName"]) ?? shortText(parts.join(" ")) ?? `Employee ${record.id}`;
}

/** Text of a field; undefined for what is missing, null or empty. Numbers are ids. */
function text(value: unknown): string | undefined {
  return shortText(typeof value === "number" ? String(value) : value);
}
