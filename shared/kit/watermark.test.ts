import { expect, test } from "vitest";

import type { Instant } from "#shared/model/time.ts";
import { minuteMs } from "#shared/model/time.ts";

import { watermarkAfter } from "./watermark.ts";

test("a run reads from before the beginning of the last one", () => {
  const startedAt = "2026-03-02T09:00:00.000Z" as Instant;
  expect(watermarkAfter(startedAt, 10 * minuteMs)).toBe("2026-03-02T08:50:00.000Z");
});

test("there is nothing before the beginning of time", () => {
  expect(watermarkAfter("1970-01-01T00:00:01.000Z" as Instant, minuteMs)).toBe(
    "1970-01-01T00:00:00.000Z",
  );
});
