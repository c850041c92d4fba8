import { describe, expect, test } from "vitest";

import type { Evaluation } from "#shared/kit/rule.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, link, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { closedGoalOpenWork } from "./rule.ts";

const done = goal("g", { status: "done" });

function evaluate(parts: GraphParts): Evaluation {
  const view = graphOf({ goals: [done], ...parts });
  return closedGoalOpenWork.evaluate({ view, subjectId: goalId("g"), options: {}, now });
}

/** `i000` and so on, each linked to the goal. */
function linkedItems(count: number, given: (at: number) => Partial<WorkItem> = () => ({})) {
  const names = Array.from({ length: count }, (_, at) => `i${String(at).padStart(4, "0")}`);
  return {
    items: names.map((name, at) => workItem(name, given(at))),
    edges: names.map((name) => link(name, "g")),
  };
}

describe("a goal that is done, with open work", () => {
  test("is told with the work, goal first", () => {
    expect(evaluate(linkedItems(2))).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Done, with 2 open items: Goal g",
      evidence: {
        sentence:
          "The objective “Goal g” is done, with 2 open items linked to it: “I0000 Work i0000” and “I0001 Work i0001”.",
        path: [
          { id: goalId("g"), role: "goal" },
          { id: itemId("i0000"), role: "listed", url: "https://tool.example/i0000" },
          { id: itemId("i0001"), role: "listed" },
        ],
        facts: { openItems: 2, kind: "objective" },
      },
      connectionIds: [goalConnection],
    });
  });

  test.each<[count: number, words: string, counted: number]>([
    [1, "1 open item", 1],
    [20, "20 open items", 20],
    [21, "more than 20 open items", 20],
    [51, "more than 50 open items", 50],
    [999, "more than 500 open items", 500],
    // One more than is looked at.
    [1240, "more than 500 open items", 500],
  ])("of %d says %s", (count, words, counted) => {
    const found = evaluate(linkedItems(count));
    expect(found).toMatchObject({ evidence: { facts: { openItems: counted } } });
    expect(found.state === "open" && found.title).toBe(`Done, with ${words}: Goal g`);
    expect(found.state === "open" && found.evidence.path.length).toBeLessThanOrEqual(11);
  });

  test("of more than is looked at counts no less than it saw", () => {
    const few = linkedItems(1240, (at) => ({ status: at < 3 ? "todo" : "done" }));
    const found = evaluate(few);
    expect(found.state === "open" && found.title).toContain("at least 3 open items");
  });

  test("says the same of 30 open items as of 31, so that few changes are news", () => {
    const of = (count: number) => evaluate(linkedItems(count));
    expect({ ...of(30), restsOn: [] }).toEqual({ ...of(31), restsOn: [] });
  });

  test.each<[because: string, parts: GraphParts]>([
    ["removed", { goals: [] }],
    ["goal-open", { goals: [goal("g")], ...linkedItems(1) }],
    // Of these, unlinked work is told item by item.
    ["goal-dropped", { goals: [goal("g", { status: "dropped" })], ...linkedItems(1) }],
    ["no-open-work", linkedItems(3, () => ({ status: "done" }))],
    ["no-open-work", { items: [workItem("a")], edges: [link("a", "g", { expiresAt: earlier })] }],
    ["no-open-work", { items: [workItem("a")], edges: [link("a", "g", { source: "suggestion" })] }],
    ["no-open-work", { edges: [link("never-read", "g")] }],
    ["no-open-work", { goals: [done, goal("kr")], edges: [linkTo(goalId("kr"), goalId("g"))] }],
  ])("is none, because %s", (because, parts) => {
    expect(evaluate(parts)).toEqual({ state: "cleared", because });
  });

  test.each([workConnection, goalConnection])("leaves what stands while %s is stale", (id) => {
    const sources = [workConnection, goalConnection].map((one) =>
      source(one, { isStale: one === id }),
    );
    expect(evaluate({ ...linkedItems(1), sources }).state).toBe("unknown");
  });
});

describe("what touches it", () => {
  const touched = (before: Partial<WorkItem>, after: Partial<WorkItem>) =>
    closedGoalOpenWork.touched({ before: workItem("a", before), after: workItem("a", after) });

  test("work that opens; work that closes or is renamed, where it was told of", () => {
    const touch = { kind: "goals-of", itemId: itemId("a") };
    expect(touched({ status: "done" }, {})).toEqual([{ ...touch, onlyOpen: false }]);
    expect(touched({}, { status: "done" })).toEqual([{ ...touch, onlyOpen: true }]);
    expect(touched({}, { title: "Other" })).toEqual([{ ...touch, onlyOpen: true }]);
  });

  test("nothing of work that goes on, or that is over", () => {
    expect(touched({}, { status: "todo" })).toEqual([]);
    expect(touched({ status: "done" }, { status: "done", title: "Other" })).toEqual([]);
  });

  test("a goal that is done, and no progress of one that is not", () => {
    const touches = closedGoalOpenWork.touched({ before: goal("g"), after: done });
    expect(touches).toEqual([{ kind: "subject", id: goalId("g") }]);
    const after = goal("g", { progress: 0.5 });
    expect(closedGoalOpenWork.touched({ before: goal("g"), after })).toEqual([]);
  });
});
