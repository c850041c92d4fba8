import * as z from "zod";

import { addFieldSetting, fieldSettingOf, removeFieldSetting } from "./field-settings.ts";
import type { Happening } from "./happening.ts";
import type { CustomFieldValue, SeedCustomField } from "./seed.ts";
import type { AsanaState, StateOf } from "./state.ts";
import { AsanaRefusal, badRequest } from "./vendor-error.ts";

const Gid = z.string().regex(/^\d{1,19}$/u, "Not a gid");

export const CreateCustomField = z.strictObject({
  kind: z.literal("createCustomField"),
  name: z.string().min(1).max(1024),
  resource_subtype: z.enum(["text", "number", "enum", "multi_enum", "people", "date"]),
  description: z.string().optional(),
  workspace: Gid.optional(),
  enum_options: z.array(z.looseObject({ name: z.string().min(1) })).optional(),
});
export const DeleteCustomField = z.strictObject({
  kind: z.literal("deleteCustomField"),
  gid: Gid,
});
/** Puts a field on a project, portfolio or goal. */
export const AddFieldSetting = z.strictObject({
  kind: z.literal("addFieldSetting"),
  parent: Gid,
  custom_field: Gid,
  is_important: z.boolean().default(false),
});
export const RemoveFieldSetting = z.strictObject({
  kind: z.literal("removeFieldSetting"),
  parent: Gid,
  custom_field: Gid,
});

export function createCustomField(on: Happening, input: z.infer<typeof CreateCustomField>) {
  const { state } = on;
  const workspace = input.workspace ?? state.firstWorkspace;
  const isTaken = state
    .all("custom_field")
    .some((field) => field.workspace === workspace && field.name === input.name);
  if (isTaken) {
    throw new AsanaRefusal(403, `custom_field: A custom field of the name already exists`);
  }
  const field: StateOf["custom_field"] = {
    gid: state.nextGid(),
    name: input.name,
    type: input.resource_subtype,
    workspace,
    ...(input.description === undefined ? {} : { description: input.description }),
    ...(input.enum_options
      ? { enum_options: input.enum_options.map(({ name }) => ({ gid: state.nextGid(), name })) }
      : {}),
  };
  state.put("custom_field", field);
  return { gid: field.gid };
}

/** Its values and settings go with it. */
export function deleteCustomField(on: Happening, { gid }: z.infer<typeof DeleteCustomField>) {
  on.state.get("custom_field", gid);
  for (const setting of on.state.all("custom_field_setting")) {
    if (setting.custom_field === gid) removeFieldSetting(on.state, setting);
  }
  for (const task of on.state.all("task")) {
    if (task.custom_fields?.[gid] === undefined) continue;
    const { [gid]: _, ...custom_fields } = task.custom_fields;
    on.state.putTask({ ...task, custom_fields });
  }
  on.state.remove("custom_field", gid);
  return { gid };
}

export function addSetting(on: Happening, input: z.infer<typeof AddFieldSetting>) {
  const { state } = on;
  const kind = state.kindOf(input.parent);
  if (kind !== "project" && kind !== "portfolio" && kind !== "goal") {
    throw badRequest(`parent: Not a recognized ID: ${input.parent}`);
  }
  state.get(kind, input.parent);
  state.get("custom_field", input.custom_field);
  if (fieldSettingOf(state, input)) {
    throw badRequest("custom_field: The custom field is already on the object");
  }
  const { kind: _, ...setting } = input;
  const gid = state.nextGid();
  addFieldSetting(state, { gid, ...setting });
  const project = kind === "project" ? state.find("project", input.parent) : undefined;
  if (project) on.project(project, "changed", { field: "custom_field_settings", action: "added" });
  return { gid };
}

/** Values that tasks have stay, and are shown no more only where no project has the field. */
export function removeSetting(on: Happening, input: z.infer<typeof RemoveFieldSetting>) {
  const setting = fieldSettingOf(on.state, input);
  if (!setting) throw badRequest("custom_field: The custom field is not on the object");
  removeFieldSetting(on.state, setting);
  const project = on.state.find("project", input.parent);
  if (project) {
    on.project(project, "changed", { field: "custom_field_settings", action: "removed" });
  }
  return { gid: setting.gid };
}

/** Refuses a value that the type of its field does not allow. */
export function requireFitting(
  state: AsanaState,
  field: SeedCustomField,
  value: CustomFieldValue,
): void {
  const isFitting: Record<SeedCustomField["type"], () => boolean> = {
    text: () => typeof value === "string" && value.length <= 1024,
    number: () => Number.isFinite(Number(value)),
    enum: () => field.enum_options?.some(({ gid }) => gid === value) ?? false,
    multi_enum: () =>
      typeof value === "object" &&
      value.every((gid) => field.enum_options?.some((option) => option.gid === gid) ?? false),
    people: () =>
      typeof value === "object" && value.every((gid) => state.find("user", gid) !== undefined),
    date: () => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  };
  if (!isFitting[field.type]()) {
    throw badRequest(`custom_fields: ${field.gid}: The value does not fit the field's type`);
  }
}
