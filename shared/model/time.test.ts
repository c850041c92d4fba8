import { describe, expect, test } from "vitest";

import { dateOf, instantOf, readDate, readInstant } from "./time.ts";

describe("readInstant", () => {
  test("reads the forms providers send as one moment", () => {
    const moment = instantOf(Date.UTC(2026, 3, 28, 13, 33, 15, 438));
    expect(readInstant("2026-04-28T13:33:15.438Z")).toBe(moment);
    // Jira leaves out the colon of the offset.
    expect(readInstant("2026-04-28T15:33:15.438+0200")).toBe(moment);
    expect(readInstant("2026-04-28T15:33:15.438+02:00")).toBe(moment);
    expect(readInstant(Date.UTC(2026, 3, 28, 13, 33, 15, 438))).toBe(moment);
  });

  test("gives text that sorts as time does", () => {
    const early = readInstant("2026-04-28T23:59:59+02:00");
    const late = readInstant("2026-04-28T22:00:00Z");
    expect(early).toBe("2026-04-28T21:59:59.000Z");
    expect(String(early) < String(late)).toBe(true);
  });

  test.each([
    ["a calendar date", "2026-04-28"],
    ["words", "yesterday"],
    ["nothing", undefined],
    ["null", null],
    ["a month that does not exist", "2026-13-28T13:33:15Z"],
    ["a number beyond time", 8.64e15 + 1],
    ["a year of five digits", 253_402_300_800_000],
    ["not a number", Number.NaN],
  ])("refuses %s", (_name, value) => {
    expect(readInstant(value)).toBeUndefined();
  });
});

test("a calendar date keeps its day in every zone", () => {
  expect(readDate("2026-04-28")).toBe("2026-04-28");
  expect(readDate("2026-04-28T23:30:00.000+0200")).toBe("2026-04-28");
  expect(readDate("28.04.2026")).toBeUndefined();
  expect(dateOf(instantOf(Date.UTC(2026, 3, 28, 23, 30)))).toBe("2026-04-28");
});
