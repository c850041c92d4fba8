import { describe, expect, test } from "vitest";

import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import {
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  removed,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { CountingTable } from "./counting-table.ts";
import type { Asked } from "./counting-table.ts";
import { MemoryHub } from "./memory-hub.ts";

/*
 * Things that hang on one thing by the ten thousand. What a change costs must not grow with them; where
 * it must (each of them is a subject of its own), the work is done in bounded pieces.
 */

interface Rig {
  readonly hub: MemoryHub;
  /** What detect asks for these changes, once they are stored. */
  readonly costOf: (...changes: readonly Change[]) => Promise<Asked>;
}

async function createRig(): Promise<Rig> {
  const counters: CountingTable[] = [];
  const hub = await MemoryHub.ready((table) => {
    const counting = new CountingTable(table);
    counters.push(counting);
    return counting.table;
  });
  const [counting] = counters;
  if (!counting) throw new Error("The hub made no table");
  const costOf = async (...changes: readonly Change[]) => {
    await hub.store(...changes);
    return counting.during(() => hub.settle());
  };
  return { hub, costOf };
}

const numbered = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const task = (name: string, given: Partial<WorkItem> & { readonly version?: number } = {}) =>
  workItem(name, { kind: "task", ...given });

describe("ten thousand links on one issue", () => {
  const many = 10_000;

  test("of one record are refused with the reason, and the rest of its page goes on", async () => {
    const { hub } = await createRig();
    const edges = numbered(many, (at): AssertedEdge => blockedBy(itemId("hub"), itemId(`b${at}`)));
    const applied = await hub.apply(upserted(workItem("hub"), edges), upserted(workItem("next")));
    expect(applied).toMatchObject({ applied: 1, refused: [{ record: "hub" }] });
    expect(applied.refused[0]?.reason).toMatch(/edges.*1000/u);
  });

  test("to goals, each asserted by its goal, cost their goal's change one look at the issue", async () => {
    const { hub, costOf } = await createRig();
    const goals = numbered(many, (at) =>
      upserted(goal(`g${at}`), [linkTo(itemId("hub"), goalId(`g${at}`))]),
    );
    await hub.store(upserted(workItem("hub")), ...goals);
    await hub.settle(500);
    expect(await hub.openSignals()).toEqual([]);
    const title = await costOf(upserted(workItem("hub", { version: 1, title: "Renamed" })));
    expect(title.calls).toBeLessThanOrEqual(100);
    expect(await hub.drift()).toBe(0);
  }, 120_000);

  test("that wait for it are told of its end in one pass over everything", async () => {
    const { hub, costOf } = await createRig();
    const waiting = numbered(many, (at) =>
      upserted(task(`w${at}`, { parentId: itemId("epic") }), [
        blockedBy(itemId(`w${at}`), itemId("hub")),
      ]),
    );
    await hub.store(upserted(workItem("epic")), upserted(workItem("hub")), ...waiting);
    await hub.settle(500);
    const closed = await costOf(upserted(workItem("hub", { version: 1, status: "done" })));
    expect(closed.calls).toBeLessThan(150);
    expect(await hub.drift()).toBe(0);
  }, 120_000);
});

describe("an epic with ten thousand children", () => {
  const many = 10_000;

  test("costs one signal when it is linked, and a bounded look when it is closed", async () => {
    const { hub, costOf } = await createRig();
    await hub.apply(upserted(goal("g")), upserted(workItem("epic")));
    for (let start = 0; start < many; start += 10_000) {
      await hub.store(
        ...numbered(10_000, (at) => upserted(task(`s${start + at}`, { parentId: itemId("epic") }))),
      );
      await hub.settle(500);
    }
    expect(await hub.openSignals()).toHaveLength(1);
    const linked = await costOf(
      upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]),
    );
    expect(await hub.openSignals()).toEqual([]);
    expect(linked.writes).toBe(2);
    expect(linked.calls).toBeLessThan(40);
    const child = await costOf(
      upserted(task("s77", { parentId: itemId("epic"), version: 1, title: "Renamed" })),
    );
    expect(child.calls).toBeLessThan(20);
    const closed = await costOf(upserted(workItem("epic", { version: 2, status: "done" })));
    expect(closed.calls).toBeLessThan(400);
    expect(await hub.openSignals()).toHaveLength(1);
    expect(await hub.drift()).toBe(0);
    const opened = await costOf(upserted(workItem("epic", { version: 3 })));
    expect(opened.calls).toBeLessThan(40);
    expect(await hub.drift()).toBe(0);
  }, 120_000);

  test("that is deleted leaves every child an anchor: one pass finds them, a thousand at a time", async () => {
    const { hub, costOf } = await createRig();
    const orphans = 3000;
    const children = numbered(orphans, (at) =>
      upserted(task(`s${at}`, { parentId: itemId("epic") })),
    );
    await hub.store(upserted(workItem("epic")), ...children);
    await hub.settle(500);
    const deleted = await costOf(removed(itemId("epic"), 4));
    // A signal and an alert each, and of each child two looks.
    expect(deleted.writes).toBeLessThanOrEqual(orphans * 2 + 10);
    expect(deleted.calls).toBeLessThan(orphans * 9);
    expect(await hub.openSignals()).toHaveLength(orphans);
    expect(await hub.drift()).toBe(0);
  }, 120_000);
});

test("two epics that swap five thousand children keep one signal each", async () => {
  const { hub, costOf } = await createRig();
  const many = 5000;
  const children = (parent: string, other: string, version: number) =>
    numbered(many, (at) =>
      upserted(task(`s${at}`, { version, parentId: itemId(at % 2 === 0 ? parent : other) })),
    );
  await hub.store(
    upserted(workItem("one")),
    upserted(workItem("two")),
    ...children("one", "two", 0),
  );
  await hub.settle(500);
  const swapped = await costOf(...children("two", "one", 1));
  // A read of each child and little more.
  expect(swapped.calls).toBeLessThan(many * 1.5);
  expect(swapped.writes).toBe(0);
  expect((await hub.openSignals()).map(({ subjectId }) => subjectId)).toHaveLength(2);
  expect(await hub.drift()).toBe(0);
}, 120_000);
