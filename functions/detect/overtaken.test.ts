import { expect, test } from "vitest";

import type { Table } from "#shared/ports/table.ts";
import { unlinkedWork } from "#shared/rules/unlinked-work/rule.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

/** Segments in which the table is scanned at once. */
const segments = 4;

test("a rule switched off before a pass has scanned finds nothing in that pass", async () => {
  let held = 0;
  let meanwhile: Promise<void> | undefined;
  const switchOff = async () => {
    await hub.setRule(unlinkedWork.name, { isEnabled: false });
    await hub.settle();
  };
  const overtaken = (table: Table): Table => ({
    ...table,
    scan: async (request) => {
      if (held > 0) {
        held -= 1;
        await (meanwhile ??= switchOff());
      }
      return table.scan(request);
    },
  });
  const hub: MemoryHub = await MemoryHub.ready(overtaken, [unlinkedWork]);
  await hub.apply(upserted(workItem("a")));
  expect(await hub.openSignals()).toHaveLength(1);
  held = segments;
  const { opened } = await hub.selfCheck();
  expect(opened).toBe(0);
  expect(await hub.openSignals()).toEqual([]);
});

test("a rule switched off between a batch's look and its write finds nothing", async () => {
  let isArmed = true;
  const overtaken = (table: Table): Table => ({
    ...table,
    write: async (write) => {
      if (isArmed && write.kind === "put" && write.item["type"] === "signal") {
        isArmed = false;
        await hub.setRule(unlinkedWork.name, { isEnabled: false });
        await hub.settle();
      }
      return table.write(write);
    },
  });
  const hub: MemoryHub = await MemoryHub.ready(overtaken, [unlinkedWork]);
  await hub.apply(upserted(workItem("a")));
  expect(isArmed).toBe(false);
  expect(await hub.openSignals()).toEqual([]);
});

/** Notes how many nodes are being read in the same moment, at most. */
function gauging(table: Table, seen: { most: number }): Table {
  let running = 0;
  return {
    ...table,
    query: async (request) => {
      if (request.index !== undefined) return table.query(request);
      running += 1;
      seen.most = Math.max(seen.most, running);
      // As an answer of the network comes, some turns later.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      running -= 1;
      return table.query(request);
    },
  };
}

test("a second look at many subjects asks for no more nodes at once than the connections to the table take", async () => {
  const seen = { most: 0 };
  const hub = await MemoryHub.ready((table) => gauging(table, seen), [unlinkedWork]);
  const names = Array.from({ length: 300 }, (_, at) => `a${at}`);
  await hub.store(...names.map((name) => upserted(workItem(name))));
  await hub.settle(names.length);
  expect(await hub.openSignals()).toHaveLength(names.length);
  expect(seen.most).toBeGreaterThan(1);
  expect(seen.most).toBeLessThanOrEqual(64);
});
