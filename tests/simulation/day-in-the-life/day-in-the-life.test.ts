import { expect, test } from "vitest";

import { runDay } from "./report.ts";

/** `node tests/simulation/day-in-the-life/main.ts --changes 500000` plays a longer one. */
const changes = 50_000;

test("a day replayed in any order, twice, through crashes, ends as it did, and nobody is told twice", async () => {
  const { clean, replayed, surprises, report } = await runDay({ seed: 1, changes });
  process.stdout.write(`${report.join("\n")}\n`);

  expect(replayed.signals).toEqual(clean.signals);
  expect(replayed.alerts).toEqual(clean.alerts);
  expect(replayed.graph).toEqual(clean.graph);
  for (const ended of [clean, replayed]) {
    expect(ended.toldTwice).toEqual([]);
    expect(ended.untold).toEqual([]);
    expect(ended.dead).toBe(0);
    expect(ended.drift).toBe(0);
  }
  // The last full reading is part of the promise, and mends nothing but what 0003 says it must.
  expect(clean.mended).toEqual([]);
  expect(surprises).toEqual([]);
  // A day without trouble proves nothing.
  const crashes = [...replayed.crashes.values()].reduce((sum, count) => sum + count, 0);
  expect(crashes).toBeGreaterThan((2 * changes) / 500 - 20);
  expect(clean.signals.length).toBeGreaterThan(100);
  expect(replayed.counts["messages"]).toBeGreaterThan(1000);
}, 900_000);
