import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { dayMs, minuteMs } from "#shared/model/time.ts";

import { equalCuts, splitByCreated } from "./created-windows.ts";

const fromMs = Date.UTC(2024, 0, 1);
const toMs = fromMs + 512 * dayMs;

/** Counts these moments, and how often it was asked. */
function counting(moments: readonly number[]) {
  const asked = { times: 0 };
  const count = async (window: { readonly fromMs: number; readonly toMs: number }) => {
    asked.times += 1;
    return moments.filter((each) => each >= window.fromMs && each < window.toMs).length;
  };
  return { asked, count };
}

describe("windows of creation", () => {
  test("are halved where they hold too much, adjoin, and hold everything", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 512 * 24 * 60 - 1 }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (minutes, countMax) => {
          const moments = minutes.map((minute) => fromMs + minute * minuteMs);
          const { count } = counting(moments);
          const whole = { fromMs, toMs, count: moments.length };
          const windows = await splitByCreated(whole, { count, countMax, windowsMax: 64 });
          expect(windows.length).toBeLessThanOrEqual(64);
          expect(windows.reduce((sum, each) => sum + each.count, 0)).toBe(moments.length);
          expect([windows[0]?.fromMs, windows.at(-1)?.toMs]).toEqual([fromMs, toMs]);
          const ends = windows.map((each) => each.toMs);
          expect(windows.slice(1).map((each) => each.fromMs)).toEqual(ends.slice(0, -1));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("cost one count for each that is made", async () => {
    const moments = Array.from({ length: 1600 }, (_, n) => fromMs + n * 0.32 * dayMs);
    const { asked, count } = counting(moments);
    const whole = { fromMs, toMs, count: 1600 };
    const windows = await splitByCreated(whole, { count, countMax: 100, windowsMax: 32 });
    expect([windows.length, asked.times]).toEqual([16, 15]);
  });

  test("of one minute are not halved, however much they hold", async () => {
    const { count } = counting(Array.from({ length: 100 }, () => fromMs));
    const whole = { fromMs, toMs, count: 100 };
    const windows = await splitByCreated(whole, { count, countMax: 10, windowsMax: 1000 });
    expect(windows[0]).toEqual({ fromMs, toMs: fromMs + minuteMs, count: 100 });
  });
});

test("cuts make parts of equal size out of windows that are not", () => {
  const windows = [
    { fromMs: 0, toMs: 100, count: 10 },
    { fromMs: 100, toMs: 200, count: 0 },
    { fromMs: 200, toMs: 300, count: 30 },
  ];
  expect(equalCuts(windows, 4)).toEqual([100, 200 + 100 / 3, 200 + 200 / 3]);
  expect(equalCuts(windows, 1)).toEqual([]);
  expect(equalCuts([{ fromMs: 0, toMs: 100, count: 0 }], 4)).toEqual([]);
});
