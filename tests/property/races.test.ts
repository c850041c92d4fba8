import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { Table, Write } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";

import { MemoryHub } from "../rig/memory-hub.ts";
import { beginning, changeOf, goalStep, itemStep, recordStep } from "./history.ts";
import type { RecordStep } from "./history.ts";

/*
 * The same law as in signals.test.ts, while everything happens at once: writers that store changes,
 * and several invocations of detect, each of whose table calls may be overtaken by any other. The
 * scheduler of fast-check picks the order, so a failure can be played again.
 */

const calls = ["get", "batchGet", "query", "scan", "write", "transact", "add"] as const;

/** Slow calls wait for their turn, while `isOn`; the others overtake them. */
function scheduled(
  table: Table,
  {
    scheduler,
    slow,
    isOn,
  }: { scheduler: fc.Scheduler; slow: readonly string[]; isOn: () => boolean },
): Table {
  const turn =
    <A extends unknown[], R>(name: (typeof calls)[number], call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (isOn() && slow.includes(name)) await scheduler.schedule(Promise.resolve());
      return call(...args);
    };
  return {
    get: turn("get", table.get),
    batchGet: turn("batchGet", table.batchGet),
    query: turn("query", table.query),
    scan: turn("scan", table.scan),
    write: turn("write", table.write),
    transact: turn("transact", table.transact),
    add: turn("add", table.add),
    usage: table.usage,
  };
}

test("whatever overtakes what, the open signals are right once everybody is done", async () => {
  const steps = fc.array(recordStep, { minLength: 2, maxLength: 16, size: "max" });
  const law = fc.asyncProperty(
    fc.scheduler(),
    steps,
    fc.integer({ min: 1, max: 3 }),
    // Where only writes are slow, a whole evaluation fits between another one's look and its write.
    fc.constantFrom(["write"], ["write", "transact"], [...calls]),
    async (scheduler, given, batchSize, slow) => {
      let isRacing = false;
      const isOn = () => isRacing;
      const hub = await MemoryHub.ready((table) => scheduled(table, { scheduler, slow, isOn }));
      await hub.apply(...beginning);
      isRacing = true;
      const changes = given.map((one, turn) => changeOf(one, turn + 1));
      const half = Math.ceil(changes.length / 2);
      const store = (some: typeof changes) =>
        applyChanges({ table: hub.table, clock: hub.clock }, some);
      const first = store(changes.slice(0, half));
      await scheduler.waitFor(first);
      // The second half is stored, and its stream read, while the stream of the first is being read.
      const second = async () => {
        await store(changes.slice(half));
        await hub.settleInShards(3, batchSize);
      };
      await scheduler.waitFor(Promise.all([hub.settleInShards(3, batchSize), second()]));
      await scheduler.waitFor(hub.settleInShards(3, batchSize));
      isRacing = false;
      await hub.settle();
      expect(await hub.drift()).toBe(0);
    },
  );
  await fc.assert(law, { numRuns: 150 });
}, 60_000);

/** A goal that is given up and taken up again, and work that moves between it and another. */
const toAndFro: fc.Arbitrary<RecordStep> = fc.oneof(
  fc
    .tuple(itemStep, fc.constantFrom("i1", "i2"), fc.subarray(["g1", "g2"], { maxLength: 1 }))
    .map(([one, id, links]) => ({ ...one, id, links, parent: undefined, other: undefined })),
  goalStep.map((one) => ({ ...one, id: "g1", supports: [], serves: [], parent: undefined })),
);

/** Signals come into the table some turns late, each by its own number of them. */
function late(table: Table, turns: readonly number[]): Table {
  let written = 0;
  return {
    ...table,
    write: async (write) => {
      if (!isOfSignal(write)) return table.write(write);
      const wait = turns[written % turns.length] ?? 0;
      written += 1;
      for (let turn = 0; turn < wait; turn += 1) await Promise.resolve();
      return table.write(write);
    },
  };
}

function isOfSignal(write: Write): boolean {
  return write.kind === "put" && write.item["type"] === "signal";
}

test("what was written too late is looked at again, whoever had looked before", async () => {
  const steps = fc.array(toAndFro, { minLength: 2, maxLength: 8, size: "max" });
  const turns = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 5 });
  const law = fc.asyncProperty(steps, turns, async (given, waits) => {
    const hub = await MemoryHub.ready((table) => late(table, waits));
    await hub.apply(...beginning);
    const changes = given.map((one, turn) => changeOf(one, turn + 1));
    const running: Promise<void>[] = [];
    for (const change of changes) {
      await hub.store(change);
      running.push(hub.settleInShards(3, 1));
    }
    await Promise.all(running);
    await hub.settle();
    expect(await hub.drift()).toBe(0);
  });
  await fc.assert(law, { numRuns: 250 });
}, 60_000);
