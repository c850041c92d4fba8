import type { Fact, OrgUnit, Person } from "#shared/model/facts.ts";
import { placementsMax } from "#shared/model/org.ts";
import type { Placement, UnitPlacement } from "#shared/model/org.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, dayAfter } from "#shared/model/time.ts";

import { known, lastRowUntil, observed, ordered, rowOn, until } from "./timeline.ts";
import type { Row } from "./timeline.ts";

/*
 * What a source said of a person or unit, joined with what the hub held before, as of a day. Pure, and
 * idempotent: the same statement on the same day changes nothing. The day's turn is the same join, with
 * what is stored taken for what was said.
 */

const formerEmailsMax = 5;

type Stand = Pick<Placement, "unitId" | "managerId">;
const isSameStand = (a: Stand, b: Stand) => a.unitId === b.unitId && a.managerId === b.managerId;

type Belonging = Pick<UnitPlacement, "parentId">;
const isSameBelonging = (a: Belonging, b: Belonging) => a.parentId === b.parentId;

/** The fact to store: facts without a timeline are as they were said. */
export function effectiveFact(said: Fact, held: Fact | undefined, now: Instant): Fact {
  if (said.type === "person") {
    return effectivePerson(said, held?.type === "person" ? held : undefined, now);
  }
  if (said.type === "org-unit") {
    return effectiveUnit(said, held?.type === "org-unit" ? held : undefined, now);
  }
  return said;
}

/** A person as of the day of `now`; `held` is what the store has. */
export function effectivePerson(said: Person, held: Person | undefined, now: Instant): Person {
  const day = dateOf(now);
  const employmentStatus = statusOn(said, day);
  const rows = placementsOf(said, held, { now, isLeaver: employmentStatus === "inactive" });
  const stand = employmentStatus === "pending" ? rowOn(rows, day) : lastRowUntil(rows, day);
  const formerWorkEmails = formerEmails(said, held);
  const { unitId: _unit, managerId: _manager, placements: _rows, ...rest } = said;
  return {
    ...rest,
    employmentStatus,
    ...(stand?.unitId !== undefined && { unitId: stand.unitId }),
    ...(stand?.managerId !== undefined && { managerId: stand.managerId }),
    ...(rows.length > 0 && { placements: [...rows] }),
    ...(formerWorkEmails.length > 0 && { formerWorkEmails: [...formerWorkEmails] }),
  };
}

/** A status that its dates have overtaken since it was read is the dates'. */
function statusOn(said: Person, day: CalendarDate): Person["employmentStatus"] {
  const { employmentStatus, startOn, endOn, readAt } = said;
  if (employmentStatus === "inactive") return "inactive";
  // An end that had passed when the source still said "active" belongs to an earlier employment.
  if (endOn !== undefined && endOn < day && endOn >= dateOf(readAt)) return "inactive";
  if (startOn === undefined) return employmentStatus;
  return startOn > day ? "pending" : "active";
}

interface Circumstances {
  readonly now: Instant;
  readonly isLeaver: boolean;
}

function placementsOf(
  said: Person,
  held: Person | undefined,
  { now, isLeaver }: Circumstances,
): readonly Row<Stand>[] {
  const day = dateOf(now);
  const before: readonly Row<Stand>[] = held?.placements ?? [];
  const heardAt = said.readAt;
  if (said.placements !== undefined) {
    const rows = ordered<Stand>(said.placements, isSameStand);
    const dated = known(rows, before, { heardAt, isSame: isSameStand });
    return kept(isLeaver ? ended(dated, endOf(said, held, day), day) : dated);
  }
  const { unitId, managerId, startOn } = said;
  const stand: Stand = {
    ...(unitId !== undefined && { unitId }),
    ...(managerId !== undefined && { managerId }),
  };
  if (isLeaver) return kept(ended(withFirst(before, stand, said), endOf(said, held, day), day));
  if (before.length === 0 && unitId === undefined && managerId === undefined) return [];
  const firstDay = startOn ?? day;
  return kept(observed(before, stand, { today: day, firstDay, heardAt, isSame: isSameStand }));
}

/** Of a leaver of whom we first hear now: the only row there is to tell of, where its days are known. */
function withFirst(rows: readonly Row<Stand>[], stand: Stand, said: Person): readonly Row<Stand>[] {
  const { startOn, readAt } = said;
  const saysNothing = stand.unitId === undefined && stand.managerId === undefined;
  if (rows.length > 0 || startOn === undefined || saysNothing) return rows;
  return [{ ...stand, validFrom: startOn, knownSince: readAt }];
}

/** The first day that a leaver is gone; undefined where nobody has told or noticed it yet. */
function endOf(
  { endOn }: Person,
  held: Person | undefined,
  day: CalendarDate,
): CalendarDate | undefined {
  if (endOn !== undefined) return dayAfter(endOn);
  // Somebody who had left when we last heard of them does not leave again.
  const noticed =
    held?.employmentStatus === "inactive" ? held.placements?.at(-1)?.validTo : undefined;
  return noticed !== undefined && noticed <= day ? noticed : undefined;
}

/** Nobody stands anywhere from `gone` on; where that is not known, the day we hear of it is the day. */
function ended(
  rows: readonly Row<Stand>[],
  gone: CalendarDate | undefined,
  day: CalendarDate,
): readonly Row<Stand>[] {
  const last = rows.at(-1);
  if (gone === undefined && last?.validTo !== undefined && last.validTo <= day) return rows;
  const end = gone ?? day;
  return rows
    .filter((row) => row.validFrom < end)
    .map((row) => (row.validTo === undefined || row.validTo > end ? until(row, end) : row));
}

/** The newest rows, as many as are kept. */
function kept<T>(rows: readonly Row<T>[]): readonly Row<T>[] {
  return rows.slice(-placementsMax);
}

function formerEmails(said: Person, held: Person | undefined): readonly string[] {
  const all = [
    ...(held?.formerWorkEmails ?? []),
    held?.workEmail,
    ...(said.formerWorkEmails ?? []),
  ];
  const former = all.filter((email) => email !== undefined && email !== said.workEmail);
  return [...new Set(former.filter((email) => email !== undefined))].slice(-formerEmailsMax);
}

/** A unit as of the day of `now`. */
export function effectiveUnit(said: OrgUnit, held: OrgUnit | undefined, now: Instant): OrgUnit {
  const day = dateOf(now);
  const heardAt = said.readAt;
  const before: readonly Row<Belonging>[] = held?.placements ?? [];
  const belonging: Belonging = said.parentId === undefined ? {} : { parentId: said.parentId };
  const rows =
    said.placements !== undefined
      ? known(ordered<Belonging>(said.placements, isSameBelonging), before, {
          heardAt,
          isSame: isSameBelonging,
        })
      : observed(before, belonging, {
          today: day,
          firstDay: day,
          heardAt,
          isSame: isSameBelonging,
        });
  const stand = lastRowUntil(rows, day) ?? rows[0];
  const { parentId: _parent, placements: _rows, ...rest } = said;
  return {
    ...rest,
    ...(stand?.parentId !== undefined && { parentId: stand.parentId }),
    placements: [...kept(rows)],
  };
}
