import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import type { QueryRequest } from "#shared/ports/table.ts";
import { workConnection } from "#shared/testing/facts.ts";

import {
  claimSubscription,
  getGap,
  listGaps,
  listQuarantined,
  listSubscriptions,
  quarantine,
  removeGap,
  removeQuarantined,
  removeSubscription,
  retireQuarantined,
  saveGaps,
  saveSubscription,
} from "./connection-parts.ts";
import { countDelivery, listDeliveryCounts } from "./delivery-counts.ts";

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

describe("what was renewed since it was looked at stays", () => {
  const later = "2026-03-02T10:00:00.000Z" as Instant;

  test("in the quarantine", async () => {
    const table = createMemoryTable();
    await quarantine(table, where, [{ record: "1", reason: "first" }]);
    const [seen] = await listQuarantined(table, workConnection);
    if (!seen) throw new Error("Nothing was kept");
    await quarantine(table, { ...where, at: later }, [{ record: "1", reason: "again" }]);
    await removeQuarantined(table, seen);
    expect(await listQuarantined(table, workConnection)).toMatchObject([{ reason: "again" }]);
  });

  test("in the quarantine, though its collection was read whole a moment ago", async () => {
    const table = createMemoryTable();
    await quarantine(table, where, [{ record: "1", reason: "first" }]);
    const slow = {
      ...table,
      query: async (request: QueryRequest) => {
        const page = await table.query(request);
        // A delivery brings it again, right after it was listed.
        await quarantine(table, { ...where, at: later }, [{ record: "1", reason: "again" }]);
        return page;
      },
    };
    await retireQuarantined(slow, workConnection, { collection: "issues", since: later });
    expect(await listQuarantined(table, workConnection)).toMatchObject([{ reason: "again" }]);
    await retireQuarantined(table, workConnection, {
      collection: "issues",
      since: "2026-03-02T10:00:00.001Z" as Instant,
    });
    expect(await listQuarantined(table, workConnection)).toEqual([]);
  });

  test("among the gaps", async () => {
    const table = createMemoryTable();
    const gap = { what: "Goals", why: "The plan has none" };
    await saveGaps(table, workConnection, at, [gap]);
    const seen = await getGap(table, workConnection, gap.what);
    if (!seen) throw new Error("Nothing was kept");
    await saveGaps(table, workConnection, later, [{ ...gap, why: "A right is missing" }]);
    await removeGap(table, seen);
    const [standing] = await listGaps(table, workConnection);
    expect(standing).toMatchObject({ why: "A right is missing" });
    if (standing) await removeGap(table, standing);
    expect(await listGaps(table, workConnection)).toEqual([]);
  });

  test("among the subscriptions, claimed by another function", async () => {
    const table = createMemoryTable();
    const seen = {
      type: "subscription",
      id: "sub_0000000001",
      connectionId: workConnection,
      resource: "a",
      nativeId: "old",
      state: "active",
      publicUrl: "https://hub.example",
      createdAt: at,
    } as const;
    await saveSubscription(table, seen);
    expect(await claimSubscription(table, { ...seen, createdAt: later }, later)).toBe(true);
    await removeSubscription(table, seen);
    await saveSubscription(table, { ...seen, checkedAt: later });
    expect(await listSubscriptions(table, workConnection)).toMatchObject([
      { state: "pending", createdAt: later },
    ]);
    await removeSubscription(table, { ...seen, createdAt: later });
    expect(await listSubscriptions(table, workConnection)).toEqual([]);
  });
});
