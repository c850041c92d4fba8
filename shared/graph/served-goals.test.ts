import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { WorkItem } from "#shared/model/facts.ts";
import { goal, goalId, itemId, linkTo, workItem } from "#shared/testing/facts.ts";
import { earlier, graphOf, link, now, under } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { servedGoals } from "./served-goals.ts";

function shares(parts: GraphParts, name = "epic"): Readonly<Record<string, number>> {
  const graph = graphOf(parts);
  const item = graph.item(itemId(name));
  if (!item) throw new Error(`There is no ${name}`);
  const served = servedGoals(graph, item, now);
  return Object.fromEntries(
    served.map(({ goalId: id, share }) => [id.split(":").at(-1) ?? "", Number(share.toFixed(9))]),
  );
}
const above = (name: string, parent: string) => goal(name, { parentId: goalId(parent) });
const goalLink = (from: string, to: string, weight?: number) => ({
  ...linkTo(goalId(from), goalId(to)),
  ...(weight !== undefined && { weight }),
});
const items = [workItem("epic"), under("story", "epic")];

describe("the goals that an item serves", () => {
  test("share it equally where links state no weight, and by their weights where they do", () => {
    const goals = [goal("a"), goal("b")];
    const edges = [link("epic", "a"), link("epic", "b")];
    expect(shares({ items, goals, edges })).toEqual({ a: 0.5, b: 0.5 });
    const weighed = [link("epic", "a", { weight: 0.9 }), link("epic", "b", { weight: 0.3 })];
    expect(shares({ items, goals, edges: weighed })).toEqual({ a: 0.75, b: 0.25 });
  });

  test("are counted as usual where one link has no weight, and equally where all weigh nothing", () => {
    const goals = ["a", "b", "c"].map((name) => goal(name));
    const one = [
      link("epic", "a", { weight: 0.2 }),
      link("epic", "b", { weight: 0.4 }),
      link("epic", "c"),
    ];
    const mixed = shares({ items, goals, edges: one });
    expect(mixed["c"]).toBeCloseTo(1 / 3, 9);
    const none = ["a", "b"].map((to) => link("epic", to, { weight: 0 }));
    expect(shares({ items, goals, edges: none })).toEqual({ a: 0.5, b: 0.5 });
  });

  test("hand on all they get to what is above them, and several ways to one goal are summed", () => {
    const goals = [above("a", "top"), above("b", "top"), goal("top"), goal("other")];
    const edges = [link("epic", "a"), link("epic", "b"), goalLink("b", "other")];
    expect(shares({ items, goals, edges })).toEqual({ top: 0.75, a: 0.5, b: 0.5, other: 0.25 });
  });

  test("are those of the nearest links: its own first, then those of what it is part of", () => {
    const goals = [goal("a"), goal("b")];
    expect(shares({ items, goals, edges: [link("epic", "a")] }, "story")).toEqual({ a: 1 });
    const both = [link("epic", "a"), link("story", "b")];
    expect(shares({ items, goals, edges: both }, "story")).toEqual({ b: 1 });
  });

  test("leave out what holds no more: expired and suggested links, dropped and unread goals", () => {
    const goals = [goal("a", { parentId: goalId("unread") }), goal("b", { status: "dropped" })];
    const edges = [
      link("epic", "a"),
      link("epic", "a", { source: "suggestion", weight: 1 }),
      link("epic", "b"),
      link("epic", "nobody"),
      link("story", "a", { expiresAt: earlier }),
    ];
    expect(shares({ items, goals, edges })).toEqual({ a: 1 });
    expect(shares({ items, goals })).toEqual({});
  });

  test("in a circle of goals count nothing twice", () => {
    const goals = [above("a", "b"), above("b", "c"), above("c", "a")];
    expect(shares({ items, goals, edges: [link("epic", "a")] })).toEqual({ a: 1, b: 1, c: 1 });
  });
});

/** Goals whose edges all lead to a later one, so that there is no circle. */
const acyclic = fc.record({
  edges: fc.uniqueArray(
    fc.record({
      from: fc.nat(7),
      step: fc.integer({ min: 1, max: 7 }),
      weight: fc.option(fc.constantFrom(0, 0.1, 0.5, 1), { nil: undefined }),
    }),
    { selector: ({ from, step }) => `${from} ${step}`, maxLength: 20 },
  ),
  links: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }),
});

interface Edge {
  readonly from: number;
  readonly step: number;
  readonly weight: number | undefined;
}

/** The goal that the edge begins at, and all above it. */
function aboveOf(edge: Edge | undefined, edges: readonly Edge[]): ReadonlySet<string> {
  const above = new Set([`g${edge?.from ?? -1}`]);
  for (const { from, step } of edges.toSorted((a, b) => a.from - b.from)) {
    if (above.has(`g${from}`)) above.add(`g${from + step}`);
  }
  return above;
}

describe("in any goal tree without circles", () => {
  const partsOf = ({ edges, links }: { edges: readonly Edge[]; links: readonly number[] }) => ({
    items,
    goals: Array.from({ length: 16 }, (_, n) => goal(`g${n}`)),
    edges: [
      ...links.map((n) => link("epic", `g${n}`)),
      ...edges.map(({ from, step, weight }) => goalLink(`g${from}`, `g${from + step}`, weight)),
    ],
  });
  const servedIn = (parts: GraphParts) => {
    const graph = graphOf(parts);
    const item: WorkItem = graph.item(itemId("epic")) ?? workItem("epic");
    return servedGoals(graph, item, now);
  };

  test("the shares of the topmost goals sum to 1, and none is more than 1", () => {
    fc.assert(
      fc.property(acyclic, (given) => {
        const served = servedIn(partsOf(given));
        const whole = served
          .filter(({ isTop }) => isTop)
          .reduce((all, { share }) => all + share, 0);
        expect(Math.abs(whole - 1)).toBeLessThan(1e-9);
        for (const { share } of served) expect(share).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test("taking an edge away takes away only what rests on it", () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), (given, pick) => {
        const at = pick % Math.max(1, given.edges.length);
        const gone = given.edges[at];
        const before = servedIn(partsOf(given));
        const after = servedIn(partsOf({ ...given, edges: given.edges.toSpliced(at, 1) }));
        const has = (all: typeof before, id: string) => all.some(({ goalId: own }) => own === id);
        for (const { goalId: id } of after) expect(has(before, id)).toBe(true);
        // Whatever is not above the end of the edge's start is served as much as it was.
        const restsOn = aboveOf(gone, given.edges);
        for (const { goalId: id, share } of before) {
          const name = id.split(":").at(-1) ?? "";
          if (restsOn.has(name) && name !== `g${gone?.from ?? -1}`) continue;
          expect(after.find(({ goalId: own }) => own === id)?.share).toBeCloseTo(share, 9);
        }
      }),
    );
  });
});
