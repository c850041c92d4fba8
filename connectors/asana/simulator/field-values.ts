import { type Fields, Ref, type Value } from "./field-selection.ts";
import { fieldsThrough } from "./field-settings.ts";
import type { CustomFieldValue, SeedCustomField, SeedFielded } from "./seed.ts";
import type { AsanaState } from "./state.ts";

/** The custom fields of an object: all that its holders put on it, empty ones too. */
export function customFieldValues(
  state: AsanaState,
  item: SeedFielded & { readonly workspace: string },
  holders: readonly string[],
): Fields[] {
  if (!state.featuresOf(item.workspace).custom_fields) return [];
  const values = item.custom_fields ?? {};
  const gids = new Set([...fieldsThrough(state, holders), ...Object.keys(values)]);
  return [...gids].flatMap((gid) => {
    const field = state.find("custom_field", gid);
    return field ? [{ ...fieldHead(field), ...shownValue(state, field, values[gid]) }] : [];
  });
}

/** What a field shows everywhere, as `CustomFieldCompact` has it. */
export function fieldHead(field: SeedCustomField): Record<string, Value> {
  return {
    gid: field.gid,
    resource_type: "custom_field",
    name: field.name,
    type: field.type,
    resource_subtype: field.type,
    ...(field.enum_options ? { enum_options: field.enum_options.map(enumOption) } : {}),
    ...(field.type === "number" ? { precision: 0 } : {}),
  };
}

function enumOption(option: { readonly gid: string; readonly name: string }): Fields {
  return { ...option, resource_type: "enum_option", enabled: true, color: "blue" };
}

/** A value in the form of its type, and as a person would read it; null where there is none. */
function shownValue(
  state: AsanaState,
  field: SeedCustomField,
  value: CustomFieldValue | undefined,
): Record<string, Value> {
  const many = value === undefined ? [] : typeof value === "object" ? value : [String(value)];
  const options = (field.enum_options ?? []).filter(({ gid }) => many.includes(gid));
  const people = many.flatMap((gid) => state.find("user", gid) ?? []);
  const text = value === undefined ? null : many.join(", ");
  const names = (items: readonly { readonly name: string }[]) =>
    items.length === 0 ? null : items.map(({ name }) => name).join(", ");
  const own: Record<SeedCustomField["type"], Record<string, Value>> = {
    text: { text_value: text, display_value: text },
    number: { number_value: value === undefined ? null : Number(text), display_value: text },
    enum: {
      enum_value: options[0] ? enumOption(options[0]) : null,
      display_value: names(options.slice(0, 1)),
    },
    multi_enum: { multi_enum_values: options.map(enumOption), display_value: names(options) },
    people: {
      people_value: people.map(({ gid }) => new Ref("user", gid)),
      display_value: names(people),
    },
    date: {
      date_value: text === null ? null : { date: text },
      display_value: text === null ? null : `${text}T00:00:00.000Z`,
    },
  };
  return { enabled: true, ...own[field.type] };
}
