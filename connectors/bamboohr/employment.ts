import type { Person } from "#shared/model/facts.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dayAfter, readDate } from "#shared/model/time.ts";

import type { DatedRow } from "./client.ts";
import { text } from "./units.ts";
import type { EmployeeRecord } from "./wire.ts";

/** Days on which somebody was not employed: from `from`, up to and without `to`. */
interface Absence {
  readonly from: CalendarDate;
  readonly to?: CalendarDate;
}

/** When somebody is employed, as far as the record and the table of statuses tell. */
export interface Employment {
  readonly status: Person["employmentStatus"];
  readonly startOn?: CalendarDate;
  /** The last day of the present employment; an end before a return is not told. */
  readonly endOn?: CalendarDate;
  readonly isContractor: boolean;
  readonly absences: readonly Absence[];
}

/**
 * Reads leaving, also ahead of time, and coming back. Of the company's own words for a status two cannot
 * be edited, Terminated and Contractor (https://www.bamboohr.com/api/documentation/tables.php, 2026-11);
 * no other is understood.
 */
export function employmentOf(
  record: EmployeeRecord,
  rows: readonly DatedRow[] | undefined,
  today: CalendarDate,
): Employment {
  const startOn = readDate(record["hireDate"]);
  const absences = absencesIn(rows ?? []);
  const status = statusOf(record, { rows: rows ?? [], startOn, today });
  const endOn = endOf(record, { rows: rows ?? [], status, today });
  return {
    status,
    isContractor: text(record["employmentHistoryStatus"])?.toLowerCase() === "contractor",
    absences,
    ...(startOn !== undefined && { startOn }),
    ...(endOn !== undefined && { endOn }),
  };
}

interface Known {
  readonly rows: readonly DatedRow[];
  readonly today: CalendarDate;
}

function statusOf(
  record: EmployeeRecord,
  { rows, startOn, today }: Known & { readonly startOn: CalendarDate | undefined },
): Employment["status"] {
  const status = text(record["status"])?.toLowerCase();
  if (status === "inactive") return "inactive";
  // Where we may not see the status, the dates tell who has left.
  if (!("status" in record) && hasEnded(record, { rows, today })) return "inactive";
  return startOn !== undefined && startOn > today ? "pending" : "active";
}

function hasEnded(record: EmployeeRecord, { rows, today }: Known): boolean {
  const last = statusRows(rows).findLast(({ date }) => date < today);
  const told = readDate(record["terminationDate"]);
  return last ? last.isEnd : told !== undefined && told < today;
}

/**
 * Until the day BambooHR calls a leaver active, and does not always tell the date in the field. A date
 * that has passed for somebody who is active is of an employment before.
 */
function endOf(
  record: EmployeeRecord,
  { rows, status, today }: Known & { readonly status: Employment["status"] },
): CalendarDate | undefined {
  const told = readDate(record["terminationDate"]);
  const ends = statusRows(rows).flatMap(({ date, isEnd }) => (isEnd ? [date] : []));
  if (status === "inactive") return told ?? ends.findLast((date) => date <= today);
  const ahead = [...ends, ...(told === undefined ? [] : [told])].filter((date) => date >= today);
  return ahead.toSorted().at(0);
}

function absencesIn(rows: readonly DatedRow[]): readonly Absence[] {
  const sorted = statusRows(rows);
  return sorted.flatMap(({ date, isEnd }, at): readonly Absence[] => {
    if (!isEnd) return [];
    // The date of the row is the last day of work.
    const from = dayAfter(date);
    const to = sorted.slice(at + 1).find((row) => !row.isEnd)?.date;
    return to !== undefined && to <= from ? [] : [{ from, ...(to !== undefined && { to }) }];
  });
}

function statusRows(rows: readonly DatedRow[]) {
  return rows
    .flatMap((row) => {
      const date = readDate(row["date"]);
      const isEnd = text(row["employmentStatus"])?.toLowerCase() === "terminated";
      return date === undefined ? [] : [{ date, isEnd }];
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)));
}
