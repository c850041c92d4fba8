import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { FactId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { goal, goalId, itemId, workItem } from "#shared/testing/facts.ts";
import { earlier, graphOf, later, link, now } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import type { LineOfSight } from "./line-of-sight.ts";
import { anchorOf, lineOfSight, pathToAnchor } from "./line-of-sight.ts";
import type { MemoryGraph } from "./view.ts";

/** Graphs of small name sets: cycles, several homes, dangling and removed ends are common. */
const anyGraph = fc
  .record({
    items: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 7 }),
        parent: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
        other: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
        canHoldGoal: fc.boolean(),
      }),
      { selector: ({ id }) => id, minLength: 1 },
    ),
    goals: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 3 }),
        parent: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
        status: fc.constantFrom("in-progress" as const, "done" as const, "dropped" as const),
      }),
      { selector: ({ id }) => id },
    ),
    links: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 7 }),
        to: fc.integer({ min: 0, max: 4 }),
        expiresAt: fc.constantFrom(earlier, later, undefined),
        source: fc.constantFrom("native" as const, "suggestion" as const),
      }),
      { maxLength: 6 },
    ),
    removed: fc.subarray([8, 9]),
  })
  .map(
    ({
      items,
      goals,
      links,
      removed,
    }): Required<Omit<GraphParts, "sources" | "org" | "linkRules">> => ({
      items: items.map(({ id, parent, other, canHoldGoal }) =>
        workItem(`w${id}`, {
          canHoldGoal,
          ...(parent !== undefined && { parentId: itemId(`w${parent}`) }),
          ...(parent !== undefined &&
            other !== undefined && { otherParentIds: [itemId(`w${other}`)] }),
        }),
      ),
      goals: goals.map(({ id, parent, status }) =>
        goal(`g${id}`, { status, ...(parent !== undefined && { parentId: goalId(`g${parent}`) }) }),
      ),
      edges: links.map(({ from, to, expiresAt, source: by }) =>
        link(`w${from}`, `g${to}`, { source: by, ...(expiresAt && { expiresAt }) }),
      ),
      removed: removed.map((n) => itemId(`w${n}`)),
    }),
  );

/** Whether this hop leads from one thing to the next in the graph as it stands. */
function hopExists(graph: MemoryGraph, from: FactId, hop: LineOfSight["path"][number]): boolean {
  switch (hop.via) {
    case "parent": {
      const item = graph.item(from as WorkItemId);
      return [item?.parentId, ...(item?.otherParentIds ?? [])].includes(hop.id as WorkItemId);
    }
    case "goal-parent":
      return graph.goal(from as GoalId)?.parentId === hop.id;
    case "link":
    case "goal-link":
      return graph.linksFrom(from as WorkItemId).some(({ toId }) => toId === hop.id);
    case "self":
      return false;
  }
}

describe("in any graph", () => {
  test("every hop of every path exists, no path visits a thing twice, and a linked one ends at a goal", () => {
    fc.assert(
      fc.property(anyGraph, fc.constantFrom("all" as const, "spine" as const), (parts, homes) => {
        const graph = graphOf(parts);
        for (const item of graph.items()) {
          const { path, verdict } = lineOfSight(graph, item, { now, allowances: [], homes });
          expect(path[0]).toMatchObject({ id: item.id, via: "self" });
          for (const [index, hop] of path.slice(1).entries())
            expect(hopExists(graph, path[index]?.id ?? item.id, hop)).toBe(true);
          expect(new Set(path.map(({ id }) => id)).size).toBe(path.length);
          expect(path.at(-1)?.type).toBe(verdict === "linked" ? "goal" : "work-item");
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("an item is linked exactly when a living link hangs on it or above it", () => {
    fc.assert(
      fc.property(anyGraph, (parts) => {
        const graph = graphOf(parts);
        const lives = (one: Link) =>
          one.source !== "suggestion" &&
          (one.expiresAt === undefined || one.expiresAt > now) &&
          (graph.goal(one.toId)?.status ?? "dropped") !== "dropped";
        for (const item of graph.items()) {
          const above = new Set<WorkItem>([item]);
          for (const node of above)
            for (const id of [node.parentId, ...(node.otherParentIds ?? [])]) {
              const parent = id && graph.item(id);
              if (parent) above.add(parent);
            }
          const isLinked = [...above].some((node) => graph.linksFrom(node.id).some(lives));
          const { verdict } = lineOfSight(graph, item, { now, allowances: [] });
          expect(verdict === "linked").toBe(isLinked);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("an anchor is its own anchor, and everything on the way to it has the same", () => {
    fc.assert(
      fc.property(anyGraph, (parts) => {
        const graph = graphOf(parts);
        for (const item of graph.items()) {
          const anchor = anchorOf(graph, item);
          for (const { id } of pathToAnchor(graph, item)) {
            const node = graph.item(id as WorkItemId);
            expect(node && anchorOf(graph, node)).toBe(anchor);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("taking away the link that a verdict rests on never leaves a verdict that rests on it", () => {
    fc.assert(
      fc.property(anyGraph, (parts) => {
        const graph = graphOf(parts);
        for (const item of graph.items()) {
          const used = linkTaken(lineOfSight(graph, item, { now, allowances: [] }));
          const rest = parts.edges.filter(
            (one) => one.type !== "link" || one.fromId !== used?.fromId || one.toId !== used.toId,
          );
          const after = lineOfSight(graphOf({ ...parts, edges: rest }), item, {
            now,
            allowances: [],
          });
          expect(
            used === undefined ||
              linkTaken(after)?.fromId !== used.fromId ||
              linkTaken(after)?.toId !== used.toId,
          ).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function linkTaken({ path }: LineOfSight): Link | undefined {
  return path.find(({ via }) => via === "link")?.link;
}
