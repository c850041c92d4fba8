import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isOpen, shortText, titleLengthMax, titleOf } from "./facts.ts";

describe("a text of a source", () => {
  test.each([
    ["  two   words \n", "two words"],
    ["tab\tand\u0000null", "tab and null"],
    ["lone \ud800 surrogate", "lone \ufffd surrogate"],
    ["   ", undefined],
    ["", undefined],
    [42, undefined],
    [undefined, undefined],
  ])("%j becomes %j", (given, expected) => {
    expect(shortText(given)).toBe(expected);
  });

  test("is never longer than asked, well formed, and without control characters", () => {
    const any = fc.string({ unit: "binary", maxLength: 60 });
    fc.assert(
      fc.property(any, fc.integer({ min: 2, max: 30 }), (text, max) => {
        const short = shortText(text, max) ?? "";
        expect(short.length).toBeLessThanOrEqual(max);
        expect(short.isWellFormed()).toBe(true);
        expect(short).not.toMatch(/\p{Cc}/u);
        expect(shortText(short, max) ?? "").toBe(short);
      }),
      { numRuns: 2000 },
    );
  });

  test("that is cut ends in an ellipsis and never in half a character", () => {
    expect(shortText("abcdef", 4)).toBe("abc…");
    expect(shortText("ab😀def", 4)).toBe("ab…");
  });

  test("stands in for a title that is missing", () => {
    expect(titleOf("", "PAY-12")).toBe("PAY-12");
    expect(titleOf("x".repeat(300), "PAY-12")).toHaveLength(titleLengthMax);
  });
});

test.each([
  ["todo", true],
  ["in-progress", true],
  ["done", false],
  ["dropped", false],
] as const)("work that is %s is open: %s", (status, is) => {
  expect(isOpen({ status })).toBe(is);
});
