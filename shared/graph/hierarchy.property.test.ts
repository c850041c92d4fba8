import * as fc from "fast-check";
import { expect, test } from "vitest";

import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { itemId, workItem } from "#shared/testing/facts.ts";

import { Hierarchy } from "./hierarchy.ts";

const names = Array.from({ length: 24 }, (_, n) => `i${n}`);
const name = fc.constantFrom(...names);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("put" as const),
      id: name,
      status: fc.constantFrom("todo" as const, "done" as const),
      parent: fc.option(name, { nil: undefined }),
      others: fc.array(name, { maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("drop" as const), id: name }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("bury" as const), id: name }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("unbury" as const), id: name }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The same by looking through everything. */
class Plain {
  readonly held = new Map<WorkItemId, WorkItem>();
  readonly removed = new Set<WorkItemId>();

  childrenOf(id: WorkItemId): readonly WorkItem[] {
    return [...this.held.values()].filter((item) => homes(item).includes(id));
  }

  wayUp(item: WorkItem, most: number): readonly WorkItem[] {
    const way: WorkItem[] = [];
    let at: WorkItem | undefined = item;
    for (; at && way.length < most; at = this.above(at)) way.push(at);
    return way;
  }

  above(item: WorkItem): WorkItem | undefined {
    const id = homes(item).find((home) => !this.removed.has(home));
    return id && this.held.get(id);
  }
}

function homes({ parentId, otherParentIds = [] }: WorkItem): readonly WorkItemId[] {
  return parentId === undefined ? otherParentIds : [parentId, ...otherParentIds];
}

function happen(one: Step, hierarchy: Hierarchy, plain: Plain): void {
  const id = itemId(one.id);
  switch (one.does) {
    case "put": {
      const { status, parent, others } = one;
      const item = workItem(one.id, {
        status,
        ...(parent !== undefined && { parentId: itemId(parent) }),
        ...(others.length > 0 && { otherParentIds: others.map((other) => itemId(other)) }),
      });
      hierarchy.put(item);
      plain.held.set(id, item);
      return;
    }
    case "drop":
      hierarchy.drop(id);
      plain.held.delete(id);
      return;
    case "bury":
      hierarchy.setRemoved(id, true);
      plain.removed.add(id);
      return;
    case "unbury":
      hierarchy.setRemoved(id, false);
      plain.removed.delete(id);
  }
}

function expectSame(hierarchy: Hierarchy, plain: Plain): void {
  const sorted = (items: Iterable<WorkItem>) =>
    [...items].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(sorted(hierarchy.items())).toEqual(sorted(plain.held.values()));
  for (const id of names.map((one) => itemId(one))) {
    const children = plain.childrenOf(id);
    expect(hierarchy.get(id)).toBe(plain.held.get(id));
    expect(sorted(hierarchy.childrenOf(id))).toEqual(sorted(children));
    expect(hierarchy.childCountOf(id)).toBe(children.length);
    const asked: WorkItem[] = [];
    const refuse = (child: WorkItem) => asked.push(child) === 0;
    expect(hierarchy.firstOpenChild(id, refuse)).toBeUndefined();
    const open = sorted(children.filter(isOpen));
    expect(sorted(asked)).toEqual(open);
    for (const one of open.slice(0, 2)) {
      expect(hierarchy.firstOpenChild(id, (child) => child.id >= one.id)).toBe(one);
    }
    const item = plain.held.get(id) ?? workItem("i0", { parentId: id });
    expect(hierarchy.wayUp(item, 9)).toEqual(plain.wayUp(item, 9));
  }
}

test("whatever comes, moves, goes and is buried, numbers lead where looking through everything does", () => {
  const law = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const [hierarchy, plain] = [new Hierarchy(), new Plain()];
    for (const [at, one] of steps.entries()) {
      happen(one, hierarchy, plain);
      if (at % 6 === 0) expectSame(hierarchy, plain);
    }
    expectSame(hierarchy, plain);
  });
  fc.assert(law, { numRuns: 300 });
});
