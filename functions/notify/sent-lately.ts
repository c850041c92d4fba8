import type { Calendar } from "#shared/kit/routing/working-time.ts";
import { dayOf } from "#shared/kit/routing/working-time.ts";
import type { Mailbox } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";

/** Today and the seven days before: whatever seven times 24 hours one looks at, they lie within so many. */
const daysCounted = 8;

/** What a recipient got within a week, counted back from now: a budget by calendar weeks would let twice as much by. */
export function sentLately(
  { days }: Pick<Mailbox, "days">,
  calendar: Calendar,
  now: Instant,
): { readonly messages: number; readonly baseline: number } {
  const lately = latest(days, calendar, now);
  return {
    messages: lately.reduce((sum, one) => sum + one.messages, 0),
    baseline: lately.reduce((sum, one) => sum + (one.baseline ?? 0), 0),
  };
}

/** The counts with one message more, without what is too old to matter. */
export function withSent(
  { days }: Pick<Mailbox, "days">,
  given: { readonly calendar: Calendar; readonly now: Instant; readonly isBaseline: boolean },
): Mailbox["days"] {
  const { calendar, now, isBaseline } = given;
  const day = dayOf(calendar, now);
  const lately = latest(days, calendar, now);
  const { messages = 0, baseline = 0 } = lately.find((one) => one.day === day) ?? {};
  const next = { day, messages: messages + 1, baseline: baseline + Number(isBaseline) };
  return [...lately.filter((one) => one.day !== day), next].slice(-daysCounted);
}

function latest(days: Mailbox["days"], calendar: Calendar, now: Instant): Mailbox["days"] {
  const since = dayOf(calendar, instantOf(epochMsOf(now) - (daysCounted - 1) * dayMs));
  return days.filter(({ day }) => day >= since);
}
