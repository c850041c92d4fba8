import { expect, test } from "vitest";

import { goalId, itemId, workItem } from "#shared/testing/facts.ts";
import { graphOf, now } from "#shared/testing/graph.ts";

import type { GraphAsOf } from "./graph-as-of.ts";
import { dependencyStateAsOf, lineOfSightAsOf } from "./sight-as-of.ts";

/** Two items that are known, and a record that may have said something of them and has forgotten it. */
function graph(given: Partial<GraphAsOf> = {}): GraphAsOf {
  const items = [workItem("a"), workItem("b")];
  return {
    at: now,
    graph: graphOf({ items }),
    told: new Set(),
    unknown: new Set(),
    mayMissLinks: false,
    ...given,
  };
}

test("that nothing stood between two items is said only where nobody can have forgotten it", () => {
  const wait = (past: GraphAsOf) => dependencyStateAsOf(past, itemId("a"), itemId("b")).state;
  expect(wait(graph())).toBe("gone");
  expect(wait(graph({ unknown: new Set([itemId("a")]) }))).toBe("unknown");
  // Whoever is waited for may be who says so.
  expect(wait(graph({ unknown: new Set([goalId("g")]), mayMissLinks: true }))).toBe("unknown");
});

test("that an item had no link is said only where nobody can have forgotten it", () => {
  const item = workItem("a");
  expect(lineOfSightAsOf(graph(), item, []).verdict).toBe("unlinked");
  const forgotten = lineOfSightAsOf(graph({ mayMissLinks: true }), item, []);
  expect([forgotten.verdict, forgotten.reason]).toEqual(["unknown", "past-unknown"]);
});
