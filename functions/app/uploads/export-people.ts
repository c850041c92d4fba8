import type { Org } from "#shared/graph/org.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { ConnectionId, OrgUnitId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Membership, Placement } from "#shared/model/org.ts";

import { joinedPath } from "./unit-path.ts";

/** What an export is made of: all of it, or what one connection brought. */
export interface ExportScope {
  readonly org: Org;
  readonly connectionId: ConnectionId | undefined;
}

export interface ExportTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

const levelKinds = ["division", "department", "team"] as const;

/** Everybody, with a line for each stretch of days that is known. Headers are those that uploads know. */
export function exportPeople({ org, connectionId }: ExportScope): ExportTable {
  const people = [...org.humans.records()]
    .filter((person) => connectionId === undefined || person.connectionId === connectionId)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    header: [
      "id",
      "employee number",
      "name",
      "work email",
      "manager",
      "unit",
      "division",
      "department",
      "team",
      "location",
      "status",
      "engagement",
      "start",
      "end",
      "valid from",
      "external id",
    ],
    rows: people.flatMap((person) =>
      standsOf(person).map((stand) => personRow(person, stand, org)),
    ),
  };
}

type Stand = Partial<Placement>;

function standsOf({ placements = [], unitId, managerId }: Person): readonly Stand[] {
  if (placements.length === 0) {
    return [
      { ...(unitId !== undefined && { unitId }), ...(managerId !== undefined && { managerId }) },
    ];
  }
  return placements.flatMap((placement, at): Stand[] => {
    const next = placements[at + 1];
    // A gap is a stretch of its own, or the line before would go on through it.
    const isGap = next && placement.validTo !== undefined && placement.validTo < next.validFrom;
    return isGap && placement.validTo !== undefined
      ? [placement, { validFrom: placement.validTo }]
      : [placement];
  });
}

function personRow(person: Person, stand: Stand, org: Org): ExportTable["rows"][number] {
  const unit = stand.unitId === undefined ? {} : unitWords(org, stand.unitId);
  return [
    person.id,
    person.employeeNumber,
    person.name,
    person.workEmail,
    stand.managerId,
    unit.unit,
    unit.division,
    unit.department,
    unit.team,
    person.location,
    person.employmentStatus,
    person.engagement,
    person.startOn,
    person.endOn,
    stand.validFrom,
    person.externalId,
  ];
}

type UnitWords = Partial<Record<"unit" | (typeof levelKinds)[number], string>>;

/** A delivery team by its id; a unit of the structure by the names on its way down. */
function unitWords(org: Org, id: OrgUnitId): UnitWords {
  const unit = org.unit(id);
  if (!unit || isFromTeamsFile(unit)) return { unit: id };
  const path = wayDown(org, unit);
  const kinds = path.map(({ originalKind }) =>
    levelKinds.findIndex((kind) => kind === originalKind),
  );
  const isPlain = kinds.every((kind, at) => kind > (kinds[at - 1] ?? -1));
  if (isPlain) return Object.fromEntries(path.map((each) => [each.originalKind, each.name]));
  return { unit: joinedPath(path.map(({ name }) => name)) };
}

/** Units of a teams file are made by it, and are named by their ids elsewhere. */
function isFromTeamsFile({ id }: OrgUnit): boolean {
  return readFactId(id)?.nativeId.startsWith("team/") === true;
}

/** Without the company at the top. */
function wayDown(org: Org, unit: OrgUnit): readonly OrgUnit[] {
  const up = org.pathUp(unit.id).flatMap((id) => org.unit(id) ?? []);
  const path = (up[0]?.id === unit.id ? up : [unit, ...up]).toReversed();
  return path.filter(({ level }) => level > 0);
}

/** All units as a teams file, with who is in them beside the structure. */
export function exportUnits(
  { org, connectionId }: ExportScope,
  memberships: readonly Membership[],
): ExportTable {
  const units = [...org.units()]
    .filter((unit) => connectionId === undefined || unit.connectionId === connectionId)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const members = Map.groupBy(memberships, ({ unitId }) => unitId);
  return {
    header: ["id", "name", "kind", "parent", "delivery team", "bound to", "members", "valid from"],
    rows: units.map((unit) => [
      unit.id,
      unit.name,
      unit.originalKind,
      unit.parentId,
      unit.isDeliveryTeam === true ? "yes" : "no",
      unit.boundToId,
      (members.get(unit.id) ?? []).map(memberWord).join("; "),
      unit.placements?.at(-1)?.validFrom,
    ]),
  };
}

function memberWord({ personId, isLead, isPrimary }: Membership): string {
  return [personId, isLead === true ? "(lead)" : "", isPrimary === true ? "(primary)" : ""]
    .filter((part) => part !== "")
    .join(" ");
}
