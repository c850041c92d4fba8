import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { goal, itemId, workItem } from "#shared/testing/facts.ts";
import { graphOf, link, now, under } from "#shared/testing/graph.ts";
import { randomGraph } from "#shared/testing/random-graph.ts";

import { depthMax, lineOfSight } from "./line-of-sight.ts";
import type { SightOptions } from "./line-of-sight.ts";
import type { MemoryGraph } from "./view.ts";
import { WholeSight } from "./whole-sight.ts";

function bothWays(graph: MemoryGraph, options: SightOptions) {
  const whole = new WholeSight(graph, options);
  return [...graph.items()].map((item) => {
    const { path: _path, ...walked } = lineOfSight(graph, item, options);
    return { id: item.id, walked, passed: whole.of(item.id) };
  });
}

function expectSame(graph: MemoryGraph, options: Omit<SightOptions, "now">) {
  for (const { walked, passed } of bothWays(graph, { now, ...options }))
    expect(passed).toEqual(walked);
}

/** A chain of so many items, the topmost first. */
function chain(length: number) {
  return Array.from({ length }, (_, at) =>
    at === 0 ? workItem("c0") : under(`c${at}`, `c${at - 1}`),
  );
}

describe("the line of sight of all items at once", () => {
  test.each(["all", "spine"] as const)(
    "is what the walk from each finds, in any graph, looking at homes: %s",
    (homes) => {
      fc.assert(
        fc.property(randomGraph, ({ parts, allowances }) => {
          expectSame(graphOf(parts), { homes, allowances });
        }),
        { numRuns: 3000 },
      );
    },
  );

  test.each(["all", "spine"] as const)("agrees at the depth bound, homes: %s", (homes) => {
    const items = chain(depthMax + 5);
    const far = graphOf({ items, goals: [goal("g")], edges: [link("c0", "g")] });
    expectSame(far, { homes, allowances: [] });
    expectSame(graphOf({ items, goals: [goal("g")] }), { homes, allowances: [] });
    const sight = new WholeSight(far, { now, homes, allowances: [] });
    expect(sight.of(itemId(`c${depthMax}`))?.verdict).toBe("linked");
    expect(sight.of(itemId(`c${depthMax + 1}`))).toMatchObject({
      verdict: "unknown",
      reason: "too-deep",
    });
  });

  test.each([2, depthMax, depthMax + 1, depthMax + 2, 100])(
    "agrees below and in a cycle of %i, and about a way round it",
    (length) => {
      const round = [
        ...chain(length).slice(1),
        workItem("c0", { parentId: itemId(`c${length - 1}`) }),
      ];
      const tail = Array.from({ length: 4 }, (_, at) =>
        under(`t${at}`, at === 0 ? "c1" : `t${at - 1}`),
      );
      const guest = workItem("guest", {
        parentId: itemId("t3"),
        otherParentIds: [itemId("c1"), itemId("nobody")],
      });
      const graph = graphOf({ items: [...round, ...tail, guest], goals: [goal("g")] });
      for (const homes of ["all", "spine"] as const) expectSame(graph, { homes, allowances: [] });
    },
  );
});
