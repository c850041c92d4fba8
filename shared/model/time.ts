import * as z from "zod";

/** A moment: UTC, exactly milliseconds, so text order is time order. `2026-11-21T05:22:31.078Z` */
export const Instant = z.iso.datetime({ precision: 3 }).brand<"Instant">();
export type Instant = z.infer<typeof Instant>;

/** A calendar day, never a moment. `2026-11-21` */
export const CalendarDate = z.iso.date().brand<"CalendarDate">();
export type CalendarDate = z.infer<typeof CalendarDate>;

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

let latest: { readonly epochMs: number; readonly instant: Instant } | undefined;

/** `toISOString` always gives UTC with milliseconds, which is the form `Instant` requires. */
export function instantOf(epochMs: number): Instant {
  // Many things happen at one moment, above all to a clock that stands still.
  if (epochMs !== latest?.epochMs) {
    latest = { epochMs, instant: new Date(epochMs).toISOString() as Instant };
  }
  return latest.instant;
}

export function epochMsOf(instant: Instant): number {
  return Date.parse(instant);
}

/** For libraries that take a `Date`. */
export function jsDateOf(epochMs: number): Date {
  return new Date(epochMs);
}

/**
 * Reads a provider's timestamp: ISO 8601 with or without milliseconds, with `Z`, `+02:00` or Jira's
 * `+0200`, or a number of milliseconds. Undefined if it is none of these or out of range.
 */
export function readInstant(value: unknown): Instant | undefined {
  const epochMs =
    typeof value === "number" ? value : value instanceof Date ? value.getTime() : parseText(value);
  if (epochMs === undefined || !Number.isFinite(epochMs) || Math.abs(epochMs) > 8.64e15)
    return undefined;
  const text = new Date(epochMs).toISOString();
  // Years beyond 9999 get a sign and six digits, which no longer sort as text.
  return text.length === 24 ? (text as Instant) : undefined;
}

function parseText(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T/u.test(value)) return undefined;
  const epochMs = Date.parse(value);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Reads the calendar day at the start of a provider's date or timestamp; undefined if there is none. */
export function readDate(value: unknown): CalendarDate | undefined {
  if (typeof value !== "string") return undefined;
  const parsed = CalendarDate.safeParse(value.slice(0, 10));
  return parsed.success ? parsed.data : undefined;
}

/** The UTC day of a moment. */
export function dateOf(instant: Instant): CalendarDate {
  return instant.slice(0, 10) as CalendarDate;
}

/** How many days the one is after the other; negative where it is before. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return (Date.parse(`${to}T00:00:00.000Z`) - Date.parse(`${from}T00:00:00.000Z`)) / dayMs;
}

/** The moment at which a day begins. */
export function startOfDay(day: CalendarDate): Instant {
  return instantOf(Date.parse(`${day}T00:00:00.000Z`));
}

/** The day after a day. */
export function dayAfter(day: CalendarDate): CalendarDate {
  return dateOf(instantOf(Date.parse(`${day}T00:00:00.000Z`) + dayMs));
}
