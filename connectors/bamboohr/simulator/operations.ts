import { createHash } from "node:crypto";

import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

import { ConsentOperation } from "./consents.ts";
import { asOf, dayOf, jobOn, withJobRow, withRows, withStatusRow } from "./dated-rows.ts";
import { CustomAlias, SeedEmployee } from "./seed.ts";
import type { BambooState } from "./state.ts";

const Place = {
  division: z.string().nullable().optional(),
  department: z.string().nullable().optional(),
  location: z.string().nullable().optional(),
  custom: z.record(CustomAlias, z.string().nullable()).optional(),
  supervisorEId: z.string().nullable().optional(),
};

/** Everything that can change a simulated BambooHR. */
export const BambooOperation = z.discriminatedUnion("kind", [
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
  /** What the key's owner may not see from now on. */
  z.strictObject({
    kind: z.literal("hide"),
    fields: z.array(z.string()).default([]),
    employees: z.array(z.string()).default([]),
    tables: z.array(z.string()).default([]),
  }),
  /** The same for some employees only: access levels go by groups of them. */
  z.strictObject({
    kind: z.literal("hideOf"),
    employees: z.array(z.string()),
    fields: z.array(z.string()),
  }),
  /** The account of this key loses its access; its webhooks fall silent. */
  z.strictObject({ kind: z.literal("dismissAccount"), apiKey: z.string() }),
  z.strictObject({
    kind: z.literal("registerWebhook"),
    name: z.string(),
    url: z.url(),
    events: z.array(z.string()),
    monitorFields: z.array(z.string()),
    postFields: z.record(z.string(), z.string()),
    format: z.string(),
    /** Absent: the seed's own account. */
    owner: z.string().optional(),
  }),
  /** Somebody changes it in BambooHR. */
  z.strictObject({
    kind: z.literal("alterWebhook"),
    id: z.string(),
    events: z.array(z.string()).optional(),
    monitorFields: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal("deleteWebhook"), id: z.string() }),
  ...ConsentOperation.options,
]);
export type BambooOperation = z.infer<typeof BambooOperation>;

/** What happened to an employee, for webhooks. */
export interface EmployeeEvent {
  readonly action: "created" | "updated" | "deleted";
  readonly employeeId: string;
  readonly changedFields: readonly string[];
  readonly at: Instant;
}

export interface BambooEffect {
  /** The id that was made or changed; empty for `hide`. */
  readonly id: string;
  readonly events: readonly EmployeeEvent[];
}

/** Performs one operation; throws `RefusedOperation` with the state untouched. */
export function applyOperation(
  state: BambooState,
  operation: BambooOperation,
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
    case "turnDay": {
      state.turnedTo = operation.day;
      const events = [...state.employees.values()].flatMap(
        (employee) => replace(state, employee, at, operation.day).events,
      );
      return { id: "", events };
    }
    case "rename": {
      const { kind: _kind, id, ...names } = operation;
      return update(state, id, at, defined(names));
    }
    case "delete": {
      employeeOf(state, operation.id);
      state.employees.delete(operation.id);
      state.deleted.push({ id: operation.id, lastChanged: at });
      const event = { action: "deleted", employeeId: operation.id, changedFields: [], at } as const;
      return { id: operation.id, events: [event] };
    }
    case "hide":
      for (const field of operation.fields) state.hiddenFields.add(field);
      for (const id of operation.employees) state.hiddenEmployees.add(id);
      for (const table of operation.tables) state.hiddenTables.add(table);
      return { id: "", events: [] };
    case "hideOf":
      for (const id of operation.employees) state.hiddenOf.set(id, new Set(operation.fields));
      return { id: "", events: [] };
    case "dismissAccount":
      state.dismissed.add(operation.apiKey);
      return { id: "", events: [] };
    case "alterWebhook": {
      const webhook = state.webhooks.get(operation.id);
      if (!webhook) throw new RefusedOperation("no such webhook");
      const { kind: _kind, id, ...altered } = operation;
      state.webhooks.set(id, { ...webhook, ...defined(altered) });
      return { id, events: [] };
    }
    case "registerWebhook": {
      const { kind: _kind, owner = state.seed.apiKey, ...webhook } = operation;
      const id = state.nextId();
      // From the id and the moment, so that replay makes the same key.
      const privateKey = createHash("md5").update(`${id} ${at} ${webhook.url}`).digest("hex");
      state.webhooks.set(id, { id, ...webhook, owner, privateKey, created: at });
      return { id, events: [] };
    }
    case "deleteWebhook":
      if (!state.webhooks.delete(operation.id)) throw new RefusedOperation("no such webhook");
      return { id: operation.id, events: [] };
    case "authorizeApp":
    case "redeemCode":
    case "refreshAccess":
    case "revokeConsents":
      state.consents.apply(operation, at);
      return { id: "", events: [] };
    default:
      return operation satisfies never;
  }
}

function hire(
  state: BambooState,
  employee: Extract<BambooOperation, { kind: "hire" }>["employee"],
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
  operation: Extract<BambooOperation, { kind: "move" }>,
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

function update(
  state: BambooState,
  id: string,
  at: Instant,
  changes: Partial<SeedEmployee>,
): BambooEffect {
  return replace(state, { ...employeeOf(state, id), ...changes }, at);
}

/** The fields that are kept as they are shown, and what rows are. */
const rowFields = ["jobInfo", "employmentStatus"];

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
  const changedFields = fields.filter((field) => !rowFields.includes(field));
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

/** Without the keys whose value is undefined: those fields stay as they are. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Every undefined value is gone, which is what the type says.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
