import * as z from "zod";

import { ConnectionId, PersonId } from "./ids.ts";
import { CalendarDate, Instant } from "./time.ts";

/** Days away, both ends included. Why is nobody's business, and never read. */
export const AbsenceDays = z.strictObject({ from: CalendarDate, to: CalendarDate });
export type AbsenceDays = z.infer<typeof AbsenceDays>;

/** Who is away when, so that whoever is away is not waited for. */
export type Absences = ReadonlyMap<PersonId, readonly AbsenceDays[]>;

/** Of one person, the nearest are kept. */
export const absencesOfPersonMax = 10;

/** A part of what one connection tells; all of them are replaced together. */
export const AbsencePart = z.strictObject({
  type: z.literal("absences"),
  connectionId: ConnectionId,
  part: z.int().nonnegative(),
  people: z.record(PersonId, z.array(AbsenceDays).max(absencesOfPersonMax)),
  updatedAt: Instant,
});
export type AbsencePart = z.infer<typeof AbsencePart>;

/** Whether somebody is away on a day. */
export function isAwayOn(days: readonly AbsenceDays[], day: CalendarDate): boolean {
  return days.some(({ from, to }) => from <= day && day <= to);
}
