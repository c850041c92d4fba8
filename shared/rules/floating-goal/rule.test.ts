import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  testEpochMs,
  unitId,
  workConnection,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { floatingGoal } from "./rule.ts";

const daysAgo = (days: number) => instantOf(testEpochMs - days * dayMs);
const old = (name: string, given: Parameters<typeof goal>[1] = {}) =>
  goal(name, { createdAt: daysAgo(30), ...given });
const serves = (from: string, to: string, given = {}) => ({
  ...linkTo(goalId(from), goalId(to)),
  ...given,
});

function evaluate(name: string, parts: GraphParts, options: unknown = {}): Evaluation {
  return floatingGoal.evaluate({
    view: graphOf(parts),
    subjectId: goalId(name),
    options: floatingGoal.options.parse(options),
    now,
  });
}

describe("a floating goal", () => {
  test("is told with its kind, its age and whose it is", () => {
    const org = new Org({
      units: [orgUnit("red")],
      people: [person("ann", { unitId: unitId("red") })],
      accounts: [],
      matches: [],
    });
    const found = evaluate("g", { goals: [old("g", { teamName: "red" })], org });
    expect(found).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Serves no other goal: Goal g",
      evidence: {
        sentence: "The objective “Goal g” serves no other goal. It was made on 2026-01-31.",
        path: [{ id: goalId("g"), role: "subject", label: "Goal g" }],
        facts: { kind: "objective", reason: "no-parent" },
      },
      teamIds: [unitId("red")],
      leaderId: personId("ann"),
      connectionIds: [goalConnection],
    });
  });

  test.each<[because: string, parts: GraphParts]>([
    ["removed", {}],
    ["closed", { goals: [old("g", { status: "done" })] }],
    ["top-of-tree", { goals: [old("g", { kind: "theme" })] }],
    ["tool-cannot-hold-link", { goals: [old("g", { canHoldGoal: false })] }],
    ["serves-a-goal", { goals: [old("g", { parentId: goalId("top") }), goal("top")] }],
    ["serves-a-goal", { goals: [old("g"), goal("top")], edges: [serves("g", "top")] }],
    [
      "serves-a-goal",
      { goals: [old("g", { parentId: goalId("top") }), goal("top", { status: "done" })] },
    ],
    ["parent-unread", { goals: [old("g", { parentId: goalId("never-read") })] }],
    ["age-unknown", { goals: [goal("g")] }],
    ["too-new", { goals: [goal("g", { seenAt: daysAgo(13) })] }],
  ])("is none, because %s", (because, parts) => {
    expect(evaluate("g", parts)).toMatchObject({ state: "cleared", because });
  });

  test.each<[words: string, parts: GraphParts]>([
    ["was deleted", { removed: [goalId("top")] }],
    ["was dropped", { goals: [goal("top", { status: "dropped" })] }],
  ])("says that the one above it %s", (words, parts) => {
    const goals = [old("g", { parentId: goalId("top") }), ...(parts.goals ?? [])];
    const found = evaluate("g", { ...parts, goals });
    expect(found.state === "open" && found.evidence.sentence).toContain(words);
  });

  test("says that its link to one has expired; a suggestion is no link", () => {
    const goals = [old("g"), goal("top")];
    const expired = evaluate("g", { goals, edges: [serves("g", "top", { expiresAt: earlier })] });
    expect(expired.state === "open" && expired.evidence.facts["reason"]).toBe("link-expired");
    const suggested = evaluate("g", {
      goals,
      edges: [serves("g", "top", { source: "suggestion" })],
    });
    expect(suggested.state === "open" && suggested.evidence.facts["reason"]).toBe("no-parent");
  });

  test("counts from when the hub first read it, where its tool does not say, and to the moment", () => {
    const seen = (ms: number) => evaluate("g", { goals: [goal("g", { seenAt: instantOf(ms) })] });
    const due = testEpochMs - 14 * dayMs;
    expect(seen(due)).toMatchObject({ state: "open" });
    expect(seen(due + 1)).toMatchObject({ state: "cleared", turnsAt: instantOf(testEpochMs + 1) });
  });

  test("may stand at the top of a tree that begins with objectives", () => {
    const options = { topKinds: ["theme", "objective"] };
    expect(evaluate("g", { goals: [old("g")] }, options)).toMatchObject({ because: "top-of-tree" });
  });

  test.each([{ isStale: true }, { isReady: false }])(
    "leaves what stands while a source of goals is %j",
    (given) => {
      const sources = [source(workConnection), source(goalConnection, given)];
      expect(evaluate("g", { goals: [old("g")], sources }).state).toBe("unknown");
    },
  );
});

describe("what touches a floating goal", () => {
  test("its own parent, status and links, and what becomes of a goal above it", () => {
    const moved = floatingGoal.touched({
      before: goal("g"),
      after: goal("g", { parentId: goalId("top") }),
    });
    expect(moved).toEqual([{ kind: "subject", id: goalId("g") }]);
    const dropped = floatingGoal.touched({
      before: goal("g"),
      after: goal("g", { status: "dropped" }),
    });
    expect(dropped).toContainEqual({ kind: "goals-below", goalId: goalId("g") });
    expect(floatingGoal.touched({ buriedId: goalId("g") })).toEqual([
      { kind: "goals-below", goalId: goalId("g") },
    ]);
    expect(floatingGoal.touched({ buriedId: itemId("a") })).toEqual([]);
  });

  test("nothing of its progress or its date", () => {
    const after = goal("g", { progress: 0.5, dueOn: "2026-04-01" as never });
    expect(floatingGoal.touched({ before: goal("g"), after })).toEqual([]);
  });
});
