import * as z from "zod";

import {
  AlertId,
  ConnectionId,
  GoalId,
  OrgUnitId,
  PersonId,
  RuleName,
  SignalId,
  SubjectId,
} from "./ids.ts";
import { Instant } from "./time.ts";

export const Severity = z.enum(["info", "warning", "critical"]);
export type Severity = z.infer<typeof Severity>;

/** One thing an evidence sentence speaks of, with the way to it in the source tool. */
export const EvidenceNode = z.strictObject({
  id: z.string(),
  role: z.enum([
    "subject",
    "ancestor",
    "goal",
    "blocked",
    "blocking",
    "team",
    "unit",
    "person",
    "listed",
  ]),
  label: z.string().max(400),
  url: z.string().optional(),
});
export type EvidenceNode = z.infer<typeof EvidenceNode>;

/** Why a rule found what it found. `facts` are the rule's own, named by its docs; no text of people. */
export const Evidence = z.strictObject({
  sentence: z.string().max(1000),
  path: z.array(EvidenceNode).max(40),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type Evidence = z.infer<typeof Evidence>;

/** How fresh a source was when a finding that rests on it was evaluated. */
export const SourceFreshness = z.strictObject({
  connectionId: ConnectionId,
  /** Its last success by then; absent where it never had one, or was no source any more. */
  freshAt: Instant.optional(),
  /** When it had first been read whole. */
  readyAt: Instant.optional(),
});
export type SourceFreshness = z.infer<typeof SourceFreshness>;

/** What a finding rests on: absent in what was stored before this was kept. */
const freshness = {
  /** Every source whose silence could make the finding wrong, the stalest first; at most the 20 stalest. */
  restsOn: z.array(SourceFreshness).max(20).optional(),
  /** When it was evaluated with that result; later evaluations that found the same are not noted. */
  evaluatedAt: Instant.optional(),
};

/** One time that a signal was open, and came to its end. */
export const EarlierOpening = z.strictObject({
  openedAt: Instant,
  clearedAt: Instant,
  clearedBecause: z.string().max(200).optional(),
});
export type EarlierOpening = z.infer<typeof EarlierOpening>;

/** The newest earlier openings that a signal keeps. */
export const earlierOpeningsMax = 20;

/** A rule's finding about one subject. The only materialized truth of the engine. */
export const Signal = z.strictObject({
  type: z.literal("signal"),
  id: SignalId,
  rule: RuleName,
  subjectId: SubjectId,
  state: z.enum(["open", "cleared"]),
  /** Counts openings: 1, 2, 3… A cleared signal that opens again is a new generation. */
  generation: z.int().positive(),
  severity: Severity,
  title: z.string().max(400),
  evidence: Evidence,
  /** Owning team first; for a dependency both. */
  teamIds: z.array(OrgUnitId).max(4),
  connectionIds: z.array(ConnectionId).max(4),
  /** Lowest common manager of the teams, or the team's lead. */
  leaderId: PersonId.optional(),
  openedAt: Instant,
  clearedAt: Instant.optional(),
  /** Why it cleared: "linked", "closed", "removed", … */
  clearedBecause: z.string().max(200).optional(),
  /** Generations before this one, oldest first; absent in the first. */
  earlier: z.array(EarlierOpening).max(earlierOpeningsMax).optional(),
  ...freshness,
  /** Of the writings up to this one, the latest that nothing but looks at the one before has led to; absent: none. */
  looks: z.int().positive().optional(),
  revision: z.int().positive(),
});
export type Signal = z.infer<typeof Signal>;

export const AlertStatus = z.enum(["pending", "open", "acknowledged", "snoozed", "resolved"]);
export type AlertStatus = z.infer<typeof AlertStatus>;

export const AlertTransition = z.strictObject({
  to: AlertStatus,
  at: Instant,
  /** `hub`, or the word an operator's request gave for itself; never a judged person. */
  by: z.string().max(80),
  note: z.string().max(300).optional(),
});

/**
 * Somebody says that an alert is wrong or of no use. Nobody's name is kept: a contest goes to the rule's
 * owner and never upwards with a name. While it is open nobody further up is told.
 */
export const Contest = z.strictObject({
  reason: z.enum(["wrong", "not-ours", "already-known", "not-worth-it", "other"]),
  note: z.string().max(300).optional(),
  at: Instant,
  /** What the rule's owner decided. `upheld`: the alert is quiet until what it says changes. */
  answer: z
    .strictObject({
      decision: z.enum(["upheld", "dismissed"]),
      note: z.string().max(300).optional(),
      at: Instant,
    })
    .optional(),
  /** The one before it was answered: the last that this generation takes. */
  isSecond: z.boolean().optional(),
});
export type Contest = z.infer<typeof Contest>;

/** Signals under one dedup key, for people. */
export const Alert = z.strictObject({
  type: z.literal("alert"),
  id: AlertId,
  signalId: SignalId,
  rule: RuleName,
  subjectId: SubjectId,
  generation: z.int().positive(),
  status: AlertStatus,
  severity: Severity,
  title: z.string().max(400),
  why: z.string().max(600),
  nextStep: z.string().max(600),
  evidence: Evidence,
  teamIds: z.array(OrgUnitId).max(4),
  /** The lowest common manager, or the team's own; told after the teams, never before. */
  leaderId: PersonId.optional(),
  connectionIds: z.array(ConnectionId).max(4),
  /** When a pending alert opens, if its signal still stands. */
  graceUntil: Instant.optional(),
  snoozedUntil: Instant.optional(),
  /** Snoozed until what it says is another: the digest of what it said (see alert-fingerprint.ts). */
  snoozedUntilChangeOf: z.string().max(100).optional(),
  /** The latest contest, answered or not. */
  contest: Contest.optional(),
  /** Found by a first reading: part of the baseline report, and no news by itself. */
  isBaseline: z.boolean().optional(),
  /** Pending for another reason than time: "within the allowance of 20 % of Payments". */
  heldBecause: z.string().max(200).optional(),
  openedAt: Instant,
  /** When the opening before this one ended, where it is known: the hold-down counts from it. */
  lastEndedAt: Instant.optional(),
  /** When it last began to stand again in this generation: the end of a snooze, or the way back into scope. */
  wokenAt: Instant.optional(),
  updatedAt: Instant,
  resolvedAt: Instant.optional(),
  resolvedBecause: z.string().max(200).optional(),
  ...freshness,
  /** The latest transitions, newest last. */
  history: z.array(AlertTransition).max(20),
  revision: z.int().positive(),
});
export type Alert = z.infer<typeof Alert>;

/** Statuses in which an alert still stands for an open signal. */
export const standingStatuses = [
  "pending",
  "open",
  "acknowledged",
  "snoozed",
] as const satisfies AlertStatus[];

/** What an ops admin set for one rule; absent settings mean the rule's own defaults. */
export const RuleSettings = z.strictObject({
  type: z.literal("rule-settings"),
  rule: RuleName,
  isEnabled: z.boolean(),
  options: z.record(z.string(), z.json()),
  graceMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 30),
  /** After a clearing, so long must pass until a new opening is told of. Absent: the rule's default. */
  holdDownMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 30)
    .optional(),
  /** `digest`: its alerts wait for digests. Absent: `message`. */
  delivery: z.enum(["message", "digest"]).optional(),
  /** When the hub itself chose `digest`, because its alerts were rarely acted on. */
  demotedAt: Instant.optional(),
  /** Which of its signals become alerts; what is left out or empty limits nothing. */
  scope: z
    .strictObject({
      /** Units, with all below them. */
      unitIds: z.array(OrgUnitId).max(200).optional(),
      /** Goals that stand in the evidence, or above one that does. */
      goalIds: z.array(GoalId).max(200).optional(),
      /** Kinds of the subject, as the evidence's fact `kind` says. */
      kinds: z.array(z.string().min(1).max(60)).max(50).optional(),
    })
    .optional(),
  /** Where contests and demotions are told. Absent: the default channel. */
  ownerChannelId: ConnectionId.optional(),
  /**
   * The share of a unit's open work that may be found unlinked without an alert, for all below it too; the
   * nearest wins. Only of rules about unlinked work.
   */
  allowedShares: z
    .array(
      z.strictObject({
        unitId: OrgUnitId,
        share: z.number().min(0).max(1),
        reason: z.string().trim().min(1).max(80),
      }),
    )
    .max(200)
    .optional(),
  /** How long each rung has to react, instead of the routing's own. */
  responseHours: z.int().min(1).max(720).optional(),
  /** False: nobody but the owning teams is told, however long it takes. Absent: true. */
  escalates: z.boolean().optional(),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type RuleSettings = z.infer<typeof RuleSettings>;
