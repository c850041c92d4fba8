import { createHash } from "node:crypto";

import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

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
  z.strictObject({ kind: z.literal("terminate"), id: z.string(), on: CalendarDate }),
  z.strictObject({ kind: z.literal("move"), id: z.string(), ...Place }),
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
  }),
  z.strictObject({
    kind: z.literal("registerWebhook"),
    name: z.string(),
    url: z.url(),
    events: z.array(z.string()),
    monitorFields: z.array(z.string()),
    postFields: z.record(z.string(), z.string()),
    format: z.string(),
  }),
  z.strictObject({ kind: z.literal("deleteWebhook"), id: z.string() }),
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
      return update(state, operation.id, at, {
        status: "Inactive",
        terminationDate: operation.on,
        employmentHistoryStatus: "Terminated",
      });
    case "move":
      return move(state, operation, at);
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
      return { id: "", events: [] };
    case "registerWebhook": {
      const { kind: _kind, ...webhook } = operation;
      const id = state.nextId();
      // From the id and the moment, so that replay makes the same key.
      const privateKey = createHash("md5").update(`${id} ${at} ${webhook.url}`).digest("hex");
      state.webhooks.set(id, { id, ...webhook, privateKey, created: at });
      return { id, events: [] };
    }
    case "deleteWebhook":
      if (!state.webhooks.delete(operation.id)) throw new RefusedOperation("no such webhook");
      return { id: operation.id, events: [] };
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
  state.employees.set(id, { ...employee, id, employeeNumber: `9${id}`, lastChanged: at });
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

function move(
  state: BambooState,
  operation: Extract<BambooOperation, { kind: "move" }>,
  at: Instant,
): BambooEffect {
  const { kind: _kind, id, custom, supervisorEId, ...place } = operation;
  const employee = employeeOf(state, id);
  if (supervisorEId !== null && supervisorEId !== undefined) employeeOf(state, supervisorEId);
  return update(state, id, at, {
    ...defined(place),
    ...(supervisorEId !== undefined && { supervisorEId }),
    ...(custom && { custom: { ...employee.custom, ...custom } }),
  });
}

function update(
  state: BambooState,
  id: string,
  at: Instant,
  changes: Partial<SeedEmployee>,
): BambooEffect {
  const before = employeeOf(state, id);
  const after = { ...before, ...changes, lastChanged: at };
  state.employees.set(id, after);
  const own = Object.keys(changes).filter((field) => field !== "custom");
  const changedFields = [...own, ...Object.keys(changes.custom ?? {})];
  return { id, events: [{ action: "updated", employeeId: id, changedFields, at }] };
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
