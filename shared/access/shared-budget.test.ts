import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { connectionId } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Key } from "#shared/ports/table.ts";
import { getBudget, takenPoints } from "#shared/store/budgets.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { SharedBudget } from "./shared-budget.ts";

const id = connectionId("0123456789");
const search = { endpoint: "POST /search/jql", points: 100 };

function rig() {
  const clock = new ManualClock("2026-11-21T10:20:00.000Z");
  const deps = { table: createMemoryTable(), clock };
  const open = (isInteractive = false) => new SharedBudget(deps, { owner: id, isInteractive });
  return { ...deps, open };
}

const quota = { limit: 10_000, remaining: 10_000, windowSeconds: 3600 };

/** Spends until refused; returns how many requests were admitted, and what the refusal said. */
async function spendAll(budget: SharedBudget) {
  for (let count = 0; ; count += 1) {
    try {
      await budget.admit(search);
    } catch (error) {
      return { count, error };
    }
  }
}

test("without anything known of limits, everything is admitted and nothing is written", async () => {
  const { open, table } = rig();
  for (let count = 0; count < 100; count += 1) await open().admit(search);
  await open().observe(search, {});
  expect(table.usage().writeUnits).toBe(0);
});

test("functions share one hour's quota, leave the reserve to people, and go on in the next hour", async () => {
  const { open, table, clock } = rig();
  const [first, second] = [open(), open()];
  await first.observe(search, { quota });
  await second.admit(search);
  const one = await spendAll(first);
  const two = await spendAll(second);
  expect(one.error).toMatchObject({ code: "connector.rate-limited", retryAfterMs: 40 * minuteMs });
  expect(one.count + two.count + 1).toBe(97);
  expect((await spendAll(open(true))).count).toBe(3);
  const budget = await getBudget(table, id);
  const startsAt = budget?.quota?.startsAt ?? clock.now();
  expect(await takenPoints(table, { owner: id, startsAt })).toBe(10_000);
  clock.advance(40 * minuteMs);
  expect((await spendAll(first)).count).toBe(97);
});

test("what a request did not cost after all can be spent on others", async () => {
  const { open } = rig();
  const budget = open();
  await budget.observe(search, { quota });
  for (let count = 0; count < 950; count += 1) {
    await budget.admit(search);
    await budget.observe(search, { spentPoints: 10 });
  }
  // 9500 of 9700 points are spent.
  expect((await spendAll(budget)).count).toBeLessThanOrEqual(2);
});

test("a tenant told to wait waits in every function, and no longer than told", async () => {
  const { open, clock, table } = rig();
  const [first, second] = [open(), open()];
  const reason = "jira-quota-tenant-based";
  await first.observe(search, {
    refusal: { reason, scope: "tenant", retryAfterMs: 90_000 },
  });
  await expect(second.admit({ endpoint: "GET /field", points: 1 })).rejects.toMatchObject({
    code: "connector.rate-limited",
    retryAfterMs: 90_000,
  });
  clock.advance(91_000);
  await second.admit(search);
  expect(await getBudget(table, id)).toMatchObject({ refusals: { [reason]: 1 } });
});

test.each(["tenant", "endpoint"] as const)(
  "a shorter refusal of the %s after a longer one lets nobody ask sooner",
  async (scope) => {
    const { open, clock, table } = rig();
    const [first, second] = [open(), open()];
    await first.observe(search, { refusal: { reason: "hour", scope, retryAfterMs: 600_000 } });
    // Another request was under way, and is answered a second later with less patience asked for.
    clock.advance(1000);
    await second.observe(search, { refusal: { reason: "burst", scope, retryAfterMs: 2000 } });
    for (const each of [first, second, open()]) {
      await expect(each.admit(search)).rejects.toMatchObject({ retryAfterMs: 599_000 });
    }
    expect(await getBudget(table, id)).toMatchObject({ refusals: { hour: 1, burst: 1 } });
    await second.observe(search, { refusal: { reason: "day", scope, retryAfterMs: 900_000 } });
    await expect(open().admit(search)).rejects.toMatchObject({ retryAfterMs: 900_000 });
  },
);

test("a refusal is obeyed though another lane was still reading what stood before", async () => {
  const { table, clock, open } = rig();
  await open().observe(search, { quota });
  let release = (): void => undefined;
  const isSlow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slowOnce = { isUsed: false };
  const slow = {
    ...table,
    get: async (key: Key) => {
      const item = await table.get(key);
      if (!slowOnce.isUsed) {
        slowOnce.isUsed = true;
        await isSlow;
      }
      return item;
    },
  };
  const budget = new SharedBudget({ table: slow, clock }, { owner: id, isInteractive: false });
  const reading = budget.admit(search);
  await budget.observe(search, {
    refusal: { reason: "hour", scope: "tenant", retryAfterMs: 60_000 },
  });
  release();
  await reading.catch(() => undefined);
  await expect(budget.admit(search)).rejects.toMatchObject({ retryAfterMs: 60_000 });
});

test("an endpoint's burst limit stops that endpoint alone", async () => {
  const { open } = rig();
  const [first, second] = [open(), open()];
  await first.observe(search, {
    refusal: { reason: "jira-burst-based", scope: "endpoint", retryAfterMs: 2000 },
  });
  await second.admit({ endpoint: "GET /field", points: 1 });
  await expect(second.admit(search)).rejects.toMatchObject({ retryAfterMs: 2000 });
});

test("many lanes of one function take the quota in few writes and never more than there is", async () => {
  const { open, table, clock } = rig();
  const budget = open();
  await budget.observe(search, { quota: { ...quota, limit: 65_000 } });
  const before = table.usage().writeUnits;
  const lanes = Array.from({ length: 8 }, () => spendAll(budget));
  const counts = await Promise.all(lanes);
  const admitted = counts.reduce((sum, { count }) => sum + count, 0);
  expect(admitted * 100).toBeLessThanOrEqual(65_000 * 0.97);
  expect(admitted * 100).toBeGreaterThan(65_000 * 0.96);
  expect(table.usage().writeUnits - before).toBeLessThan(1100);
  clock.advance(hourMs);
  await budget.admit(search);
});

test("functions that live for a few requests leave the quota to others, whatever they planned", async () => {
  const { open, table, clock } = rig();
  const limit = 65_000;
  await open().observe(search, { quota: { ...quota, limit } });
  const ids = { endpoint: "POST /search/jql", points: 5001 };
  const one = { endpoint: "GET /field", points: 1 };
  for (let count = 0; count < 200; count += 1) {
    const listing = open();
    await listing.admit(ids);
    await listing.observe(ids, { spentPoints: 13 });
    for (let more = 0; more < 3; more += 1) {
      const asking = open();
      await asking.admit(one);
      await asking.observe(one, { spentPoints: 1 });
    }
  }
  const startsAt = (await getBudget(table, id))?.quota?.startsAt ?? clock.now();
  const taken = await takenPoints(table, { owner: id, startsAt });
  expect(taken).toBeGreaterThanOrEqual(200 * 16);
  expect(taken).toBeLessThan(200 * 16 * 2);
});

test("what a request of the last hour did not cost is nothing that this hour has more", async () => {
  const { open, clock } = rig();
  const budget = open();
  await budget.observe(search, { quota });
  const large = { endpoint: "POST /search/jql", points: 5000 };
  await budget.admit(large);
  clock.advance(hourMs);
  await budget.admit({ ...search });
  await budget.observe(large, { spentPoints: 1 });
  expect((await spendAll(budget)).count).toBe(96);
});
