import { describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { factKey } from "#shared/store/keys.ts";
import {
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { CountingTable } from "./counting-table.ts";
import { MemoryHub } from "./memory-hub.ts";

/*
 * Graphs that no tool should hold and every tool of some size does. What is said of them must be clear,
 * the same as a pass over everything says, and cost what the change costs, not what hangs on it.
 */

const otherTool = connectionId("othertool1");

/** Items of a circle belong to two tools in turn. */
function memberOf(at: number): {
  readonly id: WorkItemId;
  readonly connectionId: WorkItem["connectionId"];
} {
  const connection = at % 2 === 0 ? workConnection : otherTool;
  const name = `m${String(at).padStart(3, "0")}`;
  return {
    id: factId("work-item", at % 2 === 0 ? "tool" : "wool", connection, name),
    connectionId: connection,
  };
}

function member(at: number, above: number | undefined, version = 0): WorkItem {
  const parent = above === undefined ? {} : { parentId: memberOf(above).id };
  return { ...workItem("any", { version, kind: "task", ...parent }), ...memberOf(at) };
}

async function hubOfTwoTools(
  wrap?: ConstructorParameters<typeof MemoryHub>[0],
): Promise<MemoryHub> {
  const hub = await MemoryHub.ready(wrap);
  await hub.connect(otherTool);
  await hub.settle();
  return hub;
}

async function openOf(hub: MemoryHub, rule?: string): Promise<readonly string[]> {
  const open = (await hub.openSignals()).filter(
    (signal) => rule === undefined || signal.rule === rule,
  );
  return open
    .map((signal) => `${signal.rule} ${signal.subjectId.replaceAll(/[^=>]*:/gu, "")}`)
    .toSorted();
}

describe("circles of parents across two tools", () => {
  const sizes = Array.from({ length: 50 }, (_, index) => index + 1);
  const ring = (size: number, version = 0): readonly Change[] =>
    Array.from({ length: size }, (_, at) => upserted(member(at, (at + 1) % size, version)));

  test.each([1, 7, 100])(
    "of every length from 1 to 50 are formed and broken, %d records a batch, in three shards at once",
    async (batchSize) => {
      const hub = await hubOfTwoTools();
      for (const size of sizes) {
        await hub.store(...ring(size, size * 10));
        await hub.settleInShards(3, batchSize);
        expect(await openOf(hub)).toEqual(["circular-hierarchy m000"]);
        expect(await hub.drift()).toBe(0);
        // Broken at another edge each time; what is left is a chain below one anchor.
        const at = Math.floor(size / 2);
        await hub.store(upserted(member(at, undefined, size * 10 + 1)));
        await hub.settleInShards(3, batchSize);
        expect(await openOf(hub)).toEqual([`unlinked-work ${memberOf(at).id.split(":").at(-1)}`]);
        expect(await hub.drift()).toBe(0);
      }
    },
    60_000,
  );

  test("a circle formed and broken while its records are still on their way is judged as it stands", async () => {
    const hub = await hubOfTwoTools();
    for (const size of [2, 9, 50]) {
      await hub.store(...ring(size, size * 10));
      const settling = hub.settleInShards(4, 3);
      await hub.store(upserted(member(size - 1, undefined, size * 10 + 1)));
      await Promise.all([settling, hub.settleInShards(4, 3)]);
      await hub.settle();
      expect(await openOf(hub, "circular-hierarchy")).toEqual([]);
      expect(await hub.drift()).toBe(0);
    }
  });

  test("two circles that become one are one finding, and two again when they part", async () => {
    const hub = await hubOfTwoTools();
    const pairs = [
      upserted(member(0, 1)),
      upserted(member(1, 0)),
      upserted(member(2, 3)),
      upserted(member(3, 2)),
    ];
    await hub.apply(...pairs);
    expect(await openOf(hub)).toEqual(["circular-hierarchy m000", "circular-hierarchy m002"]);
    await hub.apply(upserted(member(1, 2, 1)), upserted(member(3, 0, 1)));
    expect(await openOf(hub)).toEqual(["circular-hierarchy m000"]);
    await hub.apply(upserted(member(1, 0, 2)), upserted(member(3, 2, 2)));
    expect(await openOf(hub)).toEqual(["circular-hierarchy m000", "circular-hierarchy m002"]);
    expect(await hub.drift()).toBe(0);
  });
});

describe("circles with a member that could not be read", () => {
  const hubWithUnread = async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(
      upserted(workItem("a", { parentId: itemId("b") }), [blockedBy(itemId("a"), itemId("b"))]),
      upserted(workItem("b", { parentId: itemId("a") }), [blockedBy(itemId("b"), itemId("a"))]),
    );
    const stored = await hub.table.get(factKey(itemId("b")));
    const item = { ...stored, ...factKey(itemId("b")), title: 7, hash: "other" };
    await hub.table.write({ kind: "put", item, condition: [] });
    await hub.settle();
    expect(await openOf(hub)).toEqual(["circular-dependency a", "circular-hierarchy a"]);
    return hub;
  };

  test.each([
    ["is read again without its ways", upserted(workItem("b", { version: 1 }))],
    ["is gone", removed(itemId("b"), 1)],
  ])("stand until it %s", async (_what, change) => {
    const hub = await hubWithUnread();
    await hub.apply(change);
    expect(await openOf(hub, "circular-hierarchy")).toEqual([]);
    expect(await openOf(hub, "circular-dependency")).toEqual([]);
  });
});

describe("parents that lead nowhere", () => {
  test("an item that is its own parent is a circle of one", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(upserted(workItem("self", { parentId: itemId("self") })));
    expect(await openOf(hub)).toEqual(["circular-hierarchy self"]);
    await hub.apply(upserted(workItem("self", { version: 1 })));
    expect(await openOf(hub)).toEqual(["unlinked-work self"]);
    expect(await hub.drift()).toBe(0);
  });

  test("a parent of another company is unread: nothing is claimed of what hangs under it", async () => {
    const hub = await MemoryHub.ready();
    const parentId = factId("work-item", "tool", connectionId("elsewhere1"), "epic");
    await hub.apply(
      upserted(workItem("mine", { parentId })),
      upserted(workItem("low", { parentId: itemId("mine") })),
    );
    expect(await openOf(hub)).toEqual([]);
    expect(await hub.drift()).toBe(0);
  });

  test.each([40, 60, 200])(
    "a chain of %d is judged, or said to be too deep, the same from below and from above",
    async (depth) => {
      const hub = await MemoryHub.ready();
      const name = (at: number) => `c${String(at).padStart(3, "0")}`;
      const chain = (top: Partial<WorkItem>, version: number) =>
        Array.from({ length: depth }, (_, at) =>
          upserted(
            workItem(
              name(at),
              at === 0 ? { ...top, version } : { parentId: itemId(name(at - 1)), kind: "task" },
            ),
          ),
        );
      await hub.apply(...chain({}, 0));
      expect(await openOf(hub)).toEqual(["unlinked-work c000"]);
      expect(await hub.drift()).toBe(0);
      // Closed all the way down, and one leaf opened again.
      const closed = Array.from({ length: depth }, (_, at) =>
        upserted(
          workItem(name(at), {
            status: "done",
            version: 1,
            ...(at > 0 && { parentId: itemId(name(at - 1)), kind: "task" as const }),
          }),
        ),
      );
      await hub.apply(...closed);
      expect(await openOf(hub)).toEqual([]);
      const last = { parentId: itemId(name(depth - 2)), kind: "task" as const, version: 2 };
      await hub.apply(upserted(workItem(name(depth - 1), last)));
      expect(await openOf(hub)).toEqual(depth <= 60 ? ["unlinked-work c000"] : []);
      expect(await hub.drift()).toBe(0);
    },
  );

  test("diamonds of homes are entered once, however many ways lead up", async () => {
    let counting: CountingTable | undefined;
    const hub = await MemoryHub.ready((table) => (counting = new CountingTable(table)).table);
    // Twenty layers of two, each in both of the layer above: a million ways up.
    const layers = 20;
    const changes = Array.from({ length: layers * 2 }, (_, n) => {
      const layer = Math.floor(n / 2);
      const homes = {
        parentId: itemId(`d${layer - 1}a`),
        otherParentIds: [itemId(`d${layer - 1}b`)],
      };
      return upserted(workItem(`d${layer}${n % 2 === 0 ? "a" : "b"}`, layer === 0 ? {} : homes));
    });
    await hub.apply(...changes);
    expect(await openOf(hub)).toEqual(["unlinked-work d0a", "unlinked-work d0b"]);
    await hub.store(
      upserted(
        workItem(`d${layers - 1}a`, {
          version: 1,
          status: "done",
          parentId: itemId("d18a"),
          otherParentIds: [itemId("d18b")],
        }),
      ),
    );
    const asked = await counting?.during(() => hub.settle());
    expect(asked?.calls).toBeLessThan(layers * 2 + 15);
    expect(await hub.drift()).toBe(0);
  });
});

describe("work that waits in a circle", () => {
  test("of every length from 2 to 50 is one finding, and none where one of it is done", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(upserted(goal("g")));
    const name = (at: number) => `w${String(at).padStart(2, "0")}`;
    for (let size = 2; size <= 50; size += 1) {
      const waiting = (at: number, version: number, given: Partial<WorkItem> = {}) =>
        upserted(workItem(name(at), { version, ...given }), [
          blockedBy(itemId(name(at)), itemId(name((at + 1) % size))),
          linkTo(itemId(name(at)), goalId("g")),
        ]);
      await hub.store(...Array.from({ length: size }, (_, at) => waiting(at, size * 10)));
      await hub.settleInShards(3, 7);
      expect(await openOf(hub)).toEqual(["circular-dependency w00"]);
      await hub.apply(waiting(size - 1, size * 10 + 1, { status: "done" }));
      expect(await openOf(hub)).toEqual([]);
      expect(await hub.drift()).toBe(0);
    }
  }, 60_000);
});
