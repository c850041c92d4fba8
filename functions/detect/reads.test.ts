import { expect, test } from "vitest";

import type { Table } from "#shared/ports/table.ts";
import { linkRulesPartition, lists, orgVersionKey } from "#shared/store/keys.ts";
import {
  account,
  accountId,
  blockedBy,
  itemId,
  orgUnit,
  person,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

/** Notes which partitions are read. */
function noting(table: Table, read: string[]): Table {
  return {
    ...table,
    batchGet: (keys) => {
      read.push(...keys.map(({ pk }) => pk));
      return table.batchGet(keys);
    },
    query: (request) => {
      read.push(request.partition);
      return table.query(request);
    },
  };
}

async function hubWithNotes(): Promise<{ readonly hub: MemoryHub; readonly read: string[] }> {
  const read: string[] = [];
  const hub = await MemoryHub.ready((table) => noting(table, read));
  read.length = 0;
  return { hub, read };
}

test("where only connections changed, neither organisation nor link rules are read", async () => {
  const { hub, read } = await hubWithNotes();
  const since = hub.clock.now();
  const problem = { code: "connector.unauthorized", message: "It was refused", since };
  await hub.changeConnection(workConnection, (one) => ({ ...one, status: "degraded", problem }));
  await hub.settle();
  expect(await hub.openSignals()).toMatchObject([{ rule: "connection-degraded" }]);
  expect(read).toContain(workConnection);
  expect(read).not.toContain(orgVersionKey.pk);
  expect(read).not.toContain(linkRulesPartition);
});

test("what is open, and what somebody works on, is listed once for all rules", async () => {
  const { hub, read } = await hubWithNotes();
  await hub.apply(
    ...["red", "blue"].map((name) => upserted(orgUnit(name))),
    ...["ann", "bob"].map((name) => upserted(account(name))),
    upserted(person("ann", { unitId: unitId("red") })),
    upserted(person("bob", { unitId: unitId("blue") })),
    upserted(workItem("b", { assigneeId: accountId("bob") })),
    upserted(workItem("a", { assigneeId: accountId("ann") }), [
      blockedBy(itemId("a"), itemId("b")),
    ]),
  );
  const open = await hub.openSignals();
  read.length = 0;
  await hub.apply(upserted(person("ann", { unitId: unitId("blue"), version: 1 })));
  expect(await hub.openSignals()).not.toEqual(open);
  const timesOf = (partition: string) => read.filter((one) => one === partition).length;
  // Once by the batch, and once by the line above.
  expect(timesOf(lists.openSignals)).toBe(2);
  expect(timesOf(accountId("ann"))).toBe(1);
});
