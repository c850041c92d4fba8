import type { Match } from "#shared/model/edges.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

import { Org } from "./org.ts";
import type { OrgParts } from "./org.ts";
import { lastRowUntil, rowOn, until } from "./timeline.ts";
import type { Row } from "./timeline.ts";

/**
 * The organisation as of a day, past or future, out of the timelines of people and units and the days of
 * memberships. With `knownAt`: as the hub knew it at that moment; what it heard later is left out, and
 * where a later statement ended a row, the row goes on. Removed people and units are in no parts, so of
 * them nothing is told, and a correction has taken the place of what it corrected.
 */
export function orgAsOf(parts: OrgParts, day: CalendarDate, knownAt?: Instant): Org {
  const wasKnown = ({ createdAt }: Match | Membership | SamePerson) =>
    knownAt === undefined || createdAt <= knownAt;
  return new Org({
    people: [...parts.people].flatMap((person) => personAsOf(person, day, knownAt) ?? []),
    units: [...parts.units].flatMap((unit) => unitAsOf(unit, day, knownAt) ?? []),
    accounts: parts.accounts,
    matches: [...parts.matches].filter(wasKnown),
    memberships: [...(parts.memberships ?? [])].filter(wasKnown),
    samePeople: [...(parts.samePeople ?? [])].filter(wasKnown),
    day,
    matchRate: parts.matchRate,
  });
}

/** Undefined for somebody of whom nothing was known then. */
function personAsOf(
  person: Person,
  day: CalendarDate,
  knownAt: Instant | undefined,
): Person | undefined {
  const { unitId: _unit, managerId: _manager, placements = [], ...rest } = person;
  const rows = knownBy(placements, knownAt);
  if (rows.length === 0 && placements.length > 0) return undefined;
  const employmentStatus = statusAsOf(person, rows, day);
  const stand =
    employmentStatus === "pending" ? rowOn(rows, day) : lastRowUntil(rows, lastDayOf(person, day));
  return {
    ...rest,
    employmentStatus,
    ...(stand?.unitId !== undefined && { unitId: stand.unitId }),
    ...(stand?.managerId !== undefined && { managerId: stand.managerId }),
    ...(rows.length > 0 && { placements: [...rows] }),
  };
}

type Spell = Pick<Row<unknown>, "validFrom" | "validTo">;

/**
 * Only today's status is kept; that of other days follows from the dates of employment and from where
 * the person stood: somebody who stood somewhere was there, and who stands nowhere after it has left.
 */
function statusAsOf(
  person: Person,
  rows: readonly Row<Spell>[],
  day: CalendarDate,
): Person["employmentStatus"] {
  const { employmentStatus, startOn, endOn } = person;
  if (hasEnded(person) && endOn !== undefined && endOn < day) return "inactive";
  if (rowOn(rows, day)) return "active";
  const [first] = rows;
  if (first === undefined) return withoutRows(person, day);
  if (day < first.validFrom) return "pending";
  // Between two employments, after the last, or before one that is to come.
  const isToCome = employmentStatus === "pending" && startOn !== undefined && startOn > day;
  return isToCome ? "pending" : "inactive";
}

/** Rows that begin after somebody has left tell of nothing. */
function lastDayOf(person: Person, day: CalendarDate): CalendarDate {
  const { endOn } = person;
  return endOn !== undefined && endOn < day && hasEnded(person) ? endOn : day;
}

/** An end before the source last said "active" belongs to an earlier employment. */
function hasEnded({ employmentStatus, endOn, readAt }: Person): boolean {
  return employmentStatus === "inactive" || (endOn !== undefined && endOn >= dateOf(readAt));
}

function withoutRows(person: Person, day: CalendarDate): Person["employmentStatus"] {
  const { employmentStatus, startOn, endOn } = person;
  if (startOn !== undefined && day < startOn) return "pending";
  if (employmentStatus === "inactive") return endOn === undefined ? "inactive" : "active";
  return startOn === undefined ? employmentStatus : "active";
}

function unitAsOf(
  unit: OrgUnit,
  day: CalendarDate,
  knownAt: Instant | undefined,
): OrgUnit | undefined {
  const { parentId: _parent, placements, ...rest } = unit;
  if (placements === undefined) return unit;
  const rows = knownBy(placements, knownAt);
  if (rows.length === 0) return undefined;
  const stand = lastRowUntil(rows, day) ?? rows[0];
  return {
    ...rest,
    ...(stand?.parentId !== undefined && { parentId: stand.parentId }),
    placements: [...rows],
  };
}

/** Rows that had been heard of; one that only a row heard of later has ended goes on to the next. */
function knownBy<T>(rows: readonly Row<T>[], knownAt: Instant | undefined): readonly Row<T>[] {
  if (knownAt === undefined) return rows;
  const isKnown = (row: Row<T>) => row.knownSince === undefined || row.knownSince <= knownAt;
  return rows.flatMap((row, at) => {
    if (!isKnown(row)) return [];
    const next = rows[at + 1];
    const wasEndedLater = next !== undefined && next.validFrom === row.validTo && !isKnown(next);
    if (!wasEndedLater) return [row];
    return [until(row, rows.slice(at + 1).find(isKnown)?.validFrom)];
  });
}
