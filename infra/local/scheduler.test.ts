import { expect, test } from "vitest";

import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { Schedule } from "./scheduler.ts";

/** Time that passes only in `advance`, which lets everything due run first. */
function steppedClock(): Clock & { advance(ms: number): Promise<void> } {
  let nowMs = Date.parse("2026-11-21T08:00:00.000Z");
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const drain = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    nowMs: () => nowMs,
    now: () => instantOf(nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async advance(ms) {
      nowMs += ms;
      await drain();
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await drain();
    },
  };
}

test("runs at the start and then at the rate", async () => {
  const clock = steppedClock();
  const times: string[] = [];
  const invoke = (event: { readonly time: string }) => Promise.resolve(times.push(event.time));
  const schedule = new Schedule({ functionName: "sweep", everyMinutes: 2, clock, invoke });
  schedule.start();
  for (let minute = 0; minute < 5; minute += 1) await clock.advance(minuteMs);
  expect(times).toEqual(["2026-11-21T08:00:00Z", "2026-11-21T08:02:00Z", "2026-11-21T08:04:00Z"]);
  await schedule.stop();
});

test("ticks missed while the machine slept or a run took long become one, on the old beat", async () => {
  const clock = steppedClock();
  const times: string[] = [];
  const gate = Promise.withResolvers<void>();
  const invoke = async (event: { readonly time: string }) => {
    times.push(event.time.slice(11, 16));
    if (times.length === 2) await gate.promise;
  };
  const schedule = new Schedule({ functionName: "sweep", everyMinutes: 1, clock, invoke });
  schedule.start();
  await clock.advance(10.5 * minuteMs);
  expect(times).toEqual(["08:00", "08:10"]);
  await clock.advance(5 * minuteMs);
  expect(schedule.isIdle()).toBe(false);
  gate.resolve();
  await clock.advance(0);
  expect(times).toEqual(["08:00", "08:10", "08:15"]);
  await clock.advance(0.5 * minuteMs);
  expect(times).toEqual(["08:00", "08:10", "08:15", "08:16"]);
  await schedule.stop();
});

test("the event is that of a scheduled rule", async () => {
  const clock = steppedClock();
  const events: unknown[] = [];
  const invoke = (event: unknown) => Promise.resolve(events.push(event));
  const schedule = new Schedule({ functionName: "sweep", everyMinutes: 1, clock, invoke });
  schedule.start();
  await clock.advance(0);
  expect(events).toEqual([
    {
      version: "0",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/u),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: "000000000000",
      time: "2026-11-21T08:00:00Z",
      region: "local",
      resources: ["arn:aws:events:local:000000000000:rule/sweep"],
      detail: {},
    },
  ]);
  await schedule.stop();
});
