import type { AsanaState, StateOf } from "./state.ts";

/** Puts a custom field on a project, portfolio or goal. */
export function addFieldSetting(state: AsanaState, setting: StateOf["custom_field_setting"]): void {
  state.put("custom_field_setting", setting);
  const fields = state.fieldsOn.get(setting.parent) ?? new Set();
  state.fieldsOn.set(setting.parent, fields.add(setting.custom_field));
}

export function removeFieldSetting(
  state: AsanaState,
  setting: StateOf["custom_field_setting"],
): void {
  state.remove("custom_field_setting", setting.gid);
  state.fieldsOn.get(setting.parent)?.delete(setting.custom_field);
}

/** The setting of a field on a project, portfolio or goal. */
export function fieldSettingOf(
  state: AsanaState,
  wanted: { readonly parent: string; readonly custom_field: string },
): StateOf["custom_field_setting"] | undefined {
  return state
    .all("custom_field_setting")
    .find(
      ({ parent, custom_field }) =>
        parent === wanted.parent && custom_field === wanted.custom_field,
    );
}

/** The fields that an object may have values of, through those that hold it. */
export function fieldsThrough(state: AsanaState, holders: readonly string[]): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const holder of holders) {
    for (const gid of state.fieldsOn.get(holder) ?? []) fields.add(gid);
  }
  return fields;
}
