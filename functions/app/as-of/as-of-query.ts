import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { CalendarDate, dateOf, dayMs, epochMsOf, Instant, instantOf } from "#shared/model/time.ts";

/**
 * How far back may be asked: tombstones are kept for 90 days, and before the last of them is forgotten
 * nobody can say what there was.
 */
export const asOfDaysMax = 89;

export const asOfField = z
  .union([Instant, CalendarDate], {
    error:
      "Give a day (2026-09-30) or a moment in UTC with milliseconds (2026-09-30T12:00:00.000Z)",
  })
  .optional()
  .meta({
    description:
      "A moment of the past, or a day, which stands for its end in UTC; at most 89 days ago. Without it: now",
  });

/** The moment asked for. Throws `input.invalid` for the future, and for what nobody can know any more. */
export function momentAsked(
  asked: z.infer<typeof asOfField>,
  { now, connections }: { readonly now: Instant; readonly connections: readonly Connection[] },
): Instant {
  if (asked === undefined || asked === dateOf(now)) return now;
  const at = Instant.safeParse(asked).data ?? endOfDay(CalendarDate.parse(asked));
  if (at > now) throw refused("Name a moment that has passed");
  const earliest = instantOf(epochMsOf(now) - asOfDaysMax * dayMs);
  if (at < earliest) {
    throw refused(`The past is kept for ${asOfDaysMax} days, back to ${earliest.slice(0, 10)}`);
  }
  // One that was removed is not among them: it may have been connected before.
  const [first] = connections.map(({ createdAt }) => createdAt).toSorted();
  if (first === undefined || at < first) {
    throw refused(
      first === undefined
        ? "Nothing is connected, so nothing is known of any day"
        : `Of what is connected today the first was connected on ${first.slice(0, 10)}: before that nothing is known of it`,
    );
  }
  return at;
}

function endOfDay(day: CalendarDate): Instant {
  return Instant.parse(`${day}T23:59:59.999Z`);
}

function refused(message: string): HubError {
  return new HubError("input.invalid", message, { issues: [{ path: "asOf", message }] });
}
