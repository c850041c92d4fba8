import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { ownTouchesMax } from "#shared/model/own-touch.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import { itemId, testEpochMs, upserted, workItem } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { isOwnTouch, noteOwnTouch } from "./own-touches.ts";

const epic = itemId("epic");

function begin() {
  const clock = new ManualClock("2026-03-02T09:00:00.000Z");
  return { clock, table: createMemoryTable() };
}

test("a touch of ours covers what its tool tells within minutes of it, and nothing else", async () => {
  const deps = begin();
  const atMs = deps.clock.nowMs();
  await noteOwnTouch(deps, epic);
  const found = async (ms: number) => isOwnTouch(deps.table, epic, atMs + ms);
  expect([await found(0), await found(-minuteMs), await found(2 * minuteMs)]).toEqual([
    true,
    true,
    true,
  ]);
  expect([await found(-hourMs), await found(hourMs)]).toEqual([false, false]);
  expect(await isOwnTouch(deps.table, itemId("other"), atMs)).toBe(false);
});

test("several touches are remembered, the latest of them", async () => {
  const deps = begin();
  const firstMs = deps.clock.nowMs();
  for (let turn = 0; turn < ownTouchesMax; turn += 1) {
    await noteOwnTouch(deps, epic);
    deps.clock.advance(hourMs);
  }
  expect(await isOwnTouch(deps.table, epic, firstMs)).toBe(true);
  await noteOwnTouch(deps, epic);
  expect(await isOwnTouch(deps.table, epic, firstMs)).toBe(false);
  expect(await isOwnTouch(deps.table, epic, deps.clock.nowMs())).toBe(true);
});

test("our own touch is no sign of life; anybody else's is, and so is a change at that moment", async () => {
  const deps = begin();
  await applyChanges(deps, [upserted(workItem("epic"))]);
  deps.clock.advance(60 * dayMs);
  await noteOwnTouch(deps, epic);
  const version = deps.clock.nowMs() - testEpochMs;
  const again = (more: Parameters<typeof workItem>[1]) =>
    applyChanges(deps, [upserted(workItem("epic", more))]);
  expect(await again({ version })).toMatchObject({ applied: 0, unchanged: 1 });
  expect(await again({ version, title: "Renamed" })).toMatchObject({ applied: 1 });
  expect(await again({ version: version + 60 * dayMs, title: "Renamed" })).toMatchObject({
    applied: 1,
  });
});
