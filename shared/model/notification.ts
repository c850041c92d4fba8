import * as z from "zod";

import { AlertId, ConnectionId, OrgUnitId } from "./ids.ts";
import type { PersonId } from "./ids.ts";
import { Severity } from "./signal.ts";
import { CalendarDate, epochMsOf, Instant } from "./time.ts";

/*
 * How an alert reaches people. A transition of an alert makes one `Notification` for each recipient; those
 * that are due for one recipient are packed into a `Dispatch`, which is what is sent. A `Rung` remembers
 * when the next people up the ladder are to hear; a `Mailbox` how much a recipient got this week.
 */

/** Who is told: everybody who reads a channel, or one person reached through one. */
export const RecipientId = z
  .string()
  .regex(/^(?:channel:conn_[0-9a-z]{10}|person:\S{1,400})$/u)
  .brand<"RecipientId">();
export type RecipientId = z.infer<typeof RecipientId>;

export function channelRecipient(id: ConnectionId): RecipientId {
  return `channel:${id}` as RecipientId;
}

export function personRecipient(id: PersonId): RecipientId {
  return `person:${id}` as RecipientId;
}

/** The person behind a recipient; undefined for a channel. */
export function personOfRecipient(id: RecipientId): PersonId | undefined {
  return id.startsWith("person:") ? (id.slice("person:".length) as PersonId) : undefined;
}

/** Why somebody is told. `woken`: a snooze is over. `contested`: to the rule's owner, who decides. */
export const NotificationReason = z.enum(["opened", "escalated", "woken", "contested", "resolved"]);
export type NotificationReason = z.infer<typeof NotificationReason>;

/** A rule, at most four teams and a goal, each by its id: see `groupKeyOf`. */
const GroupKey = z.string().max(2400);

/** `message`: as soon as the recipient may be disturbed. `digest`: with the next digest, with the rest. */
export const DeliveryMode = z.enum(["message", "digest"]);
export type DeliveryMode = z.infer<typeof DeliveryMode>;

export const DispatchId = z
  .string()
  .regex(/^dispatch:\S{1,440}$/u)
  .brand<"DispatchId">();
export type DispatchId = z.infer<typeof DispatchId>;

