import { describe, expect, test } from "vitest";

import type { Evaluation } from "#shared/kit/rule.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import {
  goal,
  goalId,
  itemId,
  testEpochMs,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { graphOf, link, now, source, under, wholeSources } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { staleByEvidence } from "./rule.ts";

function evaluate(id: SubjectId, parts: GraphParts, options: unknown = {}): Evaluation {
  return staleByEvidence.evaluate({
    view: graphOf(parts),
    subjectId: id,
    options: staleByEvidence.options.parse(options),
    now,
  });
}

/** Last heard of so many days ago; what is stored may be three days behind. */
const heard = (days: number) => ({ sourceVersion: testEpochMs - days * dayMs });
const silent = heard(33);

describe("work in progress", () => {
  test("without a sign of life is told of, with how long", () => {
    expect(evaluate(itemId("epic"), { items: [workItem("epic", silent)] })).toMatchObject({
      state: "open",
      severity: "info",
      title: "No sign of life: EPIC Work epic",
      evidence: {
        sentence:
          "The epic “Work epic” is in progress, and its tool has told of no change for more than 30 days, nor of anything under it.",
        facts: { days: 30 },
      },
    });
  });

  test("is alive until the last day, and says when it may not be", () => {
    const items = [workItem("epic", heard(32))];
    expect(evaluate(itemId("epic"), { items })).toMatchObject({
      state: "cleared",
      because: "alive",
      turnsAt: instantOf(testEpochMs + dayMs),
    });
    expect(evaluate(itemId("epic"), { items }, { days: 29 })).toMatchObject({ state: "open" });
  });

  test("is alive while anything under it is, however far down and whether open or not", () => {
    const items = [
      workItem("epic", silent),
      under("story", "epic", silent),
      under("task", "story", { ...heard(1), status: "done" }),
    ];
    expect(evaluate(itemId("epic"), { items })).toMatchObject({
      state: "cleared",
      turnsAt: instantOf(testEpochMs + 32 * dayMs),
    });
    const dead = items.map((item) => ({ ...item, ...silent }));
    expect(evaluate(itemId("epic"), { items: dead })).toMatchObject({ state: "open" });
  });

  test("under other work is looked at where a statement links it to a goal", () => {
    const parts = { items: [workItem("epic"), under("story", "epic", silent)], goals: [goal("g")] };
    const of = (edges: GraphParts["edges"]) =>
      evaluate(itemId("story"), { ...parts, ...(edges && { edges }) });
    expect(of([])).toMatchObject({ state: "cleared", because: "not-watched" });
    expect(of([link("story", "g", { source: "suggestion" })])).toMatchObject({ state: "cleared" });
    expect(of([link("story", "g")])).toMatchObject({ state: "open" });
  });

  test.each<[because: string, given: Partial<WorkItem>]>([
    ["not-in-progress", { status: "todo" }],
    ["not-in-progress", { status: "done" }],
    ["not-watched", { kind: "portfolio" }],
  ])("is quiet because: %s", (because, given) => {
    const items = [workItem("epic", { ...silent, ...given })];
    expect(evaluate(itemId("epic"), { items })).toMatchObject({ state: "cleared", because });
  });

  test("of a tool that stands still is left as it stands", () => {
    const sources = wholeSources.map((one) =>
      one.id === workConnection ? source(one.id, { isStale: true }) : one,
    );
    const items = [workItem("epic", silent)];
    expect(evaluate(itemId("epic"), { items, sources })).toMatchObject({ state: "unknown" });
  });
});

test("a goal in progress that nobody has updated is told of after its own time", () => {
  const of = (given: Partial<Goal>) =>
    evaluate(goalId("g"), { goals: [goal("g", { progress: 0.4, ...given })] });
  expect(of(heard(48))).toMatchObject({ state: "open", severity: "warning" });
  expect(of(heard(47))).toMatchObject({ state: "cleared", because: "alive" });
  expect(of({ ...heard(48), status: "todo" })).toMatchObject({ state: "cleared" });
  const { progress: _none, ...bare } = goal("g", { progress: 0.4, ...heard(48) });
  expect(evaluate(goalId("g"), { goals: [bare] })).toMatchObject({ because: "not-watched" });
});

describe("a change", () => {
  const was = under("story", "epic");
  const touched = (after: WorkItem) => staleByEvidence.touched({ before: was, after });

  test("is a sign of life, which can only end what is found above", () => {
    expect(touched({ ...was, sourceVersion: was.sourceVersion + 1 })).toEqual([
      { kind: "subject", id: was.id, onlyOpen: true, mayTurn: true },
      { kind: "ancestors", itemId: itemId("epic"), onlyOpen: true },
    ]);
  });

  test("that was old when it was read can bring something about", () => {
    expect(touched({ ...was, ...silent, readAt: now })[0]).toEqual({ kind: "subject", id: was.id });
  });

  test("of what is not in progress ends a finding at most, and none follows with time", () => {
    const [itself] = touched({ ...was, status: "done" });
    expect(itself).toEqual({ kind: "subject", id: was.id, onlyOpen: true });
  });

  test("of place takes life away from what it leaves", () => {
    expect(touched({ ...was, parentId: itemId("other") })).toContainEqual({
      kind: "ancestors",
      itemId: itemId("epic"),
      onlyOpen: false,
    });
  });
});
