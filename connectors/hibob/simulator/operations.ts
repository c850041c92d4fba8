import * as z from "zod";

import { CalendarDate, dateOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

import { SeedEmployee, WorkRow } from "./seed.ts";
import type { HibobState } from "./state.ts";

/** Everything that can change a simulated HiBob. */
export const HibobOperation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("hire"), employee: SeedEmployee }),
  z.strictObject({ kind: z.literal("rename"), id: z.string(), surname: z.string().min(1) }),
  /** Adds a row to the work table, perhaps for a day ahead; columns that are left out stay. */
  z.strictObject({
    kind: z.literal("move"),
    id: z.string(),
    row: WorkRow.partial().required({ effectiveDate: true }),
  }),
  z.strictObject({ kind: z.literal("terminate"), id: z.string(), on: CalendarDate }),
  z.strictObject({ kind: z.literal("delete"), id: z.string() }),
  z.strictObject({ kind: z.literal("renameDepartment"), id: z.string(), value: z.string().min(1) }),
  /** What the service user may see from now on. */
  z.strictObject({
    kind: z.literal("hide"),
    fields: z.array(z.string()).default([]),
    employees: z.array(z.string()).default([]),
    workTable: z.boolean().default(false),
    histories: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("addWebhook"), url: z.url(), secret: z.string().min(8) }),
]);
export type HibobOperation = z.infer<typeof HibobOperation>;

/** What webhooks tell: an event and the employee, without what it says. */
export interface HibobEvent {
  readonly type: string;
  readonly at: Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

type Of<K extends HibobOperation["kind"]> = Extract<HibobOperation, { kind: K }>;

/** Changes the state; throws, with the state untouched, to refuse. */
export function applyOperation(
  state: HibobState,
  operation: HibobOperation,
  at: Instant,
): readonly HibobEvent[] {
  switch (operation.kind) {
    case "hire":
      state.employees.set(operation.employee.id, operation.employee);
      return [{ type: "employee.created", at, data: { employeeId: operation.employee.id } }];
    case "rename":
      return change(state, at, {
        ...existing(state, operation.id),
        surname: operation.surname,
      });
    case "terminate":
      return change(state, at, {
        ...existing(state, operation.id),
        terminationDate: operation.on,
      });
    case "move":
      return move(state, at, operation);
    case "delete":
      existing(state, operation.id);
      state.employees.delete(operation.id);
      return [{ type: "employee.deleted", at, data: { employeeId: operation.id } }];
    case "renameDepartment":
      state.departments.set(operation.id, operation.value);
      return [];
    case "hide":
      hide(state, operation);
      return [];
    case "addWebhook":
      state.webhooks.set(operation.url, { url: operation.url, secret: operation.secret });
      return [];
  }
}

function change(state: HibobState, at: Instant, employee: SeedEmployee): readonly HibobEvent[] {
  state.employees.set(employee.id, employee);
  const data = { employeeId: employee.id, fieldUpdates: [{ id: "root.surname" }] };
  return [{ type: "employee.updated", at, data }];
}

/** A row ahead tells of itself only; one that holds changes the employee's fields as well. */
function move(state: HibobState, at: Instant, { id, row }: Of<"move">): readonly HibobEvent[] {
  const employee = existing(state, id);
  const { effectiveDate } = row;
  const before = employee.work.findLast((each) => each.effectiveDate <= effectiveDate);
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  const next = WorkRow.parse({ ...before, ...given });
  const work = [...employee.work.filter((each) => each.effectiveDate !== effectiveDate), next];
  const told = { employeeId: id, tableId: "work", effectiveDate };
  const events = change(state, at, { ...employee, work });
  const created = { type: "table.entry.created", at, data: told };
  return effectiveDate <= dateOf(at) ? [created, ...events] : [created];
}

function hide(state: HibobState, { fields, employees, workTable, histories }: Of<"hide">): void {
  for (const field of fields) state.hiddenFields.add(field);
  for (const id of employees) state.hiddenEmployees.add(id);
  if (workTable) state.isWorkTableHidden = true;
  if (histories) state.isHistoryHidden = true;
}

function existing(state: HibobState, id: string): SeedEmployee {
  const found = state.employees.get(id);
  if (!found) throw new RefusedOperation(`there is no employee ${id}`);
  return found;
}
