import * as fc from "fast-check";

import type { Allowance } from "#shared/graph/allowances.ts";

import { goal, goalId, itemId, workItem } from "./facts.ts";
import { earlier, later, link, now, source, wholeSources } from "./graph.ts";
import type { GraphParts } from "./graph.ts";

const itemName = (n: number) => `w${n}`;
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const item = fc.record({
  id: fc.nat(7),
  parent: maybe(fc.nat(9)),
  others: fc.array(fc.nat(9), { maxLength: 2 }),
  canHoldGoal: fc.boolean(),
  kind: fc.constantFrom("epic" as const, "task" as const),
});
const anyGoal = fc.record({
  id: fc.nat(3),
  parent: maybe(fc.nat(4)),
  status: fc.constantFrom("in-progress" as const, "done" as const, "dropped" as const),
});
const anyLink = fc.record({
  from: fc.nat(7),
  to: fc.nat(5),
  confidence: fc.constantFrom(0.4, 1),
  expiresAt: fc.constantFrom(earlier, now, later, undefined),
  source: fc.constantFrom("native" as const, "suggestion" as const),
});

/**
 * Graphs of small name sets, in which cycles, several homes, dangling and removed ends, expired and
 * suggested links, dropped goals and sources that stand still are common; and allowances to judge by.
 */
export const randomGraph: fc.Arbitrary<{
  readonly parts: GraphParts;
  readonly allowances: readonly Allowance[];
}> = fc
  .record({
    items: fc.uniqueArray(item, { selector: ({ id }) => id, minLength: 1 }),
    goals: fc.uniqueArray(anyGoal, { selector: ({ id }) => id }),
    links: fc.array(anyLink, { maxLength: 6 }),
    removed: fc.subarray([itemId("w8"), itemId("w9"), goalId("g4")]),
    isStale: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, fc.boolean()),
    allowances: fc.subarray<Allowance>(
      [
        { reason: "tasks", kinds: ["task"] },
        { reason: "nothing" },
        { reason: "elsewhere", containers: ["other"], kinds: ["epic"] },
      ],
      { maxLength: 3 },
    ),
  })
  .map(({ items, goals, links, removed, isStale, allowances }) => ({
    allowances,
    parts: {
      items: items.map(({ id, parent, others, ...fields }) =>
        workItem(itemName(id), {
          ...fields,
          ...(parent !== undefined && { parentId: itemId(itemName(parent)) }),
          ...(others.length > 0 && { otherParentIds: others.map((n) => itemId(itemName(n))) }),
        }),
      ),
      goals: goals.map(({ id, parent, status }) =>
        goal(`g${id}`, { status, ...(parent !== undefined && { parentId: goalId(`g${parent}`) }) }),
      ),
      edges: links.map(({ from, to, expiresAt, ...fields }) =>
        link(itemName(from), `g${to}`, { ...fields, ...(expiresAt && { expiresAt }) }),
      ),
      removed,
      sources: wholeSources.map((one) => (isStale ? source(one.id, { isStale }) : one)),
    },
  }));
