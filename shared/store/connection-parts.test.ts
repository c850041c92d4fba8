import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { workConnection } from "#shared/testing/facts.ts";

import {
  countDelivery,
  listDeliveryCounts,
  listGaps,
  listQuarantined,
  quarantine,
  saveGaps,
} from "./connection-parts.ts";

const at = "2026-03-02T09:00:00.000Z" as Instant;
const where = { connectionId: workConnection, collection: "issues", at };

describe("what could not be understood", () => {
  test("is kept once per record, with its latest reason", async () => {
    const table = createMemoryTable();
    await quarantine(table, where, [{ record: "1", reason: "first" }]);
    await quarantine(table, where, [{ record: "1", reason: "second" }]);
    expect(await listQuarantined(table, workConnection)).toMatchObject([
      { record: "1", reason: "second" },
    ]);
  });

  test.each([
    ["long in bytes", "語".repeat(300)],
    ["cut in the middle of a character", `${"x".repeat(299)}😀`],
    ["cut there for its key", `${"x".repeat(199)}😀`],
    ["broken", "lone \ud800"],
  ])("is kept although its name is %s", async (_what, record) => {
    const table = createMemoryTable();
    await quarantine(table, where, [{ record, reason: `${"x".repeat(999)}😀` }]);
    expect(await listQuarantined(table, workConnection)).toHaveLength(1);
  });
});

test("a gap costs one write, however often it is noticed, until its reason is another", async () => {
  const table = createMemoryTable();
  const gap = { what: `${"Goals ".repeat(19)}12345😀`, why: "The plan has none" };
  await saveGaps(table, workConnection, at, [gap]);
  const later = "2026-03-02T10:00:00.000Z" as Instant;
  await saveGaps(table, workConnection, later, [gap]);
  expect(await listGaps(table, workConnection)).toMatchObject([{ why: gap.why, at }]);
  await saveGaps(table, workConnection, later, [{ ...gap, why: "A right is missing" }]);
  expect(await listGaps(table, workConnection)).toMatchObject([{ why: "A right is missing" }]);
});

test("deliveries are counted by day and by how they ended, the latest days first", async () => {
  const table = createMemoryTable();
  const next = "2026-03-03T00:00:00.000Z" as Instant;
  await countDelivery(table, workConnection, { ingested: 2 }, at);
  await countDelivery(table, workConnection, { ingested: 1, rejected: 1 }, at);
  await countDelivery(table, workConnection, { unverified: 1 }, next);
  expect(await listDeliveryCounts(table, workConnection)).toEqual([
    { day: "2026-03-03" as CalendarDate, counts: { unverified: 1 } },
    { day: "2026-03-02" as CalendarDate, counts: { ingested: 3, rejected: 1 } },
  ]);
});
