import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import { hourMs } from "#shared/model/time.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import {
  goalConnection,
  itemId,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { AddressBook } from "./address-book.ts";

/** A tool whose addresses name records by key: KEY-1 is the work item w1. */
function rig() {
  const clock = new ManualClock("2026-11-21T10:00:00.000Z");
  const table = createMemoryTable();
  const asked: string[][] = [];
  const tool = { isDown: false, found: new Map<string, WorkItemId | GoalId | undefined>() };
  let connection = { id: workConnection, status: "active" } as Connection;
  const setStatus = (status: Connection["status"]) => (connection = { ...connection, status });
  const book = (more: { readonly doubtsUnknown?: boolean } = {}) =>
    new AddressBook({
      ...more,
      table,
      clock,
      logger: createSilentLogger(),
      recognizer: async () => (url) => {
        if (url.startsWith("https://goals/")) {
          return { id: factId("goal", "goals", goalConnection, url.slice(14)) };
        }
        const key = /^https:\/\/tool\/browse\/(.+)$/u.exec(url)?.[1];
        return key === undefined ? undefined : { connection, key };
      },
      // The only one of a source's questions that addresses need.
      open: async () =>
        ({
          findByKeys: async (keys: readonly string[]) => {
            asked.push([...keys]);
            if (tool.isDown) throw new HubError("connector.unavailable", "503");
            return new Map(
              keys.flatMap((key) => {
                const id = tool.found.has(key) ? tool.found.get(key) : itemId(`w${key.slice(4)}`);
                return key === "NO-1" || id === undefined ? [] : [[key, id] as const];
              }),
            );
          },
        }) as unknown as Source,
    });
  return { clock, table, asked, tool, book, setStatus };
}

const one = "https://tool/browse/KEY-1";

test("ids in addresses need no question; keys are asked once for all, and then remembered", async () => {
  const { book, asked } = rig();
  const resolve = await book().resolve([
    one,
    one,
    "https://goals/g",
    "https://other",
    "no address",
  ]);
  expect(resolve(one)).toBe(itemId("w1"));
  expect(resolve("https://goals/g")).toBe(factId("goal", "goals", goalConnection, "g"));
  expect(resolve("https://other")).toBeUndefined();
  expect((await book().resolve([one]))(one)).toBe(itemId("w1"));
  expect(asked).toEqual([["KEY-1"]]);
});

test("a key that is known stays known while its tool is away; a new one waits", async () => {
  const { book, tool, asked } = rig();
  await book().resolve([one]);
  tool.isDown = true;
  const two = "https://tool/browse/KEY-2";
  const resolve = await book().resolve([one, two]);
  expect([resolve(one), resolve(two)]).toEqual([itemId("w1"), undefined]);
  tool.isDown = false;
  expect((await book().resolve([two]))(two)).toBe(itemId("w2"));
  expect(asked).toEqual([["KEY-1"], ["KEY-2"], ["KEY-2"]]);
});

test("a key that nobody knows is asked again after a while, not every time", async () => {
  const { book, asked, clock } = rig();
  const none = "https://tool/browse/NO-1";
  expect((await book().resolve([none]))(none)).toBeUndefined();
  await book().resolve([none]);
  expect(asked).toHaveLength(1);
  clock.advance(2 * hourMs);
  await book().resolve([none]);
  expect(asked).toHaveLength(2);
});

test("who reads what will stand still for long asks again for a key that was unknown before it came", async () => {
  const { book, asked, clock } = rig();
  const none = "https://tool/browse/NO-1";
  await book().resolve([none, one]);
  clock.advance(60_000);
  const reading = book({ doubtsUnknown: true });
  clock.advance(60_000);
  await reading.resolve([none, one]);
  await reading.resolve([none, one]);
  expect(asked).toEqual([["NO-1", "KEY-1"], ["NO-1"]]);
});

test("an address of a deleted record leads nowhere", async () => {
  const { book, table, clock, tool, asked } = rig();
  await applyChanges({ table, clock }, [upserted(workItem("w1"))]);
  await book().resolve([one]);
  await applyChanges({ table, clock }, [removed(itemId("w1"), 99)]);
  tool.found.set("KEY-1", undefined);
  expect((await book().resolve([one]))(one)).toBeUndefined();
  expect((await book().resolve([one]))(one)).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test("an address of a record that became another kind of thing leads to what it is now", async () => {
  const { book, table, clock, tool } = rig();
  await applyChanges({ table, clock }, [upserted(workItem("w1"))]);
  await book().resolve([one]);
  // A story became an initiative: the item of before is gone, the goal has the same key.
  await applyChanges({ table, clock }, [removed(itemId("w1"), 99)]);
  const goal = factId("goal", "tool", workConnection, "w1");
  tool.found.set("KEY-1", goal);
  expect((await book().resolve([one]))(one)).toBe(goal);
});

test("a tool that is paused is asked nothing; what was read meanwhile waits for it", async () => {
  const { book, asked, setStatus } = rig();
  setStatus("paused");
  const asking = book();
  expect((await asking.resolve([one]))(one)).toBeUndefined();
  expect([asked, asking.takeUnasked().map(({ id }) => id)]).toEqual([[], [workConnection]]);
  setStatus("active");
  expect((await book().resolve([one]))(one)).toBe(itemId("w1"));
});
