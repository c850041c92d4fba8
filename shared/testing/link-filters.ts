import * as fc from "fast-check";

import type { FilterField, LinkFilter } from "#shared/graph/link-rules-filter.ts";
import { filterFields } from "#shared/graph/link-rules-filter.ts";
import { WorkItemKind } from "#shared/model/facts.ts";

/*
 * Filters and items that meet: words come from a small set, written with and without capitals. Filters
 * are such as the parser makes: `all` and `any` of two at least, values that their fields may have.
 */

export const words = ["growth", "Growth", "q3 push", "IN", 'say "now"', "back\\slash", "é", "PAY"];
const toolFields = ["Investment", "investment", "Cost centre"];
const connections = ["conn_work000001", "conn_goals00001"];

const word = fc.constantFrom(...words);
const field: fc.Arbitrary<FilterField> = fc.oneof(
  fc.constantFrom(...filterFields).map((name) => ({ name })),
  fc.constantFrom(...toolFields).map((of) => ({ name: "field" as const, of })),
);

function valueOf({ name }: FilterField): fc.Arbitrary<string> {
  if (name === "kind") return fc.constantFrom(...WorkItemKind.options, "EPIC");
  return name === "connection" ? fc.constantFrom(...connections) : word;
}

const condition: fc.Arbitrary<LinkFilter> = field.chain((of): fc.Arbitrary<LinkFilter> => {
  const oneOf = fc.record({
    test: fc.constant("one-of" as const),
    field: fc.constant(of),
    values: fc.array(valueOf(of), { minLength: 1, maxLength: 3 }),
    isNegated: fc.boolean(),
  });
  const empty = fc.record({
    test: fc.constant("empty" as const),
    field: fc.constant(of),
    isNegated: fc.boolean(),
  });
  if (of.name === "kind" || of.name === "connection") return fc.oneof(oneOf, empty);
  const contains = fc.record({
    test: fc.constant("contains" as const),
    field: fc.constant(of),
    text: word,
  });
  return fc.oneof({ arbitrary: oneOf, weight: 3 }, empty, contains);
});

/** Any filter, some conditions deep. */
export const anyFilter: fc.Arbitrary<LinkFilter> = fc.letrec<{ filter: LinkFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: condition, weight: 3 },
    fc.record({
      test: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ test: fc.constant("not" as const), of: tie("filter") }),
  ),
})).filter;
