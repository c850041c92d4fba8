import fc from "fast-check";
import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import { compilePattern } from "./compile-pattern.ts";

/**
 * The oracle works as aws/event-ruler describes itself, and quite unlike the matcher: the event is
 * flattened to fields that remember their place in each array, the pattern multiplied out, and any
 * choice of one field for each path will do whose places do not contradict each other.
 */
interface Field {
  readonly path: string;
  readonly value: unknown;
  /** Array identity → index in it. */
  readonly places: ReadonlyMap<number, number>;
}

type Operator = (value: unknown) => boolean;

function flatten(event: unknown): readonly Field[] {
  const fields: Field[] = [];
  let arrays = 0;
  const visit = (value: unknown, path: string, places: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const array = (arrays += 1);
      for (const [index, element] of value.entries()) {
        visit(element, path, new Map([...places, [array, index]]));
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        visit(inner, path === "" ? name : `${path}.${name}`, places);
      }
    } else {
      fields.push({ path, value, places });
    }
  };
  visit(event, "", new Map());
  return fields;
}

function operatorOf(element: unknown): Operator {
  if (typeof element !== "object" || element === null) return (value) => value === element;
  const [[name, operand] = ["", undefined]] = Object.entries(element);
  switch (name) {
    case "prefix":
      return (value) => typeof value === "string" && value.startsWith(String(operand));
    case "exists":
      return () => operand === true;
    case "anything-but":
      return (value) => !(Array.isArray(operand) ? operand : [operand]).includes(value);
    default:
      return (value) => typeof value === "number" && Array.isArray(operand) && value > operand[1];
  }
}

type Rule = ReadonlyMap<string, readonly unknown[]>;

function rulesOf(pattern: object, prefix: string, before: readonly Rule[]): readonly Rule[] {
  let rules = before;
  for (const [name, value] of Object.entries(pattern)) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (name === "$or") {
      const earlier = rules;
      rules = value.flatMap((branch: object) => rulesOf(branch, prefix, earlier));
    } else if (Array.isArray(value)) {
      rules = rules.map((rule) => new Map([...rule, [path, value]]));
    } else {
      rules = rulesOf(value, path, rules);
    }
  }
  return rules;
}

function agree(chosen: readonly Field[], candidate: Field): boolean {
  return chosen.every(({ places }) =>
    [...places].every(([array, index]) => (candidate.places.get(array) ?? index) === index),
  );
}

function oracle(pattern: object, event: unknown): boolean {
  const fields = flatten(event);
  const choose = (
    paths: readonly [string, readonly unknown[]][],
    chosen: readonly Field[],
  ): boolean => {
    const [[path, elements] = [], ...others] = paths;
    if (path === undefined || elements === undefined) return true;
    const here = fields.filter((field) => field.path === path);
    const mayLack = elements.some((element) => JSON.stringify(element) === '{"exists":false}');
    if (mayLack && here.length === 0) return choose(others, chosen);
    const operators = elements.map(operatorOf);
    return here.some(
      (field) =>
        operators.some((operator) => operator(field.value)) &&
        agree(chosen, field) &&
        choose(others, [...chosen, field]),
    );
  };
  return rulesOf(pattern, "", [new Map()]).some((rule) => choose([...rule], []));
}

// A small world, so that patterns and events meet.
const name = fc.constantFrom("a", "b", "c");
const primitive = fc.constantFrom<unknown>("x", "xy", "z", "", 1, 2, true, null);
const event = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    primitive,
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
  object: fc.dictionary(name, tie("value"), { maxKeys: 3 }),
})).object;

const element = fc.oneof(
  primitive,
  fc.constantFrom<unknown>(
    { prefix: "x" },
    { exists: true },
    { exists: false },
    { "anything-but": "x" },
    { "anything-but": [1, 2] },
    { numeric: [">", 1] },
  ),
);
const leaf = fc.array(element, { minLength: 1, maxLength: 2 });
const pattern = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("object")),
  object: fc.oneof(
    { weight: 4, arbitrary: fc.dictionary(name, tie("node"), { minKeys: 1, maxKeys: 3 }) },
    {
      weight: 1,
      arbitrary: fc.record({
        $or: fc.array(fc.dictionary(name, tie("node"), { minKeys: 1, maxKeys: 2 }), {
          minLength: 2,
          maxLength: 3,
        }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          name,
          tie("node"),
          fc.array(fc.dictionary(name, tie("node"), { minKeys: 1, maxKeys: 2 }), {
            minLength: 2,
            maxLength: 2,
          }),
        )
        .map(([field, node, $or]) => ({ [field]: node, $or })),
    },
  ),
})).object;

test("agrees with an oracle of another make on random patterns and events", () => {
  let compared = 0;
  let matched = 0;
  fc.assert(
    fc.property(pattern, fc.array(event, { minLength: 5, maxLength: 5 }), (candidate, events) => {
      let compiled;
      try {
        compiled = compilePattern(candidate);
      } catch (error) {
        // One field asked for twice: such patterns are refused, and tested elsewhere.
        if (error instanceof HubError) return;
        throw error;
      }
      for (const each of events) {
        const expected = oracle(candidate, each);
        compared += 1;
        if (expected) matched += 1;
        expect(compiled.matches(each)).toBe(expected);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(compared).toBeGreaterThan(5_000);
  expect(matched).toBeGreaterThan(500);
});
