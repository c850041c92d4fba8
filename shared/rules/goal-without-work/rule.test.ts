import { describe, expect, test } from "vitest";

import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { CalendarDate, dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  peopleConnection,
  testEpochMs,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, link, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import { goalWithoutWork } from "./rule.ts";

const startOn = CalendarDate.parse("2026-02-01");
const begun = (name: string, given: Parameters<typeof goal>[1] = {}) =>
  goal(name, { startOn, ...given });

function evaluate(name: string, parts: GraphParts, options: unknown = {}): Evaluation {
  return goalWithoutWork.evaluate({
    view: graphOf(parts),
    subjectId: goalId(name),
    options: goalWithoutWork.options.parse(options),
    now,
  });
}

describe("a goal without work", () => {
  test("is told with since when it has counted", () => {
    const dueOn = CalendarDate.parse("2026-06-30");
    expect(evaluate("g", { goals: [begun("g", { dueOn })] })).toMatchObject({
      state: "open",
      severity: "warning",
      title: "No work for Goal g",
      evidence: {
        sentence:
          "The objective “Goal g” has counted since 2026-02-01, and it is due on 2026-06-30, and no work is linked to it, done or open, nor any goal below it.",
        path: [{ id: goalId("g"), role: "goal" }],
        facts: { kind: "objective", since: "2026-02-01", dueOn: "2026-06-30" },
      },
      connectionIds: [goalConnection],
    });
  });

  const g = begun("g");
  test.each<[because: string, parts: GraphParts]>([
    ["removed", {}],
    ["closed", { goals: [begun("g", { status: "done" })] }],
    ["age-unknown", { goals: [goal("g")] }],
    ["too-early", { goals: [goal("g", { startOn: CalendarDate.parse("2026-02-20") })] }],
    ["too-early", { goals: [begun("g", { createdAt: instantOf(testEpochMs - 13 * dayMs) })] }],
    ["has-goals-below", { goals: [g, goal("kr", { parentId: goalId("g") })] }],
    ["has-goals-below", { goals: [g, goal("kr", { parentId: goalId("g"), status: "done" })] }],
    ["has-goals-below", { goals: [g, goal("kr")], edges: [linkTo(goalId("kr"), goalId("g"))] }],
    ["has-work", { goals: [g], items: [workItem("a")], edges: [link("a", "g")] }],
    [
      "has-work",
      { goals: [g], items: [workItem("a", { status: "done" })], edges: [link("a", "g")] },
    ],
    ["work-unread", { goals: [g], edges: [link("never-read", "g")] }],
    ["work-unread", { goals: [g], edges: [linkTo(goalId("never-read"), goalId("g"))] }],
    [
      "has-link-rule",
      { goals: [g], linkRules: compileLinkRules([linkRule("x", "label = x")], now) },
    ],
  ])("is none, because %s", (because, parts) => {
    expect(evaluate("g", parts)).toMatchObject({ state: "cleared", because });
  });

  test("is told when the last link rule that gave it work has expired, and looked at again then", () => {
    const until = (ms: number) => ({ expiresAt: instantOf(epochMsOf(now) + ms) });
    const over = linkRule("over", "label = x", until(0));
    const [sooner, later] = [
      linkRule("a", "label = x", until(1)),
      linkRule("b", "kind = epic", until(9)),
    ];
    const given = (...rules: Parameters<typeof compileLinkRules>[0]) =>
      evaluate("g", { goals: [g], linkRules: compileLinkRules(rules, now) });
    expect(given(over)).toMatchObject({ state: "open" });
    expect(given(over, later, sooner)).toEqual({
      state: "cleared",
      because: "has-link-rule",
      turnsAt: later.expiresAt,
    });
    expect(given(later, linkRule("always", "label = x"))).toEqual({
      state: "cleared",
      because: "has-link-rule",
    });
  });

  test.each<[what: string, parts: GraphParts]>([
    [
      "a link to dropped work",
      { items: [workItem("a", { status: "dropped" })], edges: [link("a", "g")] },
    ],
    [
      "an expired link",
      { items: [workItem("a")], edges: [link("a", "g", { expiresAt: earlier })] },
    ],
    ["a suggestion", { items: [workItem("a")], edges: [link("a", "g", { source: "suggestion" })] }],
    ["removed work", { removed: [itemId("a")], edges: [link("a", "g")] }],
    ["a dropped goal below", { goals: [goal("kr", { parentId: goalId("g"), status: "dropped" })] }],
  ])("is one still with %s", (_what, parts) => {
    const goals = [g, ...(parts.goals ?? [])];
    expect(evaluate("g", { ...parts, goals }).state).toBe("open");
  });

  test("is looked at again when its days are over", () => {
    const start = CalendarDate.parse("2026-02-20");
    expect(evaluate("g", { goals: [goal("g", { startOn: start })] })).toMatchObject({
      turnsAt: "2026-03-06T00:00:00.000Z",
    });
  });

  test.each<[id: typeof workConnection, given: object]>([
    [workConnection, { isStale: true }],
    [workConnection, { isReady: false }],
    [goalConnection, { isStale: true }],
  ])("leaves what stands while %s is %j", (id, given) => {
    const sources = [workConnection, goalConnection].map((one) =>
      source(one, one === id ? given : {}),
    );
    expect(evaluate("g", { goals: [g], sources }).state).toBe("unknown");
  });

  test("is not told where nothing that could hold work is connected, and does not wait for people", () => {
    const only = [source(goalConnection, { providesWork: false })];
    expect(evaluate("g", { goals: [g], sources: only })).toMatchObject({
      state: "unknown",
      because: "no-work-connected",
    });
    const people = source(peopleConnection, { providesWork: false, isStale: true });
    const sources = [source(workConnection), source(goalConnection), people];
    expect(evaluate("g", { goals: [g], sources }).state).toBe("open");
  });
});

describe("what touches a goal without work", () => {
  test("work that comes, goes or is dropped, and no other change of it", () => {
    const touched = (given: Parameters<typeof workItem>[1]) =>
      goalWithoutWork.touched({ before: workItem("a"), after: workItem("a", given) });
    expect(touched({ status: "dropped" })).toEqual([{ kind: "goals-of", itemId: itemId("a") }]);
    expect(touched({ status: "done", title: "Other" })).toEqual([]);
  });

  test("a link that comes may only end one; one that goes may bring one about", () => {
    const stored = { ...linkTo(itemId("a"), goalId("g")), createdAt: now } as never;
    expect(goalWithoutWork.touched({ after: stored })).toMatchObject([{ onlyOpen: true }]);
    expect(goalWithoutWork.touched({ before: stored })).toMatchObject([{ onlyOpen: false }]);
  });

  test("a goal that moves: both that it was and is under", () => {
    const [before, after] = [
      goal("kr", { parentId: goalId("old") }),
      goal("kr", { parentId: goalId("new") }),
    ];
    expect(goalWithoutWork.touched({ before, after })).toEqual([
      { kind: "goals-above", goalId: goalId("kr") },
      { kind: "subject", id: goalId("old") },
    ]);
  });
});
