import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import type { EventRef } from "./asana-event.ts";
import { assignDefined, assignOrClear } from "./assign-defined.ts";
import { requireFitting } from "./field-operations.ts";
import { fieldsThrough } from "./field-settings.ts";
import type { CustomFieldValue, SeedFielded } from "./seed.ts";
import type { AsanaState, ExternalData, Task } from "./state.ts";
import { badRequest } from "./vendor-error.ts";

export const Gid = z.string().regex(/^\d{1,19}$/u, "Not a gid");

/** Null empties a field. */
export const CustomFieldValues = z.record(
  Gid,
  z.union([z.string(), z.number(), z.array(z.string())]).nullable(),
);

/** What may be set on a task, in creation and later. */
export const taskFields = {
  name: z.string().min(1).max(1024),
  assignee: Gid.nullable(),
  completed: z.boolean(),
  due_on: CalendarDate.nullable(),
  start_on: CalendarDate.nullable(),
  resource_subtype: z.enum(["default_task", "milestone", "approval"]),
  approval_status: z.enum(["pending", "approved", "rejected", "changes_requested"]),
  notes: z.string().max(65_535),
  custom_fields: CustomFieldValues,
  /** What an OAuth app, by its client id, keeps at the task. */
  external: z.strictObject({
    app: z.string(),
    gid: z.string().max(1024).nullish(),
    data: z.string().max(32_768).nullish(),
  }),
};
const TaskPatch = z.strictObject(taskFields).partial();
type TaskPatch = z.infer<typeof TaskPatch>;

/** Sets what the patch names; throws, before it changes anything, where a custom field cannot be. */
export function setTaskFields(state: AsanaState, task: Task, patch: TaskPatch, at: string): void {
  if (patch.custom_fields !== undefined) {
    const holders = task.memberships.map(({ project }) => project);
    task.custom_fields = mergedValues(state, { item: task, holders, patch: patch.custom_fields });
  }
  assignDefined(task, patch, [
    "name",
    "assignee",
    "resource_subtype",
    "approval_status",
    "completed",
    "notes",
  ]);
  if (patch.completed !== undefined) {
    if (!patch.completed) delete task.completed_at;
    else task.completed_at ??= at;
  }
  assignOrClear(task, patch, ["due_on", "start_on"]);
  if (patch.external) task.external = mergedExternal(task, patch.external);
}

function mergedExternal(
  task: Task,
  { app, gid, data }: NonNullable<TaskPatch["external"]>,
): Readonly<Record<string, ExternalData>> {
  const { [app]: known, ...others } = task.external ?? {};
  const merged = {
    gid: gid === undefined ? (known?.gid ?? null) : gid,
    data: data === undefined ? (known?.data ?? null) : data,
  };
  return merged.gid === null && merged.data === null ? others : { ...others, [app]: merged };
}

/** The values after a patch, in one order whatever was written first. */
export function mergedValues(
  state: AsanaState,
  change: {
    readonly item: SeedFielded;
    /** What puts fields on the item: its projects, portfolios, or itself. */
    readonly holders: readonly string[];
    readonly patch: z.infer<typeof CustomFieldValues>;
  },
): Record<string, CustomFieldValue> {
  const before = change.item.custom_fields ?? {};
  const allowed = fieldsThrough(state, change.holders);
  const after: Record<string, CustomFieldValue> = { ...before };
  for (const [gid, value] of Object.entries(change.patch)) {
    const field = state.find("custom_field", gid);
    if (!field || !(allowed.has(gid) || gid in before)) {
      throw badRequest(`custom_fields: Custom field with ID ${gid} is not on given object`);
    }
    if (value === null || value === "") delete after[gid];
    else {
      requireFitting(state, field, value);
      after[gid] = value;
    }
  }
  return Object.fromEntries(Object.entries(after).toSorted(([a], [b]) => a.localeCompare(b)));
}

const reportedFields = [
  "name",
  "assignee",
  "completed",
  "completed_at",
  "due_on",
  "start_on",
  "notes",
  "resource_subtype",
  "approval_status",
] as const;

interface FieldChange {
  readonly field: string;
  readonly action: "changed";
  readonly new_value?: EventRef;
}

/** What events tell of an update: one change for each field, and for each custom field. */
export function reportedChanges(state: AsanaState, before: Task, after: Task): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of reportedFields) {
    if (before[field] === after[field]) continue;
    const assignee = field === "assignee" ? after.assignee : null;
    const new_value = assignee === null ? {} : { new_value: userRef(assignee) };
    changes.push({ field, action: "changed", ...new_value });
  }
  const values = { ...before.custom_fields, ...after.custom_fields };
  for (const gid of Object.keys(values)) {
    const [old, now] = [before.custom_fields?.[gid], after.custom_fields?.[gid]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    const resource_subtype = state.find("custom_field", gid)?.type ?? "text";
    const new_value = { gid, resource_type: "custom_field", resource_subtype };
    changes.push({ field: "custom_fields", action: "changed", new_value });
  }
  return changes;
}

function userRef(gid: string): EventRef {
  return { gid, resource_type: "user" };
}
