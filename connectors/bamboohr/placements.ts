import type { OrgUnit } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";
import type { Placement } from "#shared/model/org.ts";
import { placementsMax } from "#shared/model/org.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dateOf, readDate } from "#shared/model/time.ts";

import type { DatedRow } from "./client.ts";
import type { Employment } from "./employment.ts";
import { text, unitsOf } from "./units.ts";
import type { Circumstances } from "./units.ts";
import type { EmployeeRecord } from "./wire.ts";

interface JobRow {
  readonly date: CalendarDate;
  readonly row: DatedRow;
}

/** Where somebody stood, stands and will stand. */
interface DatedPlacements {
  readonly placements: readonly Placement[];
  /** Units that somebody is in from today on, topmost first of each row. */
  readonly units: readonly OrgUnit[];
}

/**
 * The rows of the table `jobInfo` as placements. Undefined where they cannot say where somebody stands: no
 * rows, a level that the table does not have or that we may not see, or no row that holds today. Then only
 * what the record says of today is known.
 *
 * A row names the manager, and a name finds nobody. The id that the record gives is of the row that holds
 * now; rows next to it that say the same name do not change the manager. Of all others the manager is
 * unknown, of those ahead until their day.
 */
export function placementsOf(
  record: EmployeeRecord,
  rows: readonly DatedRow[],
  where: Circumstances & { readonly employment: Employment; readonly managerId?: PersonId },
): DatedPlacements | undefined {
  const today = dateOf(where.readAt);
  const jobs = jobsOf(record, rows, where);
  if (jobs === undefined) return undefined;
  const current = Math.max(
    0,
    jobs.findLastIndex(({ date }) => date <= today),
  );
  const managers = managersOf(jobs, shownRow(record, jobs, { current, where }), where.managerId);
  const all = jobs.map(({ date, row }, at): Placement => {
    const unitId = unitsOf(row, where).at(-1)?.id;
    const managerId = managers[at];
    const validTo = jobs[at + 1]?.date;
    return {
      validFrom: date,
      ...(validTo !== undefined && { validTo }),
      ...(unitId !== undefined && { unitId }),
      ...(managerId !== undefined && { managerId }),
    };
  });
  return {
    placements: all
      .flatMap((placement) => present(placement, where.employment))
      .slice(-placementsMax),
    units: jobs.slice(current).flatMap(({ row }) => unitsOf(row, where)),
  };
}

/** The rows by date, with what the record itself tells of a beginning that they leave out. */
function jobsOf(
  record: EmployeeRecord,
  rows: readonly DatedRow[],
  { orgLevels, readAt, employment }: Circumstances & { readonly employment: Employment },
): readonly JobRow[] | undefined {
  const isWhole = (row: DatedRow) => orgLevels.every((level) => level in row);
  // Of several rows of one day the later in the table counts.
  const byDay = new Map(
    rows.flatMap((row) => {
      const date = readDate(row["date"]);
      return date === undefined ? [] : [[date, { date, row }]];
    }),
  );
  const jobs = [...byDay.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
  const [first] = jobs;
  if (!first || !jobs.every(({ row }) => isWhole(row))) return undefined;
  if (first.date <= dateOf(readAt) || employment.status === "pending") return jobs;
  const { startOn } = employment;
  if (startOn === undefined || startOn >= first.date || !isWhole(record)) return undefined;
  return [{ date: startOn, row: record }, ...jobs];
}

/**
 * Which row the record shows. Ours is the day in UTC; where the company's own day has not come yet, the
 * record still shows the row before.
 */
function shownRow(
  record: EmployeeRecord,
  jobs: readonly JobRow[],
  { current, where }: { readonly current: number; readonly where: Circumstances },
): number {
  const isShown = (at: number) => {
    const row = jobs[at]?.row;
    return row && where.orgLevels.every((level) => text(row[level]) === text(record[level]));
  };
  return !isShown(current) && isShown(current - 1) ? current - 1 : current;
}

function managersOf(
  jobs: readonly JobRow[],
  shown: number,
  managerId: PersonId | undefined,
): readonly (PersonId | undefined)[] {
  const names = jobs.map(({ row }) => text(row["reportsTo"]));
  const isSame = (at: number) => names[at] !== undefined && names[at] === names[shown];
  // Only rows that hang together: the same name years later may be somebody else's.
  const from = names.findLastIndex((_name, at) => at < shown && !isSame(at)) + 1;
  const ahead = names.findIndex((_name, at) => at > shown && !isSame(at));
  const to = ahead === -1 ? names.length : ahead;
  return names.map((_name, at) =>
    at === shown || (at >= from && at < to) ? managerId : undefined,
  );
}

/** Without the days on which somebody was not employed. */
function present(placement: Placement, { absences }: Employment): readonly Placement[] {
  let parts: readonly Placement[] = [placement];
  for (const { from, to } of absences) {
    parts = parts.flatMap((part) => {
      const isApart =
        (part.validTo !== undefined && part.validTo <= from) ||
        (to !== undefined && to <= part.validFrom);
      if (isApart) return [part];
      const before = part.validFrom < from ? [{ ...part, validTo: from }] : [];
      const after =
        to !== undefined && (part.validTo === undefined || to < part.validTo)
          ? [{ ...part, validFrom: to }]
          : [];
      return [...before, ...after];
    });
  }
  return parts;
}
