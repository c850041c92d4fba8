import { expect, test } from "vitest";

import { asksAbout, askedFields, mayFitRule } from "./pattern-asks.ts";

test("all fields that a pattern asks about are found, those of its branches too", () => {
  const asked = askedFields({
    source: ["throughline"],
    detail: {
      evidence: { facts: { kind: ["epic"] } },
      $or: [{ teamIds: ["a"] }, { severity: [{ exists: true }], title: [{ prefix: "A" }] }],
    },
  });
  expect([...asked].toSorted()).toEqual([
    "detail.evidence.facts.kind",
    "detail.severity",
    "detail.teamIds",
    "detail.title",
    "source",
  ]);
  expect(asksAbout(asked, "detail.evidence")).toBe(true);
  expect(asksAbout(asked, "detail.evidence.facts.kind.of")).toBe(true);
  expect(asksAbout(asked, "detail.evidence.path")).toBe(false);
  expect(asksAbout(asked, "detail.team")).toBe(false);
});

test.each([
  [{ detail: { rule: ["unlinked-work"] } }, true],
  [{ detail: { rule: ["owner-left"] } }, false],
  [{ detail: { rule: [{ prefix: "unlinked-" }, "x"] } }, true],
  [{ detail: { rule: [{ "anything-but": ["unlinked-work"] }] } }, false],
  [{ detail: { severity: ["warning"] } }, true],
  [{ detail: { $or: [{ rule: ["owner-left"] }, { severity: ["info"] }] } }, true],
  [{ detail: { $or: [{ rule: ["owner-left"] }, { rule: [{ prefix: "c" }] }] } }, false],
  [{ $or: [{ detail: { rule: ["owner-left"] } }, { detail: { rule: ["x"] } }] }, false],
  [{ $or: [{ detail: { rule: ["owner-left"] } }, { source: ["throughline"] }] }, true],
  [{ detail: { rule: [{ exists: false }] } }, false],
])("whether findings of unlinked-work may fit %j: %s", (pattern, expected) => {
  expect(mayFitRule(pattern, "unlinked-work")).toBe(expected);
});
