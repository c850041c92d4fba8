import { setImmediate as nextTurn } from "node:timers/promises";

import { afterEach, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { AlertPolicies } from "./alert-policies.ts";

const unheard: unknown[] = [];
const hear = (error: unknown) => void unheard.push(error);
afterEach(() => void process.off("unhandledRejection", hear));

test("a read of settings that fails is told to whoever asked, and to nobody else", async () => {
  process.on("unhandledRejection", hear);
  const batchGet = () => Promise.reject(new HubError("store.unavailable", "Not now"));
  const table = { ...createMemoryTable(), batchGet };
  const policies = new AlertPolicies({
    table,
    clock: new ManualClock("2026-03-02T09:00:00.000Z"),
    rules: [],
  });
  await expect(policies.settingsItem("unlinked-work")).rejects.toThrow("Not now");
  await nextTurn();
  // Where the functions run, one of these would end the process.
  expect(unheard).toEqual([]);
});
