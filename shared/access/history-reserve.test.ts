import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { historyReserve } from "#shared/model/budget.ts";
import { connectionId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { SharedBudget } from "./shared-budget.ts";

const owner = connectionId("0123456789");
const request = { endpoint: "POST /changelog/bulkfetch", points: 100 };
const quota = { limit: 10_000, remaining: 10_000, windowSeconds: 3600 };

/** Spends until refused; returns how many requests were admitted, and what the refusal said. */
async function spendAll(budget: SharedBudget) {
  for (let count = 0; ; count += 1) {
    try {
      await budget.admit(request);
    } catch (error) {
      return { count, error };
    }
  }
}

test("the past takes points while half of the hour's are left, whoever took the others", async () => {
  const clock = new ManualClock("2026-11-21T10:20:00.000Z");
  const deps = { table: createMemoryTable(), clock };
  const open = (reserve?: number) =>
    new SharedBudget(deps, {
      owner,
      isInteractive: false,
      ...(reserve !== undefined && { reserve }),
    });
  const reading = open();
  await reading.observe(request, { quota });
  for (let count = 0; count < 20; count += 1) await reading.admit(request);
  const past = await spendAll(open(historyReserve));
  expect(past.count).toBeGreaterThan(15);
  expect(past.count).toBeLessThanOrEqual(30);
  expect(past.error).toMatchObject({ code: "connector.rate-limited", retryAfterMs: 40 * minuteMs });
  // All the rest is for the present.
  expect((await spendAll(reading)).count).toBeGreaterThanOrEqual(47);
  clock.advance(40 * minuteMs);
  expect((await spendAll(open(historyReserve))).count).toBeGreaterThan(40);
});
