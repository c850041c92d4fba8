import { shortText } from "./facts.ts";

/** Fields that a connection may keep of its items: an item stays within one write unit. */
export const keptFieldsMax = 10;
/** Longest name of a kept field, and longest single value; longer ones are cut by `shortText`. */
const keptNameMax = 40;
const valueMax = 60;
/** Longest text of all values of one field together. */
export const keptTextMax = 240;

/** No value holds one: `shortText` makes white space of it. */
const between = "\n";

/** One value as it is kept, and as whoever compares with it must write it; undefined for none. */
export function keptValue(value: unknown): string | undefined {
  return shortText(value, valueMax);
}

/** The name of a field as it is kept; undefined for none. */
export function keptName(name: string): string | undefined {
  return shortText(name, keptNameMax);
}

/**
 * What is kept of a field: each of its values once, one a line, in the order of the tool. Of very many
 * values the first are kept, whole ones only; undefined where there is none.
 */
export function keptText(values: readonly unknown[]): string | undefined {
  let text: string | undefined;
  for (const value of new Set(values.flatMap((one) => keptValue(one) ?? []))) {
    const longer = text === undefined ? value : text + between + value;
    if (longer.length > keptTextMax) break;
    text = longer;
  }
  return text;
}

/** The single values of a kept field, of which a rule may name any. */
export function keptValuesOf(text: string): readonly string[] {
  return text.split(between);
}

/** A field that the settings name, with the name that it is kept under and what it holds. */
export interface FoundField {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** All kept fields of an item by their names, sorted; undefined where none of them holds anything. */
export function keptFields(
  found: readonly FoundField[],
): Readonly<Record<string, string>> | undefined {
  // Two fields of the tool may bear one name: the values of both count.
  const values = new Map<string, unknown[]>();
  for (const field of found) {
    const name = keptName(field.name);
    // It names no property of a plain object, and would be lost on the way.
    if (name === undefined || name === "__proto__") continue;
    values.set(name, [...(values.get(name) ?? []), ...field.values]);
  }
  const entries = [...values]
    .flatMap(([name, all]) => {
      const text = keptText(all);
      return text === undefined ? [] : [[name, text] as const];
    })
    .slice(0, keptFieldsMax)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** An entry of a setting that names fields: what finds the field, and the name to keep it under. */
export interface WantedField {
  readonly wanted: string;
  readonly name: string | undefined;
}

/**
 * Reads `id=name`: the id finds the field whatever it is called, and rules go on knowing it by the name.
 * An entry that does not begin with an id is a name as a whole, `=` and all.
 */
export function readWantedField(entry: string, id: RegExp): WantedField {
  const at = entry.indexOf("=");
  const wanted = entry.slice(0, at).trim();
  const name = entry.slice(at + 1).trim();
  return at > 0 && name !== "" && id.test(wanted)
    ? { wanted, name }
    : { wanted: entry.trim(), name: undefined };
}
