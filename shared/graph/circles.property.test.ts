import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { circleAt, circleNodesMax, circlesAmong, onlyWay, reach, wayRound } from "./circles.ts";
import type { Shape } from "./circles.ts";

const nodes = ["a", "b", "c", "d", "e", "f"] as const;
type Node = (typeof nodes)[number];

const edges = fc.uniqueArray(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), {
  maxLength: 14,
  selector: String,
});
const absent = fc.subarray([...nodes], { maxLength: 2 });

function shapeOf(given: readonly (readonly [Node, Node])[], gone: readonly Node[]): Shape<Node> {
  return {
    holds: (id) => !gone.includes(id),
    targets: (id) => given.filter(([from]) => from === id).map(([, to]) => to),
  };
}

/** Whether a way of at least one step leads from one to the other: by trying, not by cleverness. */
function leadsTo(shape: Shape<Node>, from: Node, to: Node): boolean {
  const seen = new Set<Node>();
  const queue = shape.holds(from) ? [from] : [];
  for (const id of queue) {
    for (const target of shape.targets(id).filter((one) => shape.holds(one))) {
      if (target === to) return true;
      if (!seen.has(target)) queue.push(target);
      seen.add(target);
    }
  }
  return false;
}

test("a circle is exactly who can be reached from each other", () => {
  const law = fc.property(edges, absent, (given, gone) => {
    const shape = shapeOf(given, gone);
    for (const id of nodes) {
      const others = nodes.filter((one) => leadsTo(shape, id, one) && leadsTo(shape, one, id));
      const members = leadsTo(shape, id, id) ? [...new Set([id, ...others])].toSorted() : [];
      const circle = circleAt(id, shape);
      expect(circle.state === "found" ? circle.members : []).toEqual(members);
    }
  });
  fc.assert(law, { numRuns: 500 });
});

test("the search over everything finds what the search from each finds, each circle once", () => {
  const law = fc.property(edges, absent, (given, gone) => {
    const shape = shapeOf(given, gone);
    const found = nodes.flatMap((id) => {
      const circle = circleAt(id, shape);
      return circle.state === "found" && circle.members[0] === id ? [circle.members] : [];
    });
    const byFirst = (circles: readonly (readonly Node[])[]) =>
      circles.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
    expect(byFirst(circlesAmong(nodes, shape))).toEqual(byFirst(found));
  });
  fc.assert(law, { numRuns: 500 });
});

test("the way round is made of steps that exist, begins with the first and enters none twice", () => {
  const law = fc.property(edges, absent, (given, gone) => {
    const shape = shapeOf(given, gone);
    for (const members of circlesAmong(nodes, shape)) {
      const way = wayRound(members, shape);
      expect(way[0]).toBe(members[0]);
      expect(new Set(way).size).toBe(way.length);
      for (const [index, id] of way.entries()) {
        expect(shape.targets(id)).toContain(way[(index + 1) % way.length]);
        expect(members).toContain(id);
      }
    }
  });
  fc.assert(law, { numRuns: 500 });
});

test("an only way is all that can be reached, and nothing on it is in a circle", () => {
  const few = fc.uniqueArray(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), {
    maxLength: 5,
    selector: String,
  });
  const law = fc.property(few, absent, (given, gone) => {
    const shape = shapeOf(given, gone);
    for (const id of nodes) {
      const way = onlyWay(id, shape);
      const { ids } = reach(id, shape);
      const circles = circlesAmong(ids, shape);
      expect(way === undefined || circles.length === 0).toBe(true);
      expect(new Set(way ?? ids)).toEqual(ids);
    }
  });
  fc.assert(law, { numRuns: 500 });
});

describe("bounded", () => {
  const ring = (size: number): Shape<string> => ({
    holds: () => true,
    targets: (id) => [String((Number(id) + 1) % size)],
  });

  test.each([1, 2, 3, 49, 50])(
    "a circle of %d is found whole, from each of its members",
    (size) => {
      for (let start = 0; start < size; start += 1) {
        const circle = circleAt(String(start), ring(size));
        expect(circle.state === "found" && circle.members.length).toBe(size);
      }
    },
  );

  test("an only way is followed as far as it ends within the steps that are followed", () => {
    const line = (length: number): Shape<string> => ({
      holds: () => true,
      targets: (id) => (Number(id) + 1 < length ? [String(Number(id) + 1)] : []),
    });
    expect(onlyWay("0", line(61))).toHaveLength(61);
    expect(reach("0", line(61)).isWhole).toBe(true);
    expect(onlyWay("0", line(62))).toBeUndefined();
    expect(reach("0", line(62)).isWhole).toBe(false);
    expect(onlyWay("0", ring(3))).toBeUndefined();
  });

  test("one that is too long, or hangs together with too much, is not judged", () => {
    expect(circleAt("0", ring(200))).toEqual({ state: "too-large" });
    const fan: Shape<string> = {
      holds: () => true,
      targets: (id) => (id === "0" ? Array.from({ length: 10_000 }, (_, n) => String(n)) : []),
    };
    expect(circleAt("0", fan)).toEqual({ state: "too-large" });
    const { ids, isWhole } = reach("1", fan);
    expect([ids.size, isWhole]).toEqual([1, true]);
    expect(circleNodesMax).toBeGreaterThanOrEqual(200);
  });

  test("a circle of a hundred thousand is found among everything without running out of stack", () => {
    const size = 100_000;
    const ids = Array.from({ length: size }, (_, n) => String(n));
    expect(circlesAmong(ids, ring(size)).map(({ length }) => length)).toEqual([size]);
  });
});
