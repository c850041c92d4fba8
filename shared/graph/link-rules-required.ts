import type { FilterField, LinkFilter } from "./link-rules-filter.ts";
import { fieldKey, valuesWanted } from "./link-rules-match.ts";

/** A value, folded, that an item may have to have in a field. */
export interface RequiredValue {
  readonly field: FilterField;
  readonly key: string;
  readonly value: string;
}

/**
 * Values of which an item must have at least one, or the filter cannot take it; undefined where no
 * such list can be told, as of a filter that only asks for a part of a title. By these, rules that
 * cannot fit an item are never asked.
 */
export function requiredBy(filter: LinkFilter): readonly RequiredValue[] | undefined {
  switch (filter.test) {
    case "one-of": {
      const { field, isNegated } = filter;
      if (isNegated) return undefined;
      const key = fieldKey(field);
      return [...new Set(valuesWanted(filter))].map((value) => ({ field, key, value }));
    }
    case "all":
      return rarest(filter.of.flatMap((one) => [requiredBy(one) ?? []].filter(isList)));
    case "any": {
      const lists = filter.of.map(requiredBy);
      return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
    }
    default:
      return undefined;
  }
}

function isList(list: readonly RequiredValue[]): boolean {
  return list.length > 0;
}

/** How many of all items have one given value in the field, roughly: the lower, the better to look by. */
const commonness: Readonly<Record<FilterField["name"], number>> = {
  key: 0,
  title: 1,
  section: 2,
  label: 2,
  field: 3,
  project: 3,
  team: 4,
  type: 8,
  kind: 9,
  connection: 9,
};

function rarest(
  lists: readonly (readonly RequiredValue[])[],
): readonly RequiredValue[] | undefined {
  const weight = (list: readonly RequiredValue[]) =>
    list.reduce((sum, { field }) => sum + 1 + 4 * commonness[field.name], 0);
  return lists.toSorted((a, b) => weight(a) - weight(b))[0];
}
