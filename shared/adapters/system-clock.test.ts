import { expect, test } from "vitest";

import { Instant, epochMsOf } from "#shared/model/time.ts";

import { systemClock } from "./system-clock.ts";

test("gives the same time as a number and as an instant", () => {
  const before = systemClock.nowMs();
  const now = Instant.parse(systemClock.now());
  expect(epochMsOf(now)).toBeGreaterThanOrEqual(before);
  expect(epochMsOf(now)).toBeLessThanOrEqual(systemClock.nowMs());
});

test("a sleep ends after its time", async () => {
  const before = performance.now();
  await systemClock.sleep(5);
  // Timers may fire up to a millisecond early.
  expect(performance.now() - before).toBeGreaterThanOrEqual(4);
});

test("an aborted sleep rejects with the signal's own reason, before or during the wait", async () => {
  const reason = new Error("the hub is closing");
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);

  const controller = new AbortController();
  const asleep = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(asleep).rejects.toBe(reason);
});
