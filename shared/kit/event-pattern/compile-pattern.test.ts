import { describe, expect, test } from "vitest";

import { compilePattern } from "./compile-pattern.ts";

type Case = readonly [name: string, pattern: unknown, event: unknown, matches: boolean];

function run(cases: readonly Case[]): void {
  test.each(cases)("%s", (_name, pattern, event, matches) => {
    expect(compilePattern(pattern).matches(event)).toBe(matches);
  });
}

/** The event that the user guide matches its examples against, shortened to what they ask. */
const instanceEvent = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "111122223333",
  time: "2017-10-02T18:43:48Z",
  region: "us-east-1",
  resources: ["arn:aws:ec2:us-east-1:123456789012:instance/i-1234567890abcdef0"],
  detail: {
    state: "running",
    "c-count": 5,
    "d-count": 3,
    "x-limit": 301.8,
    "source-ip": "10.0.0.33",
    responseElements: null,
    note: "",
  },
};

// Each row follows an example of docs.aws.amazon.com/eventbridge/latest/userguide/
// eb-create-pattern-operators.html, eb-event-patterns-null-values.html or
// eb-event-patterns-arrays.html (read 2026-11), with the values that must and must not match.
describe("the operators of the documentation", () => {
  run([
    ["equals", { source: ["aws.ec2"] }, instanceEvent, true],
    ["equals, another value", { source: ["aws.s3"] }, instanceEvent, false],
    ["equals is case sensitive", { source: ["AWS.ec2"] }, instanceEvent, false],
    [
      "or: one of several values",
      { detail: { state: ["stopped", "running"] } },
      instanceEvent,
      true,
    ],
    ["and: all fields", { source: ["aws.ec2"], region: ["us-east-1"] }, instanceEvent, true],
    [
      "and: one field differs",
      { source: ["aws.ec2"], region: ["eu-west-1"] },
      instanceEvent,
      false,
    ],
    ["an absent field", { detail: { nothing: ["x"] } }, instanceEvent, false],
    ["prefix", { time: [{ prefix: "2017-10-02" }] }, instanceEvent, true],
    ["prefix, elsewhere in the text", { time: [{ prefix: "10-02" }] }, instanceEvent, false],
    ["prefix of a number", { a: [{ prefix: "1" }] }, { a: 12 }, false],
    [
      "prefix, ignoring case",
      { s: [{ prefix: { "equals-ignore-case": "EventB" } }] },
      { s: "eVENTbridge" },
      true,
    ],
    ["suffix", { FileName: [{ suffix: ".png" }] }, { FileName: "a.png" }, true],
    ["suffix, other case", { FileName: [{ suffix: ".png" }] }, { FileName: "a.PNG" }, false],
    [
      "suffix, ignoring case",
      { FileName: [{ suffix: { "equals-ignore-case": ".png" } }] },
      { FileName: "a.PnG" },
      true,
    ],
    [
      "equals-ignore-case",
      { "detail-type": [{ "equals-ignore-case": "ec2 instance state-change notification" }] },
      instanceEvent,
      true,
    ],
    [
      "equals-ignore-case of a part",
      { source: [{ "equals-ignore-case": "AWS" }] },
      instanceEvent,
      false,
    ],
    [
      "anything-but text",
      { detail: { state: [{ "anything-but": "initializing" }] } },
      instanceEvent,
      true,
    ],
    [
      "anything-but text, that text",
      { detail: { state: [{ "anything-but": "running" }] } },
      instanceEvent,
      false,
    ],
    [
      "anything-but number",
      { detail: { "x-limit": [{ "anything-but": 123 }] } },
      instanceEvent,
      true,
    ],
    [
      "anything-but number, that number",
      { detail: { "x-limit": [{ "anything-but": 301.8 }] } },
      instanceEvent,
      false,
    ],
    [
      "anything-but texts",
      { detail: { state: [{ "anything-but": ["stopped", "overloaded"] }] } },
      instanceEvent,
      true,
    ],
    [
      "anything-but texts, one of them",
      { detail: { state: [{ "anything-but": ["stopped", "running"] }] } },
      instanceEvent,
      false,
    ],
    [
      "anything-but numbers",
      { detail: { "x-limit": [{ "anything-but": [100, 200, 300] }] } },
      instanceEvent,
      true,
    ],
    [
      "anything-but prefix",
      { Region: [{ "anything-but": { prefix: "us-" } }] },
      { Region: "eu-west-1" },
      true,
    ],
    [
      "anything-but prefix, with it",
      { Region: [{ "anything-but": { prefix: "us-" } }] },
      { Region: "us-east-1" },
      false,
    ],
    [
      "anything-but prefixes",
      { Region: [{ "anything-but": { prefix: ["us-", "eu-"] } }] },
      { Region: "eu-west-1" },
      false,
    ],
    [
      "anything-but suffix",
      { FileName: [{ "anything-but": { suffix: ".txt" } }] },
      { FileName: "a.png" },
      true,
    ],
    [
      "anything-but suffixes",
      { FileName: [{ "anything-but": { suffix: [".txt", ".rtf"] } }] },
      { FileName: "a.rtf" },
      false,
    ],
    [
      "anything-but, ignoring case",
      { state: [{ "anything-but": { "equals-ignore-case": "initializing" } }] },
      { state: "INITIALIZING" },
      false,
    ],
    [
      "anything-but several, ignoring case",
      { state: [{ "anything-but": { "equals-ignore-case": ["initializing", "stopped"] } }] },
      { state: "Running" },
      true,
    ],
    [
      "anything-but wildcard",
      { FilePath: [{ "anything-but": { wildcard: "*/lib/*" } }] },
      { FilePath: "/a/lib/b" },
      false,
    ],
    [
      "anything-but wildcards",
      { FilePath: [{ "anything-but": { wildcard: ["*/lib/*", "*/bin/*"] } }] },
      { FilePath: "/a/src/b" },
      true,
    ],
    [
      "numeric, half open range",
      { detail: { "c-count": [{ numeric: [">", 0, "<=", 5] }] } },
      instanceEvent,
      true,
    ],
    [
      "numeric, less than",
      { detail: { "d-count": [{ numeric: ["<", 10] }] } },
      instanceEvent,
      true,
    ],
    [
      "numeric, equal in exponent form",
      { detail: { "x-limit": [{ numeric: ["=", 3.018e2] }] } },
      instanceEvent,
      true,
    ],
    ["numeric, open lower end", { a: [{ numeric: [">", 5] }] }, { a: 5 }, false],
    ["numeric, closed lower end", { a: [{ numeric: [">=", 5, "<", 6] }] }, { a: 5 }, true],
    ["numeric, open upper end", { a: [{ numeric: [">=", 5, "<", 6] }] }, { a: 6 }, false],
    ["numeric of text", { a: [{ numeric: ["=", 5] }] }, { a: "5" }, false],
    ["numeric, at the limit", { a: [{ numeric: ["<=", 5e9] }] }, { a: 5e9 }, true],
    ["numeric, beyond the limit", { a: [{ numeric: [">", 0] }] }, { a: 5e9 + 1 }, false],
    ["cidr", { detail: { "source-ip": [{ cidr: "10.0.0.0/24" }] } }, instanceEvent, true],
    ["cidr, outside", { detail: { "source-ip": [{ cidr: "10.0.1.0/24" }] } }, instanceEvent, false],
    ["cidr, not on a byte", { ip: [{ cidr: "10.0.0.32/28" }] }, { ip: "10.0.0.47" }, true],
    ["cidr, just above", { ip: [{ cidr: "10.0.0.32/28" }] }, { ip: "10.0.0.48" }, false],
    ["cidr of all", { ip: [{ cidr: "0.0.0.0/0" }] }, { ip: "255.255.255.255" }, true],
    ["cidr v6", { ip: [{ cidr: "2001:db8::/32" }] }, { ip: "2001:db8:ffff::1" }, true],
    ["cidr v6, outside", { ip: [{ cidr: "2001:db8::/32" }] }, { ip: "2001:db9::1" }, false],
    ["cidr v6 does not hold a v4 address", { ip: [{ cidr: "::/0" }] }, { ip: "10.0.0.1" }, false],
    ["cidr of no address", { ip: [{ cidr: "0.0.0.0/0" }] }, { ip: "ten" }, false],
    ["exists", { detail: { state: [{ exists: true }] } }, instanceEvent, true],
    ["exists, absent", { detail: { nothing: [{ exists: true }] } }, instanceEvent, false],
    ["exists: false, absent", { detail: { nothing: [{ exists: false }] } }, instanceEvent, true],
    ["exists: false, present", { detail: { state: [{ exists: false }] } }, instanceEvent, false],
    [
      "exists: false, parent absent",
      { other: { deep: { field: [{ exists: false }] } } },
      instanceEvent,
      true,
    ],
    ["null", { detail: { responseElements: [null] } }, instanceEvent, true],
    ["null is not empty text", { detail: { responseElements: [""] } }, instanceEvent, false],
    ["null is not absence", { detail: { nothing: [null] } }, instanceEvent, false],
    ["empty text", { detail: { note: [""] } }, instanceEvent, true],
    ["empty text is not null", { detail: { note: [null] } }, instanceEvent, false],
    ["wildcard", { EventBusArn: [{ wildcard: "*.png" }] }, { EventBusArn: "dir/a.png" }, true],
    ["wildcard, in between", { f: [{ wildcard: "dir/*.png" }] }, { f: "dir/a/b.png" }, true],
    ["wildcard, twice", { f: [{ wildcard: "a*b*c" }] }, { f: "abxbc" }, true],
    ["wildcard, nothing for the star", { f: [{ wildcard: "a*b" }] }, { f: "ab" }, true],
    ["wildcard, ends must not overlap", { f: [{ wildcard: "aba*aba" }] }, { f: "ababa" }, false],
    [
      "wildcard, middle must not overlap the end",
      { f: [{ wildcard: "*ab*b" }] },
      { f: "xab" },
      false,
    ],
    ["wildcard, only a star", { f: [{ wildcard: "*" }] }, { f: "" }, true],
    ["wildcard, escaped star", { f: [{ wildcard: String.raw`a\*b` }] }, { f: "a*b" }, true],
    [
      "wildcard, escaped star is no wildcard",
      { f: [{ wildcard: String.raw`a\*b` }] },
      { f: "axb" },
      false,
    ],
    [
      "wildcard, escaped backslash",
      { f: [{ wildcard: String.raw`a\\*` }] },
      { f: String.raw`a\b` },
      true,
    ],
    ["wildcard of a number", { f: [{ wildcard: "*" }] }, { f: 5 }, false],
    ["$or, first", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { a: "x" }, true],
    ["$or, second", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: "y" }, true],
    ["$or, none", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { a: "y", b: "x" }, false],
    [
      "$or beside a field",
      { source: ["s"], $or: [{ a: ["x"] }, { b: ["y"] }] },
      { source: "t", a: "x" },
      false,
    ],
    [
      "$or, operators",
      {
        detail: {
          $or: [{ "c-count": [{ numeric: [">", 10] }] }, { "d-count": [{ numeric: ["<", 10] }] }],
        },
      },
      instanceEvent,
      true,
    ],
    ["$or, and inside", { $or: [{ a: ["x"], b: ["y"] }, { c: ["z"] }] }, { a: "x" }, false],
    [
      "$or, nested",
      { $or: [{ a: ["x"], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] },
      { a: "x", c: 1 },
      true,
    ],
    [
      "$or, nested, inner fails",
      { $or: [{ a: ["x"], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] },
      { a: "x" },
      false,
    ],
    [
      "$or, two at once",
      { $or: [{ a: [1] }, { b: [1] }], d: { $or: [{ e: [1] }, { f: [1] }] } },
      { b: 1, d: { e: 1 } },
      true,
    ],
    ["$or, the same field in each", { $or: [{ a: [1] }, { a: [2] }] }, { a: 2 }, true],
  ]);
});

describe("arrays", () => {
  const staff = {
    staff: [
      { first: "Ada", last: "King" },
      { first: "Mary", last: "Jones", tags: ["x", "y"] },
    ],
  };
  run([
    [
      "any element of a leaf array",
      { resources: [{ prefix: "arn:aws:ec2" }] },
      instanceEvent,
      true,
    ],
    ["the intersection of two lists", { a: [1, 2] }, { a: [2, 3] }, true],
    ["no common element", { a: [1, 2] }, { a: [3, 4] }, false],
    ["a field inside the elements", { staff: { first: ["Mary"] } }, staff, true],
    [
      "two fields of the same element",
      { staff: { first: ["Mary"], last: ["Jones"] } },
      staff,
      true,
    ],
    [
      "two fields of different elements",
      { staff: { first: ["Ada"], last: ["Jones"] } },
      staff,
      false,
    ],
    [
      "two fields of different elements through $or",
      { staff: { first: ["Ada"] }, $or: [{ staff: { last: ["Jones"] } }, { z: [1] }] },
      staff,
      false,
    ],
    [
      "two fields of the same element through $or",
      { staff: { first: ["Ada"] }, $or: [{ staff: { last: ["King"] } }, { z: [1] }] },
      staff,
      true,
    ],
    [
      "arrays in arrays",
      { a: { b: [1], c: [2] } },
      { a: [[{ b: 1, c: 3 }], [{ b: 1, c: 2 }]] },
      true,
    ],
    [
      "arrays in arrays, different elements",
      { a: { b: [1], c: [2] } },
      { a: [[{ b: 1 }, { c: 2 }]] },
      false,
    ],
    [
      "arrays at two depths",
      { a: { b: { c: [1], d: [2] } } },
      { a: [{ b: [{ c: 1 }] }, { b: [{ d: 2 }, { c: 1, d: 2 }] }] },
      true,
    ],
    ["nested leaf arrays", { a: [3] }, { a: [[1, 2], [3]] }, true],
    [
      "anything-but holds if any element differs",
      { a: [{ "anything-but": "x" }] },
      { a: ["x", "y"] },
      true,
    ],
    [
      "anything-but fails if no element differs",
      { a: [{ "anything-but": "x" }] },
      { a: ["x", "x"] },
      false,
    ],
    ["an empty array counts as absent", { a: [{ exists: false }] }, { a: [] }, true],
    ["an empty array does not exist", { a: [{ exists: true }] }, { a: [] }, false],
    [
      "absence is asked of the whole event",
      { staff: { first: ["Ada"], tags: [{ exists: false }] } },
      staff,
      false,
    ],
    [
      "an array of objects lacks a field no element has",
      { staff: { first: ["Ada"], age: [{ exists: false }] } },
      staff,
      true,
    ],
    [
      "an empty array of objects lacks every field",
      { a: { b: [{ exists: false }] } },
      { a: [] },
      true,
    ],
  ]);
});

describe("leaves", () => {
  run([
    ["exists does not see an object", { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ["exists: false sees an object as absent", { a: [{ exists: false }] }, { a: { b: 1 } }, true],
    ["null exists", { a: [{ exists: true }] }, { a: null }, true],
    ["absent or a value, absent", { a: [{ exists: false }, "x"] }, {}, true],
    ["absent or a value, the value", { a: [{ exists: false }, "x"] }, { a: "x" }, true],
    ["absent or a value, another", { a: [{ exists: false }, "x"] }, { a: "y" }, false],
    [
      "absent deep inside an absent parent beside a wanted field",
      { a: { b: [{ exists: false }], c: [1] } },
      {},
      false,
    ],
    ["anything-but needs the field", { a: [{ "anything-but": "x" }] }, {}, false],
    [
      "anything-but text matches null, booleans and numbers",
      { a: [{ "anything-but": "x" }], b: [{ "anything-but": "x" }], c: [{ "anything-but": "x" }] },
      { a: null, b: false, c: 1 },
      true,
    ],
    ["anything-but number matches text", { a: [{ "anything-but": 5 }] }, { a: "5" }, true],
    [
      "anything-but prefix matches a number",
      { a: [{ "anything-but": { prefix: "1" } }] },
      { a: 12 },
      true,
    ],
    ["numbers compare by value", { a: [300] }, JSON.parse('{"a":300.0}'), true],
    ["a number is not its text", { a: [1] }, { a: "1" }, false],
    ["true is not its text", { a: [true] }, { a: "true" }, false],
    ["false", { a: [false] }, { a: false }, true],
    [
      "an IPv6 address in another spelling",
      { a: ["2001:db8::1"] },
      { a: "2001:0DB8:0:0:0:0:0:1" },
      true,
    ],
    ["text with colons that is no address", { a: ["a:b"] }, { a: "a:b" }, true],
    [
      "a field of every object's prototype is absent",
      { a: { constructor: [{ exists: true }] } },
      { a: {} },
      false,
    ],
    ["an event that is no object", { a: ["x"] }, "x", false],
    ["an event that is null", { a: ["x"] }, null, false],
  ]);
});

test("a Lambda filter looks into a DynamoDB stream record", () => {
  const filter = compilePattern({
    eventName: ["INSERT", "MODIFY"],
    dynamodb: { NewImage: { entity: { S: ["signal"] }, version: { N: [{ prefix: "1" }] } } },
  });
  const record = (entity: string) => ({
    eventName: "INSERT",
    dynamodb: { NewImage: { entity: { S: entity }, version: { N: "12" } } },
  });
  expect(filter.matches(record("signal"))).toBe(true);
  expect(filter.matches(record("alert"))).toBe(false);
  expect(filter.matches({ eventName: "REMOVE", dynamodb: { Keys: {} } })).toBe(false);
});
