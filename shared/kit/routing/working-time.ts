import { DateTime } from "luxon";

import type { Person } from "#shared/model/facts.ts";
import type { Routing } from "#shared/model/routing.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { epochMsOf, hourMs, instantOf } from "#shared/model/time.ts";

/*
 * When somebody may be disturbed, by their own clock. Days and weeks are those of a time zone, so that a day
 * of 23 or 25 hours counts as one, and a time that a night of changing clocks leaves out is the next there is.
 */

/** What of the routing speaks of time, in one time zone. */
export interface Calendar {
  readonly timeZone: string;
  readonly workingDays: readonly number[];
  readonly quietFrom: string;
  readonly quietUntil: string;
  readonly digestDay: number;
  readonly digestTime: string;
}

/** A person's by their location; a channel's, without one, is the hub's. */
export function calendarOf(routing: Routing, person?: Pick<Person, "location">): Calendar {
  const { workingDays, quietFrom, quietUntil, digestDay, digestTime } = routing;
  const location = person?.location?.toLowerCase();
  const known = routing.timeZones.find((one) => one.location.toLowerCase() === location);
  const timeZone = known?.timeZone ?? routing.timeZone;
  return { timeZone, workingDays, quietFrom, quietUntil, digestDay, digestTime };
}

/** Further ahead than any week without a working day. */
const daysAheadMax = 15;

/** The first moment from `at` on that is on a working day and not in quiet hours: `at` itself, if it is. */
export function nextDisturbable(calendar: Calendar, at: Instant): Instant {
  let local = localOf(calendar, at);
  for (let day = 0; day < daysAheadMax; day += 1) {
    if (!isWorkingDay(calendar, local)) {
      local = local.plus({ days: 1 }).startOf("day");
      continue;
    }
    const free = endOfQuiet(calendar, local);
    if (free.hasSame(local, "day")) return instantOf(free.toMillis());
    local = free.startOf("day");
  }
  return at;
}

/** The moment itself where it is not quiet, else when that ends: on the same day, or at the next one's start. */
function endOfQuiet({ quietFrom, quietUntil }: Calendar, local: DateTime): DateTime {
  if (quietFrom === quietUntil) return local;
  const time = local.toFormat("HH:mm");
  if (quietFrom < quietUntil) {
    return time >= quietFrom && time < quietUntil ? atTime(local, quietUntil) : local;
  }
  if (time < quietUntil) return atTime(local, quietUntil);
  return time >= quietFrom ? local.plus({ days: 1 }).startOf("day") : local;
}

/** That time of the day; where clocks go back over it, the one that is not over. */
function atTime(local: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const found = local.set({ hour, minute, second: 0, millisecond: 0 });
  return found < local ? found.plus({ hours: 1 }) : found;
}

/** So many hours later, of which those on days off do not count. */
export function addWorkingHours(calendar: Calendar, at: Instant, hours: number): Instant {
  let leftMs = hours * hourMs;
  let local = localOf(calendar, at);
  for (;;) {
    const midnight = local.plus({ days: 1 }).startOf("day");
    if (isWorkingDay(calendar, local)) {
      const todayMs = midnight.toMillis() - local.toMillis();
      if (leftMs <= todayMs) return instantOf(local.toMillis() + leftMs);
      leftMs -= todayMs;
    }
    local = midnight;
  }
}

/** The first moment after `at` at which digests are made. */
export function nextDigestAt(calendar: Calendar, at: Instant): Instant {
  const local = localOf(calendar, at);
  const days = (calendar.digestDay - local.weekday + 7) % 7;
  const first = timeOf(local.plus({ days }), calendar.digestTime);
  const next = first > local ? first : timeOf(local.plus({ days: days + 7 }), calendar.digestTime);
  return instantOf(next.toMillis());
}

function timeOf(local: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return local.set({ hour, minute, second: 0, millisecond: 0 });
}

/** The day that it is there. */
export function dayOf(calendar: Pick<Calendar, "timeZone">, at: Instant): CalendarDate {
  return localOf(calendar, at).toFormat("yyyy-MM-dd") as CalendarDate;
}

function isWorkingDay({ workingDays }: Calendar, local: DateTime): boolean {
  return workingDays.includes(local.weekday);
}

function localOf({ timeZone }: Pick<Calendar, "timeZone">, at: Instant): DateTime {
  return DateTime.fromMillis(epochMsOf(at), { zone: timeZone, locale: "en" });
}
