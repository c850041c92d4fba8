import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";

import { MemoryHub } from "../rig/memory-hub.ts";
import { beginning, changeOf, recordStep } from "./history.ts";

/*
 * The same law as in signals.test.ts, while everything happens at once: writers that store changes,
 * and several invocations of detect, each of whose table calls may be overtaken by any other. The
 * scheduler of fast-check picks the order, so a failure can be played again.
 */

/** Every call of the table waits for its turn, while `isOn`. */
function scheduled(table: Table, scheduler: fc.Scheduler, isOn: () => boolean): Table {
  const wait = async () => (isOn() ? scheduler.schedule(Promise.resolve()) : undefined);
  const turn =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await wait();
      return call(...args);
    };
  return {
    get: turn(table.get),
    batchGet: turn(table.batchGet),
    query: turn(table.query),
    scan: turn(table.scan),
    write: turn(table.write),
    transact: turn(table.transact),
    add: turn(table.add),
    usage: table.usage,
  };
}

test("whatever overtakes what, the open signals are right once everybody is done", async () => {
  const steps = fc.array(recordStep, { minLength: 2, maxLength: 16, size: "max" });
  const law = fc.asyncProperty(
    fc.scheduler(),
    steps,
    fc.integer({ min: 1, max: 3 }),
    async (scheduler, given, batchSize) => {
      let isRacing = false;
      const hub = await MemoryHub.ready((table) => scheduled(table, scheduler, () => isRacing));
      await hub.apply(...beginning);
      isRacing = true;
      const changes = given.map((one, turn) => changeOf(one, turn + 1));
      const half = Math.ceil(changes.length / 2);
      const store = (some: typeof changes) =>
        applyChanges({ table: hub.table, clock: hub.clock }, some);
      const first = store(changes.slice(0, half));
      await scheduler.waitFor(first);
      // The second half is stored while the stream of the first is being read.
      const racing = Promise.all([
        hub.settleInShards(3, batchSize),
        store(changes.slice(half)),
        hub.settleInShards(3, batchSize),
      ]);
      await scheduler.waitFor(racing);
      await scheduler.waitFor(hub.settleInShards(3, batchSize));
      isRacing = false;
      await hub.settle();
      expect(await hub.drift()).toBe(0);
    },
  );
  await fc.assert(law, { numRuns: 60 });
}, 60_000);
