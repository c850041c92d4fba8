import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

import { asOf, dayOf, jobOn, withJobRow, withRows, withStatusRow } from "./dated-rows.ts";
import { defined } from "./defined.ts";
import { CustomAlias, SeedEmployee } from "./seed.ts";
import type { BambooState } from "./state.ts";

const Place = {
  division: z.string().nullable().optional(),
  department: z.string().nullable().optional(),
  location: z.string().nullable().optional(),
  custom: z.record(CustomAlias, z.string().nullable()).optional(),
  supervisorEId: z.string().nullable().optional(),
};

/** What can happen to people. */
export const EmployeeOperation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hire"),
    employee: SeedEmployee.omit({ id: true, lastChanged: true, employeeNumber: true }),
  }),
  /** On a day to come, somebody is active until then, and no field tells of it. */
  z.strictObject({ kind: z.literal("terminate"), id: z.string(), on: CalendarDate }),
  z.strictObject({ kind: z.literal("rehire"), id: z.string(), on: CalendarDate }),
  /** Without a day: now. Fields of the company's own are in no table and move now. */
  z.strictObject({
    kind: z.literal("move"),
    id: z.string(),
    on: CalendarDate.optional(),
    jobTitle: z.string().nullable().optional(),
    ...Place,
  }),
  /** Takes back a row of a day to come. */
  z.strictObject({ kind: z.literal("dropJobRow"), id: z.string(), on: CalendarDate }),
  /** Rows up to this day take effect; the simulator does it by itself when its day has changed. */
  z.strictObject({ kind: z.literal("turnDay"), day: CalendarDate }),
  z.strictObject({
    kind: z.literal("rename"),
    id: z.string(),
    firstName: z.string().min(1).optional(),
    lastName: z.string().min(1).optional(),
    preferredName: z.string().nullable().optional(),
    workEmail: z.email().optional(),
  }),
  z.strictObject({ kind: z.literal("delete"), id: z.string() }),
]);
type EmployeeOperation = z.infer<typeof EmployeeOperation>;

/** What happened to an employee, for webhooks. */
export interface EmployeeEvent {
  readonly action: "created" | "updated" | "deleted";
  readonly employeeId: string;
  readonly changedFields: readonly string[];
  readonly at: Instant;
}

export interface BambooEffect {
  /** The id that was made or changed; empty where there is none. */
  readonly id: string;
  readonly events: readonly EmployeeEvent[];
}

export function applyToEmployees(
  state: BambooState,
  operation: EmployeeOperation,
  at: Instant,
): BambooEffect {
  switch (operation.kind) {
    case "hire":
      return hire(state, operation.employee, at);
    case "terminate":
      return changeStatus(state, operation, { at, employmentStatus: "Terminated" });
    case "rehire":
      return changeStatus(state, operation, { at, employmentStatus: "Full-Time" });
    case "move":
      return move(state, operation, at);
    case "dropJobRow": {
      const employee = employeeOf(state, operation.id);
      const jobInfo = employee.jobInfo.filter(({ date }) => date !== operation.on);
      return replace(state, { ...employee, jobInfo }, at);
    }
    case "turnDay":
      return turnDay(state, operation.day, at);
    case "rename": {
      const { kind: _kind, id, ...names } = operation;
      return replace(state, { ...employeeOf(state, id), ...defined(names) }, at);
    }
    case "delete":
      return remove(state, operation.id, at);
    default:
      return operation satisfies never;
  }
}

function turnDay(state: BambooState, day: CalendarDate, at: Instant): BambooEffect {
  state.turnedTo = day;
  const events = [...state.employees.values()].flatMap(
    (employee) => replace(state, employee, at, day).events,
  );
  return { id: "", events };
}

function remove(state: BambooState, id: string, at: Instant): BambooEffect {
  employeeOf(state, id);
  state.employees.delete(id);
  state.deleted.push({ id, lastChanged: at });
  return { id, events: [{ action: "deleted", employeeId: id, changedFields: [], at }] };
}

