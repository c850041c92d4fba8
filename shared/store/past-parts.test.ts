import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { Table } from "#shared/ports/table.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { loadWholePast } from "./past-parts.ts";

const clock = new ManualClock("2026-03-02T09:00:00.000Z");
const around = { sources: new Map(), linkRules: noLinkRules };

/** Pages of three items, counted. */
async function counted() {
  const whole = createMemoryTable();
  const changes = Array.from({ length: 60 }, (_, n) => upserted(workItem(`i${n}`)));
  await applyChanges({ table: whole, clock }, changes);
  const read = { pages: 0 };
  const table: Table = {
    ...whole,
    scan: async ({ segment, segments, after = "0" }) => {
      read.pages += 1;
      const { items } = await whole.scan({ segment, segments });
      const end = Number(after) + 3;
      const page = items.slice(Number(after), end);
      return end < items.length ? { items: page, next: String(end) } : { items: page };
    },
  };
  return { table, read };
}

test("whoever watches the past being read ends the reading by throwing", async () => {
  const { table, read } = await counted();
  const all = await loadWholePast(table, around);
  expect(all.parts.records).toHaveLength(60);
  const [pagesOfAll, seen] = [read.pages, [] as number[]];
  read.pages = 0;
  const reading = loadWholePast(table, around, (records) => {
    seen.push(records);
    if (records > 10) throw new Error("enough");
  });
  await expect(reading).rejects.toThrow("enough");
  await new Promise((resolve) => setImmediate(resolve));
  expect(Math.max(...seen)).toBeLessThan(20);
  expect(read.pages).toBeLessThan(pagesOfAll / 2);
});
