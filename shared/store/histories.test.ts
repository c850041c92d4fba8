import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { boundedHistory, type History, type Transition } from "#shared/model/history.ts";
import { factId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import {
  goalId,
  itemId,
  peopleConnection,
  removed,
  testEpochMs,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { eraseHistories, getHistory, readWaiting, storeHistories } from "./histories.ts";
import { factKey, historyKey } from "./keys.ts";

const at = (seconds: number) => instantOf(testEpochMs + seconds * 1000);
const clock = new ManualClock(at(0));

async function tableWith(...names: readonly string[]) {
  const table = createMemoryTable();
  await applyChanges(
    { table, clock },
    names.map((name) => upserted(workItem(name))),
  );
  return table;
}

const waits: Transition = { what: "blocked-by", at: at(3), to: itemId("other") };

function history(transitions: readonly Transition[], more: Partial<History> = {}): History {
  return boundedHistory({
    itemId: itemId("epic"),
    transitions,
    sourceVersion: testEpochMs,
    readAt: at(10),
    ...more,
  });
}

test("what is stored is read back as it was, ids of other connections included", async () => {
  const table = await tableWith("epic");
  const foreign = factId("work-item", "other-tool", peopleConnection, "gid-7");
  const whole = history([
    { what: "status", at: at(1), from: "todo", to: "in-progress" },
    { what: "status", at: at(2), to: "done" },
    { what: "parent", at: at(2), to: goalId("north") },
    { what: "parent", at: at(3), from: goalId("north"), to: itemId("elsewhere") },
    waits,
    { what: "blocked-by", at: at(4), from: foreign },
  ]);
  expect(await storeHistories(table, [whole])).toMatchObject({ stored: 1 });
  expect(await getHistory(table, itemId("epic"))).toEqual(whole);
  const silent = { ...whole, isSilentOnParents: true };
  expect(await storeHistories(table, [silent])).toMatchObject({ stored: 1 });
  expect(await getHistory(table, itemId("epic"))).toEqual(silent);
});

test("only a newer reading replaces one, in any order, and one that says nothing new is not written", async () => {
  const table = await tableWith("epic");
  const older = history([waits]);
  const newer = history([waits, { what: "status", at: at(9), from: "todo", to: "done" }], {
    sourceVersion: testEpochMs + 9000,
    readAt: at(20),
  });
  await storeHistories(table, [newer]);
  const before = table.usage().writeUnits;
  expect(await storeHistories(table, [older])).toMatchObject({ stale: 1 });
  expect(await storeHistories(table, [{ ...newer, readAt: at(30) }])).toMatchObject({
    unchanged: 1,
  });
  expect(table.usage().writeUnits).toBe(before);
  expect(await getHistory(table, itemId("epic"))).toEqual(newer);
});

test("nothing is kept of items that are not there, or were removed", async () => {
  const table = await tableWith("epic");
  await applyChanges({ table, clock }, [removed(itemId("epic"), 1)]);
  const stranger = history([waits], { itemId: itemId("stranger") });
  expect(await storeHistories(table, [history([waits]), stranger])).toMatchObject({ unknown: 2 });
  expect(await getHistory(table, itemId("epic"))).toBeUndefined();
});

test("an item stays below 8 KB, however much happened; the newest is what is kept", async () => {
  const table = await tableWith("epic");
  const long = (index: number) =>
    factId("work-item", "tool", workConnection, `${"x".repeat(250)}${index}`);
  const whole = history(
    Array.from({ length: 240 }, (_, index) => ({
      what: "blocked-by" as const,
      at: at(index),
      to: long(index),
    })),
  );
  expect([whole.transitions.length, whole.isCut]).toEqual([100, true]);
  await storeHistories(table, [whole]);
  const item = await table.get(historyKey(itemId("epic")));
  expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(8192);
  const kept = await getHistory(table, itemId("epic"));
  expect(kept?.isCut).toBe(true);
  expect(kept?.transitions.at(-1)).toEqual(whole.transitions.at(-1));
});

test("the few that have ever waited are told from the rest without reading them", async () => {
  const table = await tableWith("epic", "calm");
  const calm = history([{ what: "status", at: at(1), from: "todo", to: "done" }], {
    itemId: itemId("calm"),
  });
  await storeHistories(table, [history([waits]), calm]);
  const items = await table.batchGet([itemId("epic"), itemId("calm")].map(historyKey));
  expect(items.flatMap((item) => readWaiting(item)?.itemId ?? [])).toEqual([itemId("epic")]);
});

test("erasing leaves the item alone", async () => {
  const table = await tableWith("epic");
  await storeHistories(table, [history([waits])]);
  expect(await eraseHistories(table, [itemId("epic"), itemId("stranger")])).toBe(1);
  expect(await getHistory(table, itemId("epic"))).toBeUndefined();
  expect(await table.get(factKey(itemId("epic")))).toBeDefined();
});
