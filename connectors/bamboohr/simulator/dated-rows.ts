import { CalendarDate } from "#shared/model/time.ts";

import type { JobRow, SeedEmployee, StatusRow } from "./seed.ts";
import type { BambooState } from "./state.ts";

type Row = Readonly<Record<string, string | null>>;

/** The tables that the simulator has, with the columns that BambooHR documents for them. */
export const tables = {
  jobInfo: ["date", "location", "division", "department", "jobTitle", "reportsTo"],
  employmentStatus: [
    "date",
    "employmentStatus",
    "comment",
    "terminationTypeId",
    "terminationReasonId",
    "terminationRehireId",
  ],
} as const;
type TableName = keyof typeof tables;

export function isTable(name: string): name is TableName {
  return Object.hasOwn(tables, name);
}

/** An employee's rows as they are shown, in no order that one could rely on; hidden columns are left out. */
export function rowsOf(
  state: BambooState,
  employee: SeedEmployee,
  table: TableName,
): readonly Row[] {
  const rows =
    table === "jobInfo"
      ? employee.jobInfo.map((row) => jobColumns(state, row))
      : employee.employmentStatus.map(statusColumns);
  return rows
    .map((row, at) => ({
      id: `${employee.id}${at}`,
      employeeId: employee.id,
      ...Object.fromEntries(
        Object.entries(row).filter(([column]) => !state.isHidden(employee.id, column)),
      ),
    }))
    .toReversed();
}

function jobColumns(state: BambooState, { supervisorEId, ...row }: JobRow): Row {
  const supervisor = state.employees.get(supervisorEId ?? "");
  // A name, although the table is the place where the manager is set.
  return {
    ...row,
    reportsTo: supervisor ? `${supervisor.firstName} ${supervisor.lastName}` : null,
  };
}

function statusColumns({ date, employmentStatus, comment }: StatusRow): Row {
  const isEnd = employmentStatus === "Terminated";
  return {
    date,
    employmentStatus,
    comment,
    terminationTypeId: isEnd ? "1" : null,
    terminationReasonId: isEnd ? "2" : null,
    terminationRehireId: isEnd ? "3" : null,
  };
}

/** An employee with rows: who has none gets those that the present fields tell of. */
export function withRows(employee: SeedEmployee): SeedEmployee {
  const date = employee.hireDate ?? dayOf(employee.lastChanged);
  const { employmentHistoryStatus: status } = employee;
  const endsOn = endOf(employee);
  const comment = null;
  return {
    ...employee,
    jobInfo: employee.jobInfo.length > 0 ? employee.jobInfo : [{ date, ...placeOf(employee) }],
    employmentStatus:
      employee.employmentStatus.length > 0
        ? employee.employmentStatus
        : [
            ...(status === null || status === "Terminated"
              ? []
              : [{ date, employmentStatus: status, comment }]),
            ...(endsOn ? [{ date: endsOn, employmentStatus: "Terminated", comment }] : []),
          ],
  };
}

function endOf({ status, terminationDate, lastChanged }: SeedEmployee): CalendarDate | undefined {
  if (status === "Inactive") return terminationDate ?? dayOf(lastChanged);
  // One that has passed for somebody active is of an employment before.
  return terminationDate !== null && terminationDate > dayOf(lastChanged)
    ? terminationDate
    : undefined;
}

/** Whether rows have come into force that the fields do not show yet. */
export function isDue(employee: SeedEmployee, day: CalendarDate): boolean {
  return JSON.stringify(asOf(employee, day)) !== JSON.stringify(employee);
}

function placeOf(employee: Place): Place {
  const { location, division, department, jobTitle, supervisorEId } = employee;
  return { location, division, department, jobTitle, supervisorEId };
}
type Place = Omit<JobRow, "date">;

/** With a row from that day on; a row of the same day is replaced. */
export function withJobRow(employee: SeedEmployee, row: JobRow): SeedEmployee {
  const others = employee.jobInfo.filter(({ date }) => date !== row.date);
  return { ...employee, jobInfo: [...others, row].toSorted(byDate) };
}

export function withStatusRow(employee: SeedEmployee, row: StatusRow): SeedEmployee {
  const others = employee.employmentStatus.filter(({ date }) => date !== row.date);
  return { ...employee, employmentStatus: [...others, row].toSorted(byDate) };
}

/** The job row that holds on a day, or the first. */
export function jobOn(employee: SeedEmployee, day: CalendarDate): JobRow | undefined {
  return employee.jobInfo.findLast(({ date }) => date <= day) ?? employee.jobInfo[0];
}

/** The present fields as the rows have them on the day: what BambooHR does every night. */
export function asOf(employee: SeedEmployee, day: CalendarDate): SeedEmployee {
  const job = jobOn(employee, day);
  const status = employee.employmentStatus.findLast(({ date }) => date <= day);
  const isOver = status?.employmentStatus === "Terminated";
  return {
    ...employee,
    ...(job && placeOf(job)),
    ...(status && {
      employmentHistoryStatus: status.employmentStatus,
      status: isOver ? ("Inactive" as const) : ("Active" as const),
      ...(isOver && { terminationDate: status.date }),
    }),
  };
}

export function dayOf(instant: string): CalendarDate {
  return CalendarDate.parse(instant.slice(0, 10));
}

function byDate(a: { readonly date: string }, b: { readonly date: string }): number {
  return a.date < b.date ? -1 : Number(a.date > b.date);
}
