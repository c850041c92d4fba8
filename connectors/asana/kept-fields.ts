import { foldedValue } from "#shared/model/folded.ts";
import { type FoundField, keptFields, readWantedField } from "#shared/model/kept-fields.ts";

import type { CustomFieldWire } from "./wire.ts";

/** Gids have had ten digits or more for years; a name that begins like one would be an odd name. */
const gid = /^\d{6,20}$/u;

/**
 * Kinds whose values are kept. Fields of people are not, nor references to other objects, nor what Asana
 * may think of next (https://developers.asana.com/reference/custom-fields, read 2026-11-21).
 */
const keepableTypes: ReadonlySet<string> = new Set([
  "text",
  "number",
  "enum",
  "multi_enum",
  "date",
]);

/** The gid that an entry of the setting begins with, or is. */
export function gidIn(entry: string): string | undefined {
  const { wanted } = readWantedField(entry, gid);
  return gid.test(wanted) ? wanted : undefined;
}

export function isKeepable(type: string | null | undefined): boolean {
  return keepableTypes.has(type ?? "");
}

interface Called {
  readonly gid?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Whether an entry of the setting names this field, by gid, by `gid=name`, or by name without case and blanks. */
export function isNamedBy(entry: string, field: Called): boolean {
  return isCalled(readWantedField(entry, gid).wanted)(field);
}

function isCalled(wanted: string): (field: Called) => boolean {
  const name = foldedValue(wanted);
  return (field) => field.gid === wanted || foldedValue(field.name ?? "") === name;
}

/** What a task holds in the fields that the settings name. */
export function keptFieldsOf(
  entries: readonly string[],
  fields: readonly CustomFieldWire[],
): Readonly<Record<string, string>> | undefined {
  const keepable = fields.filter((field) => isKeepable(field.resource_subtype));
  if (entries.length === 0 || keepable.length === 0) return undefined;
  const found = entries.flatMap((entry) => {
    const { wanted, name } = readWantedField(entry, gid);
    return keepable.filter(isCalled(wanted)).map((field): FoundField => {
      const own = field.gid === wanted ? (field.name ?? wanted) : wanted;
      return { name: name ?? own, values: valuesOf(field) };
    });
  });
  return keptFields(found);
}

/** Values by their kind and not as they are displayed: that goes by the formats of the field. */
function valuesOf(field: CustomFieldWire): readonly unknown[] {
  switch (field.resource_subtype) {
    case "text":
      return [field.text_value];
    case "number":
      return Number.isFinite(field.number_value) ? [String(field.number_value)] : [];
    case "enum":
      return [field.enum_value?.name];
    case "multi_enum":
      return (field.multi_enum_values ?? []).map(({ name }) => name);
    case "date":
      return [field.date_value?.date];
    default:
      return [];
  }
}
