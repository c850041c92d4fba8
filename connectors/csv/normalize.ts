import type { Upsert } from "#shared/model/change.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Placement } from "#shared/model/org.ts";
import { dateOf, epochMsOf } from "#shared/model/time.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";

import type { PersonRow, TeamRow, UnitRow } from "./file-rows.ts";
import { csvUnitId } from "./row-ids.ts";

export interface Circumstances {
  readonly connectionId: ConnectionId;
  /** Name of the topmost unit. */
  readonly companyName: string;
  readonly readAt: Instant;
}

/** Rows have no version of their own: the later reading is the truer. Unchanged ones cost no write. */
function origin({ connectionId, readAt }: Circumstances) {
  return { connectionId, sourceVersion: epochMsOf(readAt), readAt };
}

/** A row of people in our words. Pure. */
export function normalizePerson(row: PersonRow, where: Circumstances): Upsert {
  const { key: _key, personId, status, stands, ...fields } = row;
  const today = dateOf(where.readAt);
  const now =
    stands.findLast(({ validFrom }) => validFrom === undefined || validFrom <= today) ?? {};
  const placements = placementsOf(stands);
  const record: Person = {
    type: "person",
    id: personId,
    ...origin(where),
    ...fields,
    employmentStatus: status ?? statusByDates(row, today),
    ...refsOf(now),
    ...(placements.length > 0 && { placements }),
  };
  return { kind: "upserted", record, edges: [] };
}

type Stand = PersonRow["stands"][number];

function refsOf({ unitId, manager }: Stand): Pick<Person, "unitId" | "managerId"> {
  return {
    ...(unitId !== undefined && { unitId }),
    ...(manager?.personId !== undefined && { managerId: manager.personId }),
  };
}

/** Each stand ends where the next begins. A file that names no day speaks of today alone. */
function placementsOf(stands: readonly Stand[]): Placement[] {
  return stands.flatMap((stand, at) => {
    const { validFrom } = stand;
    const next = stands[at + 1]?.validFrom;
    if (validFrom === undefined) return [];
    return [{ validFrom, ...(next !== undefined && { validTo: next }), ...refsOf(stand) }];
  });
}

function statusByDates(
  { startOn, endOn }: Pick<PersonRow, "startOn" | "endOn">,
  today: CalendarDate,
): Person["employmentStatus"] {
  if (endOn !== undefined && endOn < today) return "inactive";
  return startOn !== undefined && startOn > today ? "pending" : "active";
}

/** The company, above all units that the paths of a people file name. */
export function companyUnit(where: Circumstances): Upsert {
  const record: OrgUnit = {
    type: "org-unit",
    id: csvUnitId(where.connectionId, []),
    ...origin(where),
    name: where.companyName,
    originalKind: "company",
    level: 0,
  };
  return { kind: "upserted", record, edges: [] };
}

export function normalizeUnit(row: UnitRow, where: Circumstances): Upsert {
  const record: OrgUnit = {
    type: "org-unit",
    id: row.unitId,
    ...origin(where),
    name: row.name,
    originalKind: row.kind,
    level: row.level,
    ...(row.parentId !== undefined && { parentId: row.parentId }),
  };
  return { kind: "upserted", record, edges: [] };
}

/** A team, and that its members are in it. */
export function normalizeTeam(row: TeamRow, where: Circumstances): Upsert {
  const { unitId, parentId, validFrom, boundToId, isDeliveryTeam } = row;
  const record: OrgUnit = {
    type: "org-unit",
    id: unitId,
    ...origin(where),
    name: row.name,
    originalKind: row.kind,
    level: row.level,
    ...(parentId !== undefined && { parentId }),
    ...(validFrom !== undefined && {
      placements: [{ validFrom, ...(parentId !== undefined && { parentId }) }],
    }),
    ...(isDeliveryTeam && { isDeliveryTeam }),
    ...(boundToId !== undefined && { boundToId }),
  };
  const edges: Upsert["edges"] = row.members.map((member) => ({
    type: "membership" as const,
    unitId,
    ...member,
    ...(validFrom !== undefined && { validFrom }),
  }));
  return { kind: "upserted", record, edges };
}