function hire(
  state: BambooState,
  employee: Extract<EmployeeOperation, { kind: "hire" }>["employee"],
  at: Instant,
): BambooEffect {
  if (employee.supervisorEId !== null) employeeOf(state, employee.supervisorEId);
  const id = state.nextId();
  const hired = withRows({ ...employee, id, employeeNumber: `9${id}`, lastChanged: at });
  state.employees.set(id, hired);
  state.inserted.set(id, at);
  const shared = { employeeId: id, at };
  return {
    id,
    // BambooHR creates, then fills in: both events are sent.
    events: [
      { ...shared, action: "created", changedFields: [] },
      { ...shared, action: "updated", changedFields: ["firstName", "lastName", "status"] },
    ],
  };
}

function changeStatus(
  state: BambooState,
  { id, on }: { readonly id: string; readonly on: CalendarDate },
  { at, employmentStatus }: { readonly at: Instant; readonly employmentStatus: string },
): BambooEffect {
  const employee = employeeOf(state, id);
  const row = { date: on, employmentStatus, comment: "Between us" };
  const isBack = employmentStatus !== "Terminated";
  // BambooHR moves the hire date when somebody comes back.
  const after = { ...employee, ...(isBack && { hireDate: on }) };
  return replace(state, withStatusRow(after, row), at);
}

function move(
  state: BambooState,
  operation: Extract<EmployeeOperation, { kind: "move" }>,
  at: Instant,
): BambooEffect {
  const { kind: _kind, id, on, custom, ...place } = operation;
  const employee = employeeOf(state, id);
  const { supervisorEId } = place;
  if (supervisorEId !== null && supervisorEId !== undefined) employeeOf(state, supervisorEId);
  const date = on ?? dayOf(at);
  const before = jobOn(employee, date);
  const isPlaced = before && Object.keys(defined(place)).length > 0;
  const placed = isPlaced ? withJobRow(employee, { ...before, ...defined(place), date }) : employee;
  const moved = custom ? { ...placed, custom: { ...employee.custom, ...custom } } : placed;
  return replace(state, moved, at);
}

/** No webhook watches the tables. */
const rowFields: ReadonlySet<string> = new Set(["jobInfo", "employmentStatus"]);

/**
 * Puts the employee in, with the fields that the rows give today. A row of a day to come changes when
 * the employee was last changed, and no webhook tells of it before its day.
 */
function replace(
  state: BambooState,
  changed: SeedEmployee,
  at: Instant,
  day: CalendarDate = dayOf(at),
): BambooEffect {
  const { id } = changed;
  const before = employeeOf(state, id);
  const after = asOf(changed, day);
  const fields = changedBetween(before, after);
  if (fields.length === 0) return { id, events: [] };
  state.employees.set(id, { ...after, lastChanged: at });
  const changedFields = fields.filter((field) => !rowFields.has(field));
  if (changedFields.length === 0) return { id, events: [] };
  return { id, events: [{ action: "updated", employeeId: id, changedFields, at }] };
}

function changedBetween(before: SeedEmployee, after: SeedEmployee): readonly string[] {
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const { custom: customBefore, ...ownBefore } = before;
  const { custom: customAfter, ...ownAfter } = after;
  const old = new Map<string, unknown>(Object.entries(ownBefore));
  const own = Object.entries(ownAfter).flatMap(([name, value]) =>
    isSame(value, old.get(name)) ? [] : [name],
  );
  const custom = Object.entries(customAfter).flatMap(([name, value]) =>
    isSame(value, customBefore[name]) ? [] : [name],
  );
  return [...own, ...custom];
}

function employeeOf(state: BambooState, id: string): SeedEmployee {
  const employee = state.employees.get(id);
  if (!employee) throw new RefusedOperation(`no employee has the id ${id}`);
  return employee;
}
