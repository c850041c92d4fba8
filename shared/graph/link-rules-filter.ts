/*
 * The filter of a link rule as data. `a AND b OR c` is any of (all of a, b), c; a condition that is
 * negated is exactly what it is not without the negation, so an item without a label is one whose
 * label is not "growth".
 */

/** What a filter may ask of an item, by the words that people use. */
export const filterFields = [
  "connection",
  "project",
  "section",
  "label",
  "kind",
  "type",
  "team",
  "title",
  "key",
] as const;
type NamedField = (typeof filterFields)[number];

/** A field of the item, or one of the tool's own fields by its name. */
export type FilterField =
  | { readonly name: NamedField }
  | { readonly name: "field"; readonly of: string };

export type Condition =
  /** `=` and `IN`; negated, `!=` and `NOT IN`. */
  | {
      readonly test: "one-of";
      readonly field: FilterField;
      readonly values: readonly string[];
      readonly isNegated: boolean;
    }
  /** `~` */
  | { readonly test: "contains"; readonly field: FilterField; readonly text: string }
  /** `IS EMPTY`; negated, `IS NOT EMPTY`. */
  | { readonly test: "empty"; readonly field: FilterField; readonly isNegated: boolean };

export type LinkFilter =
  | Condition
  | { readonly test: "all" | "any"; readonly of: readonly LinkFilter[] }
  | { readonly test: "not"; readonly of: LinkFilter };

/** Whether the filter asks for any of these fields. */
export function asksFor(filter: LinkFilter, names: readonly FilterField["name"][]): boolean {
  switch (filter.test) {
    case "all":
    case "any":
      return filter.of.some((one) => asksFor(one, names));
    case "not":
      return asksFor(filter.of, names);
    default:
      return names.includes(filter.field.name);
  }
}

/** Words of the language: as values they stand in quotes. */
export const keywords: ReadonlySet<string> = new Set(["AND", "OR", "NOT", "IN", "IS", "EMPTY"]);

/** Nobody sees them, and they come along with what is copied; those that join emoji are none of these. */
export const invisible = /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069]/u;

/** One character of a value without quotes; the others mean something, or are quotes of some kind. */
export const bareCharacter = new RegExp(
  `(?!${invisible.source})[^\\s\\p{Cc}()[\\],"'“”„‘«»=!~\\\\<>]`,
  "u",
);
const bareValue = new RegExp(`^(?:${bareCharacter.source})+$`, "u");

/** The filter as text that parses to the same filter. */
export function printLinkFilter(filter: LinkFilter): string {
  switch (filter.test) {
    case "all":
      return filter.of.map(printOperand).join(" AND ");
    case "any":
      return filter.of.map(printOperand).join(" OR ");
    case "not":
      return `NOT ${printOperand(filter.of)}`;
    default:
      return printCondition(filter);
  }
}

function printOperand(filter: LinkFilter): string {
  const text = printLinkFilter(filter);
  return filter.test === "all" || filter.test === "any" ? `(${text})` : text;
}

function printCondition(condition: Condition): string {
  const field = printField(condition.field);
  switch (condition.test) {
    case "contains":
      return `${field} ~ ${printValue(condition.text)}`;
    case "empty":
      return `${field} IS ${condition.isNegated ? "NOT " : ""}EMPTY`;
    case "one-of": {
      const { values, isNegated } = condition;
      const [only, ...others] = values.map(printValue);
      if (only !== undefined && others.length === 0) {
        return `${field} ${isNegated ? "!=" : "="} ${only}`;
      }
      return `${field} ${isNegated ? "NOT IN" : "IN"} (${values.map(printValue).join(", ")})`;
    }
  }
}

function printField(field: FilterField): string {
  return field.name === "field" ? `field[${quoted(field.of)}]` : field.name;
}

function printValue(value: string): string {
  const isBare = bareValue.test(value) && !keywords.has(value.toUpperCase());
  return isBare ? value : quoted(value);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}
