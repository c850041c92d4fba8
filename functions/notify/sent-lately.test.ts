import { expect, test } from "vitest";

import { calendarOf } from "#shared/kit/routing/working-time.ts";
import { Routing } from "#shared/model/routing.ts";
import { dayMs, hourMs, instantOf } from "#shared/model/time.ts";

import { sentLately, withSent } from "./sent-lately.ts";

const startMs = Date.parse("2026-03-04T08:00:00.000Z");
const at = (ms: number) => instantOf(startMs + ms);
const calendar = calendarOf(Routing.parse({ type: "routing", updatedAt: at(0), revision: 0 }));

test("a message counts for a week from the hour it was sent, on whatever weekday that was", () => {
  let days = withSent({ days: [] }, { calendar, now: at(0), isBaseline: true });
  days = withSent({ days }, { calendar, now: at(hourMs), isBaseline: false });
  expect(sentLately({ days }, calendar, at(7 * dayMs))).toEqual({ messages: 2, baseline: 1 });
  expect(sentLately({ days }, calendar, at(8 * dayMs))).toEqual({ messages: 0, baseline: 0 });
});

test("what is too old to count is not kept", () => {
  let days: ReturnType<typeof withSent> = [];
  for (let day = 0; day < 20; day += 1) {
    days = withSent({ days }, { calendar, now: at(day * dayMs), isBaseline: false });
  }
  expect(days).toHaveLength(8);
});
