import * as z from "zod";

import { ConnectionId, OrgUnitId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Hours and minutes of a day, in somebody's own time zone. `08:30` */
export const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u);

const TimeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, "Name a time zone as the IANA database does, such as Europe/Berlin");

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return true;
  } catch {
    return false;
  }
}

/** Who hears of alerts, when, and how often: one document for the hub, set by an ops admin. */
export const Routing = z.strictObject({
  type: z.literal("routing"),
  /** Channels of units; one speaks for the units below it too, unless these have their own. */
  channels: z
    .array(z.strictObject({ unitId: OrgUnitId, connectionId: ConnectionId }))
    .max(500)
    .default([]),
  /**
   * The channel for what belongs to no unit with a channel, for reports and for what rules tell their
   * owners. Absent: the channel that was connected first.
   */
  defaultChannelId: ConnectionId.optional(),
  /** The channel through which people are reached one by one. Absent: the first that can; if none, nobody. */
  peopleThroughId: ConnectionId.optional(),
  /** How long each rung of the ladder has to react, counted in hours of working days. */
  responseHours: z.int().min(1).max(720).default(48),
  /** Messages a week; what exceeds them goes into a digest. Zero: digests only. */
  weeklyBudgetOfPerson: z.int().min(0).max(200).default(10),
  /** The same for a channel; absent: as many as there are. */
  weeklyBudgetOfChannel: z.int().min(0).max(2000).optional(),
  /** From when to when nobody is disturbed, by their own clock; equal: never quiet. */
  quietFrom: TimeOfDay.default("18:00"),
  quietUntil: TimeOfDay.default("08:00"),
  /** ISO weekdays, Monday is 1. */
  workingDays: z.array(z.int().min(1).max(7)).min(1).max(7).default([1, 2, 3, 4, 5]),
  timeZone: TimeZone.default("UTC"),
  /** Time zones by the location that the HR system tells of a person. */
  timeZones: z
    .array(z.strictObject({ location: z.string().min(1).max(120), timeZone: TimeZone }))
    .max(500)
    .default([]),
  /** When digests and briefs are made, by the recipient's own clock. */
  digestDay: z.int().min(1).max(7).default(1),
  digestTime: TimeOfDay.default("08:30"),
  /**
   * What a first reading finds, up to so long after it, is a report and no flood of messages. Zero: every
   * finding is news at once.
   */
  baselineMinutes: z.int().min(0).max(10_080).default(60),
  /** The alerts that a baseline may send to one recipient by themselves; the rest waits for the digest. */
  baselineAlertsMax: z.int().min(0).max(20).default(3),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Routing = z.infer<typeof Routing>;
