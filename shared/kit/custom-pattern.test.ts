import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import { rules } from "#shared/rules/index.ts";

import { deployablePattern, fitsPattern, sampleOf, tryPattern } from "./custom-pattern.ts";
import { exampleSignals } from "./example-signals.ts";

const signals = exampleSignals(rules);
const examples = signals.map((signal) => sampleOf(signal));
const critical: EventPattern = { detail: { severity: ["critical"] } };

function issuesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError) return error.issues.map(({ path }) => path);
    throw error;
  }
  return [];
}

test("what goes without saying is added, and what was said stays", () => {
  expect(deployablePattern(critical)).toEqual({
    source: ["throughline"],
    "detail-type": ["signal.opened.v1", "signal.updated.v1"],
    ...critical,
  });
  const whole = {
    source: [{ prefix: "through" }],
    "detail-type": ["signal.opened.v1"],
    detail: { rule: ["unlinked-work"] },
  };
  expect(deployablePattern(whole)).toEqual(whole);
});

describe("a pattern is refused", () => {
  test.each<readonly [string, EventPattern, readonly string[]]>([
    ["that asks nothing of the finding", { source: ["throughline"] }, ["pattern.detail"]],
    [
      "that only asks for what is always there",
      { detail: { id: [{ exists: true }] } },
      ["pattern.detail"],
    ],
    ["whose prefix is empty", { detail: { title: [{ prefix: "" }] } }, ["pattern.detail"]],
    ["that asks in one branch only", { $or: [critical, { region: ["eu"] }] }, ["pattern.detail"]],
    ["from elsewhere", { source: ["aws.s3"], ...critical }, ["pattern.source"]],
    [
      "over an event that no alert can follow",
      { "detail-type": ["goal.changed.v1"], detail: { change: ["removed"] } },
      ["pattern.detail-type"],
    ],
    [
      "over events by an operator, which may take in others",
      { "detail-type": [{ prefix: "signal." }], ...critical },
      ["pattern.detail-type"],
    ],
    [
      "with an operator that EventBridge does not know",
      { detail: { title: [{ regex: "x" }] } },
      ["detail.title[0].regex"],
    ],
  ])("%s", (_name, pattern, paths) => {
    expect(issuesOf(() => deployablePattern(pattern))).toEqual(paths);
  });

  test("that fits none of the events it was tried on", () => {
    const pattern = deployablePattern({ detail: { rule: ["no-such-rule"] } });
    expect(issuesOf(() => tryPattern(pattern, { open: [], examples }))).toEqual(["pattern"]);
  });

  test("that fits nearly all that is open, but not where little is open", () => {
    const pattern = deployablePattern({ detail: { severity: [{ "anything-but": "info" }] } });
    const warning = examples.filter((_, at) => signals[at]?.severity === "warning").slice(0, 1);
    const many = Array.from({ length: 20 }, () => warning).flat();
    expect(issuesOf(() => tryPattern(pattern, { open: many, examples: [] }))).toEqual(["pattern"]);
    expect(tryPattern(pattern, { open: many.slice(1), examples: [] }).fitting).toHaveLength(19);
  });
});

test("$or asks of the detail when every branch does", () => {
  const pattern = { $or: [critical, { detail: { rule: ["unlinked-work"] } }] };
  expect(issuesOf(() => deployablePattern(pattern))).toEqual([]);
  expect(
    issuesOf(() => deployablePattern({ detail: { $or: [{ a: ["x"] }, { b: ["y"] }] } })),
  ).toEqual([]);
});

test("a signal fits by the event that opened it or by the one that updates it", () => {
  const fits = fitsPattern(
    deployablePattern({ "detail-type": ["signal.updated.v1"], ...critical }),
  );
  expect(signals.filter(fits).map(({ severity }) => severity)).toEqual(rules.map(() => "critical"));
});