/** One transition of one alert, for one recipient: exactly one is made, and it ends in one dispatch at most. */
export const Notification = z.strictObject({
  type: z.literal("notification"),
  alertId: AlertId,
  generation: z.int().positive(),
  reason: NotificationReason,
  /** How high on the ladder: 0 the owning team, then each manager above. */
  rung: z.int().nonnegative(),
  recipient: RecipientId,
  /** Which time, where a transition can come again in one generation: when it woke, or was contested. */
  occasionAt: Instant.optional(),
  /** The channel it goes through. */
  connectionId: ConnectionId,
  /** Why this recipient, as pages show it: "Lead of Payments", "Channel of Payments". */
  because: z.string().max(200),
  /** Notifications of one recipient and group share a dispatch. */
  groupKey: GroupKey,
  severity: Severity,
  mode: DeliveryMode,
  /** `packed`: part of a dispatch, whose outcome is its own. `dropped`: over before anybody was told. */
  state: z.enum(["waiting", "packed", "dropped"]),
  /** When it may be packed: later than `createdAt` in quiet hours, and for a digest. */
  dueAt: Instant,
  dispatchId: DispatchId.optional(),
  droppedBecause: z.string().max(200).optional(),
  createdAt: Instant,
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Notification = z.infer<typeof Notification>;

/**
 * How an attempt to send ended. `deferred`: the channel has not taken it and is asked again. `uncertain`: its
 * answer was lost, so that it may have been shown; it is sent again only where the channel drops a repeat.
 */
export const DispatchOutcome = z.enum(["attempting", "deferred", "sent", "refused", "uncertain"]);
export type DispatchOutcome = z.infer<typeof DispatchOutcome>;

export const DispatchKind = z.enum(["alert", "group", "digest", "brief", "baseline", "notice"]);
export type DispatchKind = z.infer<typeof DispatchKind>;

/** Alerts named one by one in a dispatch; of more, the number is kept. */
export const dispatchAlertsMax = 200;
export const dispatchAttemptsMax = 20;

const DispatchAttempt = z.strictObject({
  at: Instant,
  /** `show` the message first; `update` what is shown, since alerts in it have changed. */
  verb: z.enum(["show", "update"]),
  outcome: DispatchOutcome,
  detail: z.string().max(300).optional(),
});

/** What a dispatch keeps of a report; see fitting-report.ts. */
export const dispatchReportBounds = {
  text: 1500,
  title: 400,
  url: 1500,
  lines: 50,
  sections: 40,
} as const;

const ReportLine = z.strictObject({
  text: z.string().max(dispatchReportBounds.text),
  url: z.string().max(dispatchReportBounds.url).optional(),
});

/** What a report says beside the alerts of its dispatch, as it was composed. */
export const DispatchReport = z.strictObject({
  sentence: z.string().max(dispatchReportBounds.text),
  sections: z
    .array(
      z.strictObject({
        title: z.string().max(dispatchReportBounds.title),
        lines: z.array(ReportLine).max(dispatchReportBounds.lines).readonly(),
        more: z.int().positive().optional(),
      }),
    )
    .max(dispatchReportBounds.sections)
    .readonly(),
});
export type DispatchReport = z.infer<typeof DispatchReport>;

/** What is sent to one recipient: one message with one alert or many, recorded before it goes out. */
export const Dispatch = z.strictObject({
  type: z.literal("dispatch"),
  id: DispatchId,
  kind: DispatchKind,
  recipient: RecipientId,
  connectionId: ConnectionId,
  because: z.string().max(200),
  groupKey: GroupKey.optional(),
  title: z.string().max(400),
  /** What it tells of, newest transitions as they were packed. */
  alerts: z
    .array(
      z.strictObject({
        alertId: AlertId,
        generation: z.int().positive(),
        reason: NotificationReason,
      }),
    )
    .max(dispatchAlertsMax),
  alertCount: z.int().nonnegative(),
  report: DispatchReport.optional(),
  /** Of the first showing. */
  outcome: DispatchOutcome,
  /** By which the channel finds what it showed, to update it or answer below it. */
  receipt: z.string().max(1000).optional(),
  /** What was shown last, as a digest of it: equal means that an update would change nothing. */
  shown: z.string().max(100).optional(),
  /** When something is still to be done: the next attempt, or an update. Absent: nothing. */
  dueAt: Instant.optional(),
  /** An alert in it has changed since it was shown, or while it was being shown. */
  isChanged: z.boolean().optional(),
  /** The day of the recipient's budget that it took a message of. */
  countedIn: z.string().max(10).optional(),
  attemptCount: z.int().nonnegative(),
  /** The latest attempts, newest last. */
  attempts: z.array(DispatchAttempt).max(dispatchAttemptsMax),
  createdAt: Instant,
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Dispatch = z.infer<typeof Dispatch>;

/** Longer than the function may run: whoever began an attempt so long ago will not answer for it any more. */
export const attemptMsMax = 45_000;

/** Why a ladder ended that is never climbed again: its opening is over, and whoever was told of it knows. */
export const ladderOver = "resolved";

/** When the next rung of an alert's ladder is climbed, if nobody has taken care of it by then. */
export const Rung = z.strictObject({
  type: z.literal("rung"),
  alertId: AlertId,
  generation: z.int().positive(),
  /** The rung that is due: 0 is the owning team. */
  rung: z.int().nonnegative(),
  dueAt: Instant,
  /** The latest waking from a snooze that was told of. */
  wokenAt: Instant.optional(),
  /** Whose it has been when it was climbed. Absent: not climbed since this was noted. */
  teamIds: z.array(OrgUnitId).optional(),
  /**
   * Absent while there is one to climb; then why there is none: "top of the ladder", or how the alert stood
   * when all that was told of it was brought in line: "acknowledged", `ladderOver`.
   */
  endedBecause: z.string().max(200).optional(),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Rung = z.infer<typeof Rung>;

/** What one recipient got: the budget, and that only one run at a time packs for it. */
export const Mailbox = z.strictObject({
  type: z.literal("mailbox"),
  recipient: RecipientId,
  /** Whoever holds it may pack until then. */
  lockedUntil: Instant.optional(),
  /** Dispatches made so far: the next one's id comes of it. */
  sequence: z.int().nonnegative(),
  /** Messages a day, by the recipient's own calendar, the latest days only. */
  days: z
    .array(
      z.strictObject({
        day: CalendarDate,
        messages: z.int().nonnegative(),
        /** How many of them told of what a first reading found. */
        baseline: z.int().nonnegative().optional(),
      }),
    )
    .max(8),
  /** When it is to be looked into next: what waits for its recipient, or a brief. Absent: nothing waits. */
  dueAt: Instant.optional(),
  /** When something was last put into it; the index that tells what waits may lag a moment. */
  announcedAt: Instant.optional(),
  /** How often something was. Absent: not since this was counted. */
  announcements: z.int().nonnegative().optional(),
  /** When the recipient's next brief is due; absent for whoever leads nobody. */
  briefAt: Instant.optional(),
  lastDigestAt: Instant.optional(),
  lastBriefAt: Instant.optional(),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Mailbox = z.infer<typeof Mailbox>;

/** The latest dispatch of one group to one recipient: what comes within a day is added to it. */
export const SentGroup = z.strictObject({
  type: z.literal("sent-group"),
  recipient: RecipientId,
  groupKey: GroupKey,
  dispatchId: DispatchId,
  sentAt: Instant,
  revision: z.int().nonnegative(),
});
export type SentGroup = z.infer<typeof SentGroup>;

/** That there was nothing to report of a first reading, when that was last looked for. */
export const BaselineLook = z.strictObject({
  type: z.literal("baseline-look"),
  /** Of the report, as there would be one. */
  dispatchId: DispatchId,
  lookedAt: Instant,
  revision: z.int().nonnegative(),
});
export type BaselineLook = z.infer<typeof BaselineLook>;

/** Whether whoever began an attempt at `beganAt` is gone, so that nobody knows whether it was shown. */
export function isAbandonedAt(beganAt: Instant, nowMs: number): boolean {
  return nowMs - epochMsOf(beganAt) >= attemptMsMax;
}
