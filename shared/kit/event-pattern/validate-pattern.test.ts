import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import { compilePattern, validatePattern } from "./compile-pattern.ts";

function refusedPaths(pattern: unknown): readonly string[] {
  try {
    validatePattern(pattern);
  } catch (error) {
    if (error instanceof HubError && error.code === "input.invalid") {
      return error.issues.map((issue) => issue.path);
    }
    throw error;
  }
  return [];
}

const alike = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, [1]]));
const or = (prefix: string) =>
  Array.from({ length: 11 }, (_, index) => ({ [`${prefix}${index}`]: [1] }));

describe("refuses, naming the place", () => {
  test.each<readonly [string, unknown, string]>([
    ["text for a pattern", "x", ""],
    ["a list for a pattern", [], ""],
    ["an empty pattern", {}, ""],
    ["an empty object inside", { detail: {} }, "detail"],
    ["a value without a list", { source: "x" }, "source"],
    ["a null", { detail: { a: null } }, "detail.a"],
    ["an empty list", { source: [] }, "source"],
    ["a list in a list", { a: [["x"]] }, "a[0]"],
    ["an unknown operator", { detail: { a: ["x", { contains: "y" }] } }, "detail.a[1].contains"],
    ["a regex", { a: [{ regex: ".*" }] }, "a[0].regex"],
    ["the undocumented exactly", { a: [{ exactly: "x" }] }, "a[0].exactly"],
    ["two operators in one object", { a: [{ prefix: "a", suffix: "b" }] }, "a[0]"],
    ["no operator in an object", { a: [{}] }, "a[0]"],
    ["a prefix that is no text", { a: [{ prefix: 5 }] }, "a[0].prefix"],
    ["a list of prefixes outside anything-but", { a: [{ prefix: ["x"] }] }, "a[0].prefix"],
    ["a prefix with another operator", { a: [{ prefix: { wildcard: "x" } }] }, "a[0].prefix"],
    ["a suffix without text", { a: [{ suffix: { "equals-ignore-case": 5 } }] }, "a[0].suffix"],
    [
      "equals-ignore-case of a number",
      { a: [{ "equals-ignore-case": 5 }] },
      "a[0].equals-ignore-case",
    ],
    ["anything-but of mixed types", { a: [{ "anything-but": ["x", 5] }] }, "a[0].anything-but"],
    ["anything-but of nothing", { a: [{ "anything-but": [] }] }, "a[0].anything-but"],
    ["anything-but of null", { a: [{ "anything-but": null }] }, "a[0].anything-but"],
    ["anything-but of a boolean", { a: [{ "anything-but": [true] }] }, "a[0].anything-but"],
    [
      "anything-but an empty prefix",
      { a: [{ "anything-but": { prefix: "" } }] },
      "a[0].anything-but.prefix",
    ],
    [
      "anything-but no suffix",
      { a: [{ "anything-but": { suffix: [] } }] },
      "a[0].anything-but.suffix",
    ],
    [
      "anything-but numeric",
      { a: [{ "anything-but": { numeric: ["=", 5] } }] },
      "a[0].anything-but.numeric",
    ],
    [
      "anything-but a bad wildcard",
      { a: [{ "anything-but": { wildcard: ["ok*", "**"] } }] },
      "a[0].anything-but.wildcard",
    ],
    ["numeric without a list", { a: [{ numeric: 5 }] }, "a[0].numeric"],
    ["numeric with text", { a: [{ numeric: [">", "5"] }] }, "a[0].numeric"],
    ["numeric with an unknown comparison", { a: [{ numeric: ["!=", 5] }] }, "a[0].numeric"],
    ["numeric, upper bound first", { a: [{ numeric: ["<", 5, ">", 1] }] }, "a[0].numeric"],
    ["numeric, an empty range", { a: [{ numeric: [">", 5, "<", 5] }] }, "a[0].numeric"],
    ["numeric, equality in a range", { a: [{ numeric: ["=", 1, "<", 5] }] }, "a[0].numeric"],
    ["numeric, too large", { a: [{ numeric: ["<", 5e9 + 1] }] }, "a[0].numeric"],
    ["numeric, too many terms", { a: [{ numeric: [">", 0, "<", 5, "<", 6] }] }, "a[0].numeric"],
    ["exists of text", { a: [{ exists: "true" }] }, "a[0].exists"],
    ["cidr without a mask", { a: [{ cidr: "10.0.0.0" }] }, "a[0].cidr"],
    ["cidr of one address", { a: [{ cidr: "10.0.0.1/32" }] }, "a[0].cidr"],
    ["cidr with host bits", { a: [{ cidr: "10.0.0.33/24" }] }, "a[0].cidr"],
    ["cidr with a wrong byte", { a: [{ cidr: "10.0.256.0/24" }] }, "a[0].cidr"],
    ["cidr with too many groups", { a: [{ cidr: "1:2:3:4:5:6:7:8:9/64" }] }, "a[0].cidr"],
    ["cidr with two gaps", { a: [{ cidr: "1::2::3/64" }] }, "a[0].cidr"],
    ["two wildcards in a row", { a: [{ wildcard: "a**b" }] }, "a[0].wildcard"],
    ["an escape of another character", { a: [{ wildcard: String.raw`a\b` }] }, "a[0].wildcard"],
    ["an escape at the end", { a: [{ wildcard: "a\\" }] }, "a[0].wildcard"],
    ["$or of one", { $or: [{ a: [1] }] }, "$or"],
    ["$or without a list", { detail: { $or: { a: [1] } } }, "detail.$or"],
    ["$or of values", { detail: { $or: [{ a: [1] }, 5] } }, "detail.$or[1]"],
    [
      "an operator's name as a field inside $or",
      { $or: [{ prefix: ["x"] }, { a: [1] }] },
      "prefix",
    ],
    ["one field inside and beside $or", { a: [1], $or: [{ a: [2] }, { b: [1] }] }, "a"],
    [
      "one field in two $or",
      { d: { $or: [{ a: [2] }, { b: [1] }] }, $or: [{ d: { a: [1] } }, { c: [1] }] },
      "d.a",
    ],
    ["a leaf that is also a parent", { a: [1], $or: [{ a: { b: [2] } }, { b: [1] }] }, "a"],
    [
      "more than 1000 combinations",
      { a: { $or: or("a") }, b: { $or: or("b") }, c: { $or: or("c") } },
      "c.$or",
    ],
    ["a dotted field name", { "detail.state": ["x"] }, "detail.state"],
    ["a number that JSON cannot hold", { a: [Number.NaN] }, "a[0]"],
    ["a pattern longer than 4096 characters", { a: ["x".repeat(4_096)] }, ""],
  ])("%s", (_name, pattern, path) => {
    expect(refusedPaths(pattern)).toContain(path);
    expect(() => compilePattern(pattern)).toThrow(HubError);
  });
});

test("every problem of a pattern is reported at once", () => {
  expect(refusedPaths({ a: [], b: [{ wat: 1 }], c: 5 })).toEqual(["a", "b[0].wat", "c"]);
});

test("accepts what the documentation allows at its limits", () => {
  expect(refusedPaths(alike)).toEqual([]);
  expect(refusedPaths({ a: { $or: or("a") }, b: { $or: or("b") } })).toEqual([]);
  expect(refusedPaths({ prefix: ["a field may be called like an operator"] })).toEqual([]);
  expect(refusedPaths({ a: [{ prefix: "" }, { cidr: "::/0" }, { numeric: ["=", -5e9] }] })).toEqual(
    [],
  );
});
