import { describe, expect, test } from "vitest";

import type { CalendarDate } from "#shared/model/time.ts";
import { blockedBy, itemId, orgUnit, unitId, workItem } from "#shared/testing/facts.ts";
import { graphOf } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { dependencyState } from "./dependency-state.ts";
import { Org } from "./org.ts";

const [a, b] = [itemId("a"), itemId("b")];
const org = new Org({
  people: [],
  units: [orgUnit("red"), orgUnit("blue")],
  accounts: [],
  matches: [],
});
const red = { teamName: "red" };
const blue = { teamName: "blue" };
const day = (text: string) => text as CalendarDate;

function stateOf(parts: GraphParts) {
  const graph = graphOf({ org, edges: [blockedBy(a, b)], ...parts });
  return dependencyState(graph, graph.dependency(a, b));
}

describe("a dependency", () => {
  test("that nobody asserts any more is gone", () => {
    expect(stateOf({ edges: [], items: [workItem("a"), workItem("b")] })).toEqual({
      state: "gone",
    });
  });

  test("is gone when either end was removed, though the other was never read", () => {
    expect(stateOf({ removed: [b] })).toEqual({ state: "gone" });
    expect(stateOf({ removed: [a], items: [workItem("b")] })).toEqual({ state: "gone" });
  });

  test("is unread while either end is, and says which end it knows", () => {
    expect(stateOf({ items: [workItem("a")] })).toEqual({
      state: "unread",
      blocked: workItem("a"),
    });
    expect(stateOf({ items: [workItem("b")] })).toEqual({
      state: "unread",
      blocking: workItem("b"),
    });
    expect(stateOf({})).toEqual({ state: "unread" });
  });

  test.each(["done", "dropped"] as const)("is finished when either end is %s", (status) => {
    const over = { status };
    expect(stateOf({ items: [workItem("a", over), workItem("b")] }).state).toBe("finished");
    expect(stateOf({ items: [workItem("a"), workItem("b", over)] }).state).toBe("finished");
  });

  test("waits with both teams and the boundary between them", () => {
    expect(stateOf({ items: [workItem("a", red), workItem("b", blue)] })).toMatchObject({
      state: "waiting",
      blockedTeam: { teamId: unitId("red") },
      blockingTeam: { teamId: unitId("blue") },
      boundary: { level: "none", teamIds: [unitId("red"), unitId("blue")] },
      isLate: false,
    });
  });

  test("has no boundary while one team is unknown", () => {
    const state = stateOf({ items: [workItem("a", red), workItem("b")] });
    expect(state).toMatchObject({ state: "waiting", boundary: undefined });
  });

  test.each([
    ["2026-04-01", "2026-04-02", true],
    ["2026-04-01", "2026-04-01", false],
    ["2026-04-01", undefined, false],
    [undefined, "2026-04-02", false],
  ])("due %s, blocked by work due %s: late is %s", (needs, due, isLate) => {
    const items = [
      workItem("a", { ...red, ...(needs !== undefined && { dueOn: day(needs) }) }),
      workItem("b", { ...blue, ...(due !== undefined && { dueOn: day(due) }) }),
    ];
    expect(stateOf({ items })).toMatchObject({ isLate });
  });
});
