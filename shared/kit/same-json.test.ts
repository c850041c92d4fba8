import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sameJson } from "./same-json.ts";

describe("two values are one JSON", () => {
  test("exactly where the texts of them are, members in any order", () => {
    const small = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(sameJson(a, JSON.parse(JSON.stringify(a)))).toBe(true);
        expect(sameJson(a, b)).toBe(sameJson(b, a));
        expect(sameJson([a], [b])).toBe(sorted(a) === sorted(b));
      }),
    );
  });

  test("where a member is undefined in one and absent in the other", () => {
    expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: null })).toBe(false);
  });

  test("never where one is a list and the other is not", () => {
    expect(sameJson([], {})).toBe(false);
    expect(sameJson(["a"], { 0: "a" })).toBe(false);
    expect(sameJson([1, 2], [1])).toBe(false);
  });
});

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
