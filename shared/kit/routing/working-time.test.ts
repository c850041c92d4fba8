import { describe, expect, test } from "vitest";

import { Routing } from "#shared/model/routing.ts";
import { Instant } from "#shared/model/time.ts";

import type { Calendar } from "./working-time.ts";
import { addWorkingHours, calendarOf, nextDigestAt, nextDisturbable } from "./working-time.ts";

const at = (text: string) => Instant.parse(text);
const routing = Routing.parse({
  type: "routing",
  timeZone: "Europe/Berlin",
  timeZones: [{ location: "Lisbon", timeZone: "Europe/Lisbon" }],
  updatedAt: "2026-01-01T00:00:00.000Z",
  revision: 0,
});
const berlin: Calendar = calendarOf(routing);

test("people live by the time of their location, channels by the hub's", () => {
  expect(calendarOf(routing, { location: "lisbon" }).timeZone).toBe("Europe/Lisbon");
  expect(calendarOf(routing, { location: "Oslo" }).timeZone).toBe("Europe/Berlin");
  expect(berlin.timeZone).toBe("Europe/Berlin");
});

describe("nobody is disturbed", () => {
  test.each([
    ["at work", "2026-03-04T09:00:00.000Z", "2026-03-04T09:00:00.000Z"],
    ["in the evening", "2026-03-04T17:00:00.000Z", "2026-03-05T07:00:00.000Z"],
    ["before the morning", "2026-03-04T05:59:00.000Z", "2026-03-04T07:00:00.000Z"],
    ["on Friday evening", "2026-03-06T20:00:00.000Z", "2026-03-09T07:00:00.000Z"],
    ["on Sunday", "2026-03-08T12:00:00.000Z", "2026-03-09T07:00:00.000Z"],
    // Clocks go forward in the night to Sunday, 29 March, and back in the night to 25 October.
    ["before the short night", "2026-03-27T19:00:00.000Z", "2026-03-30T06:00:00.000Z"],
    ["before the long night", "2026-10-23T19:00:00.000Z", "2026-10-26T07:00:00.000Z"],
  ])("%s", (_when, given, expected) => {
    expect(nextDisturbable(berlin, at(given))).toBe(expected);
  });

  test("in a quiet hour that the clocks leave out, or go through twice", () => {
    const always = { ...berlin, workingDays: [1, 2, 3, 4, 5, 6, 7], quietFrom: "01:00" };
    const shortNight = nextDisturbable(
      { ...always, quietUntil: "02:30" },
      at("2026-03-29T00:30:00.000Z"),
    );
    expect(shortNight >= "2026-03-29T01:00:00.000Z").toBe(true);
    const longNight = { ...always, quietUntil: "02:30" };
    for (const given of ["2026-10-25T00:10:00.000Z", "2026-10-25T01:10:00.000Z"]) {
      expect(nextDisturbable(longNight, at(given)) > given).toBe(true);
    }
  });

  test("at any time, where quiet hours are of no length", () => {
    const never = { ...berlin, quietFrom: "00:00", quietUntil: "00:00" };
    expect(nextDisturbable(never, at("2026-03-04T23:00:00.000Z"))).toBe("2026-03-04T23:00:00.000Z");
    expect(nextDisturbable(never, at("2026-03-07T12:00:00.000Z"))).toBe("2026-03-08T23:00:00.000Z");
  });

  test("at noon, where that is when it is quiet", () => {
    const noon = { ...berlin, quietFrom: "12:00", quietUntil: "13:00" };
    expect(nextDisturbable(noon, at("2026-03-04T11:30:00.000Z"))).toBe("2026-03-04T12:00:00.000Z");
  });
});

describe("hours to respond in", () => {
  test.each([
    ["on the same day", "2026-03-04T09:00:00.000Z", 8, "2026-03-04T17:00:00.000Z"],
    ["over a night", "2026-03-04T09:00:00.000Z", 24, "2026-03-05T09:00:00.000Z"],
    ["leave out the weekend", "2026-03-06T09:00:00.000Z", 48, "2026-03-10T09:00:00.000Z"],
    ["begin on Monday", "2026-03-07T09:00:00.000Z", 24, "2026-03-09T23:00:00.000Z"],
    ["over the short weekend", "2026-03-27T10:00:00.000Z", 24, "2026-03-30T09:00:00.000Z"],
    ["over the long weekend", "2026-10-23T10:00:00.000Z", 24, "2026-10-26T11:00:00.000Z"],
  ])("%s", (_how, from, hours, expected) => {
    expect(addWorkingHours(berlin, at(from), hours)).toBe(expected);
  });

  test("of a short day are as many as it has", () => {
    const everyDay = { ...berlin, workingDays: [1, 2, 3, 4, 5, 6, 7] };
    expect(addWorkingHours(everyDay, at("2026-03-28T12:00:00.000Z"), 24)).toBe(
      "2026-03-29T12:00:00.000Z",
    );
  });
});

test.each([
  ["2026-03-02T07:29:00.000Z", "2026-03-02T07:30:00.000Z"],
  ["2026-03-02T07:30:00.000Z", "2026-03-09T07:30:00.000Z"],
  ["2026-03-24T12:00:00.000Z", "2026-03-30T06:30:00.000Z"],
  ["2026-10-20T12:00:00.000Z", "2026-10-26T07:30:00.000Z"],
])("after %s the next digest is made at %s", (from, expected) => {
  expect(nextDigestAt(berlin, at(from))).toBe(expected);
});
