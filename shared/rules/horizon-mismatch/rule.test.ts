import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { dependencyId } from "#shared/model/ids.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import {
  blockedBy,
  goal,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  unitId,
  workItem,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, link, now, source, wholeSources } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { horizonMismatch } from "./rule.ts";

function evaluate(id: SubjectId, parts: GraphParts, options: unknown = {}): Evaluation {
  return horizonMismatch.evaluate({
    view: graphOf(parts),
    subjectId: id,
    options: horizonMismatch.options.parse(options),
    now,
  });
}
const due = (day: string) => ({ dueOn: day as never });
const work = (name: string, day?: string, given: Partial<WorkItem> = {}) =>
  workItem(name, { ...(day !== undefined && due(day)), ...given });
const aim = (name: string, day?: string, given: Partial<Goal> = {}) =>
  goal(name, { ...(day !== undefined && due(day)), ...given });

describe("work that serves a goal", () => {
  const edges = [link("epic", "g")];
  const of = (item: WorkItem, goals: readonly Goal[], more: Partial<GraphParts> = {}) =>
    evaluate(itemId("epic"), { items: [item], goals, edges, ...more });

  test("is told of where it is due after the goal ends, with both dates", () => {
    expect(of(work("epic", "2026-04-03"), [aim("g", "2026-03-31")])).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Due after its goal ends: EPIC Work epic",
      evidence: {
        sentence:
          "The epic “Work epic” is due on 2026-04-03, 3 days after the goal that it serves, “Goal g”, ends on 2026-03-31.",
        path: [{ role: "subject" }, { role: "goal" }],
        facts: { kind: "after-goal", daysLate: 3 },
      },
    });
  });

  test("is in time on the goal's last day, and within the days of tolerance", () => {
    expect(of(work("epic", "2026-03-31"), [aim("g", "2026-03-31")])).toMatchObject({
      because: "in-time",
    });
    const parts = { items: [work("epic", "2026-04-03")], goals: [aim("g", "2026-03-31")], edges };
    expect(evaluate(itemId("epic"), parts, { toleranceDays: 3 })).toMatchObject({
      because: "in-time",
    });
  });

  test("is not too late as long as it serves one goal that goes on for longer, or has no end", () => {
    const item = work("epic", "2026-04-03");
    const two = { edges: [...edges, link("epic", "h")] };
    const late = aim("g", "2026-03-31");
    expect(of(item, [late, aim("h", "2026-06-30")], two)).toMatchObject({ because: "in-time" });
    expect(of(item, [late, aim("h")], two)).toMatchObject({ because: "in-time" });
    // What is done or dropped is not what it is for.
    expect(of(item, [late, aim("h", undefined, { status: "done" })], two)).toMatchObject({
      state: "open",
    });
  });

  test("is not called too late while it serves a goal that was never read: that may go on for longer", () => {
    const item = work("epic", "2026-04-03");
    const late = [aim("g", "2026-03-31")];
    const two = [...edges, link("epic", "h")];
    expect(of(item, late, { edges: two })).toEqual({ state: "cleared", because: "goal-unread" });
    const gone = { edges: two, removed: [goalId("h")] };
    expect(of(item, late, gone)).toMatchObject({ state: "open" });
    const mere = { edges: [...edges, link("epic", "h", { source: "suggestion" })] };
    expect(of(item, late, mere)).toMatchObject({ state: "open" });
  });

  test.each<[because: string, item: WorkItem | undefined, more?: Partial<GraphParts>]>([
    ["removed", undefined],
    ["nothing-due", work("epic")],
    ["nothing-due", work("epic", "2026-04-03", { status: "done" })],
    ["in-time", work("epic", "2026-04-03"), { edges: [] }],
    ["in-time", work("epic", "2026-04-03"), { edges: [link("epic", "g", { expiresAt: earlier })] }],
  ])("is quiet because: %s", (because, item, more) => {
    const parts = { items: item ? [item] : [], goals: [aim("g", "2026-03-31")], edges, ...more };
    expect(evaluate(itemId("epic"), parts)).toMatchObject({ state: "cleared", because });
  });

  test("is left as it stands while the goals' tool stands still", () => {
    const sources = wholeSources.map((one) =>
      one.id === goalConnection ? source(one.id, { isStale: true }) : one,
    );
    expect(of(work("epic", "2026-04-03"), [aim("g", "2026-03-31")], { sources })).toMatchObject({
      state: "unknown",
    });
  });
});

describe("work that waits", () => {
  const edges = [blockedBy(itemId("a"), itemId("b"))];
  const subject = dependencyId(itemId("a"), itemId("b"));
  const org = new Org({
    units: [orgUnit("red"), orgUnit("blue")],
    people: [],
    accounts: [],
    matches: [],
  });
  const of = (a: WorkItem, b: WorkItem) => evaluate(subject, { items: [a, b], edges, org });

  test("for what is due later is told of within a team, and where a team is not known", () => {
    for (const teamName of ["red", "nobody"]) {
      const found = of(
        work("a", "2026-04-01", { teamName: "red" }),
        work("b", "2026-04-02", { teamName }),
      );
      expect(found).toMatchObject({
        state: "open",
        title: "Due after what waits for it: B Work b",
        evidence: {
          sentence:
            "“A Work a” is due on 2026-04-01, and waits for “B Work b”, which is due on 2026-04-02: a day too late.",
          facts: { kind: "after-blocked", daysLate: 1 },
        },
        teamIds: [unitId("red")],
      });
    }
  });

  test("across a boundary is for the rule about boundaries to tell", () => {
    const found = of(
      work("a", "2026-04-01", { teamName: "red" }),
      work("b", "2026-04-02", { teamName: "blue" }),
    );
    expect(found).toMatchObject({ because: "told-by-blocked-across-boundary" });
  });

  test.each([
    ["in-time", work("a", "2026-04-02"), work("b", "2026-04-02")],
    ["in-time", work("a"), work("b", "2026-04-02")],
    ["finished", work("a", "2026-04-01"), work("b", "2026-04-02", { status: "done" })],
  ])("is quiet because: %s", (because, a, b) => {
    expect(of(a, b)).toMatchObject({ state: "cleared", because });
  });
});

test("a change of what has no date touches nothing", () => {
  const before = workItem("a");
  expect(horizonMismatch.touched({ before, after: { ...before, status: "done" } })).toEqual([]);
});
