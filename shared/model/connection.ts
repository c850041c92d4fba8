import * as z from "zod";

import { FactId } from "./fact-id.ts";
import { ConnectionId, GrantId } from "./ids.ts";
import { Instant } from "./time.ts";

/**
 * What an admin may do with a connection, and what its pulls make of it. A draft is being set up: its
 * credentials work, nothing is read through it yet.
 */
export const ConnectionStatus = z.enum(["draft", "active", "paused", "degraded", "removing"]);
export type ConnectionStatus = z.infer<typeof ConnectionStatus>;

export const ConnectionProblem = z.strictObject({
  code: z.string(),
  message: z.string().max(500),
  since: Instant,
});

/** One authorised workspace of a connector. Secret settings live in `Secrets`, never here. */
export const Connection = z.strictObject({
  type: z.literal("connection"),
  id: ConnectionId,
  connector: z.string(),
  name: z.string().min(1).max(80),
  /** The settings without their secret fields, as the connector's schema parsed them. */
  settings: z.record(z.string(), z.json()),
  status: ConnectionStatus,
  problem: ConnectionProblem.optional(),
  /** What the probe saw: account and workspace, for people to recognise. */
  identity: z.string().max(200).optional(),
  /** What it proves itself with; the hub warns before that ends. */
  credential: z
    .strictObject({ kind: z.string().max(60), setAt: Instant, expiresAt: Instant.optional() })
    .optional(),
  /** The consent it rests on, where an OAuth app is used: its tokens are kept under the grant. */
  grantId: GrantId.optional(),
  /** The site of that consent, by the vendor's id. */
  siteId: z.string().max(200).optional(),
  /** Set once every collection was read whole: before that, absence of a link proves nothing. */
  readyAt: Instant.optional(),
  /** Last time every due pull of the connection had succeeded. */
  freshAt: Instant.optional(),
  createdAt: Instant,
  updatedAt: Instant,
  /** Optimistic lock: each write names the revision it read. */
  revision: z.int().nonnegative(),
});
export type Connection = z.infer<typeof Connection>;

/** A source whose last success is older than this no longer supports "unlinked" or "crosses teams". */
export const staleAfterMinutes = 120;

/** Position in one collection of a connection, and the progress that its page shows. */
export const Cursor = z.strictObject({
  type: z.literal("cursor"),
  connectionId: ConnectionId,
  collection: z.string().max(40),
  /** The connector's own resumable position, opaque to everyone else; absent before the first page. */
  position: z.string().max(20_000).optional(),
  /** Where polling stood before an admin had everything read again: what giving that up returns to. */
  positionBefore: z.string().max(20_000).optional(),
  mode: z.enum(["backfill", "poll", "reconcile", "history"]),
  state: z.enum(["waiting", "running", "idle", "failed"]),
  recordsRead: z.int().nonnegative(),
  changesApplied: z.int().nonnegative(),
  recordsRejected: z.int().nonnegative(),
  /** How many records the source says there are, where it says so. */
  recordsTotal: z.int().nonnegative().optional(),
  startedAt: Instant.optional(),
  updatedAt: Instant,
  completedAt: Instant.optional(),
  /** First time this collection was read whole. */
  backfilledAt: Instant.optional(),
  dueAt: Instant,
  /** Since when the clock has been sending a poll of it of which nothing was heard yet. */
  sentSince: Instant.optional(),
  problem: ConnectionProblem.optional(),
  revision: z.int().nonnegative(),
});
export type Cursor = z.infer<typeof Cursor>;

const subscriptionIdPattern = /^sub_[0-9a-z]{10}$/u;

/** Whether a text can be a registration's id; what a delivery's address says may be anything. */
export function isSubscriptionId(text: string): boolean {
  return subscriptionIdPattern.test(text);
}

/** One webhook registration at the source. Its secret is sealed apart: `shared/access/webhook-secrets.ts`. */
export const Subscription = z.strictObject({
  type: z.literal("subscription"),
  id: z.string().regex(subscriptionIdPattern),
  connectionId: ConnectionId,
  /** What it watches at the source (a project gid), or `*` for all. */
  resource: z.string().max(200),
  /** The source's id of it, known once creation succeeded; what deregistering needs. */
  nativeId: z.string().max(200).optional(),
  state: z.enum(["pending", "active", "failed"]),
  /** The hub's address it was made for; at another one it must be made anew. */
  publicUrl: z.string().max(300),
  createdAt: Instant,
  /** When it ends at the source unless it is renewed. */
  expiresAt: Instant.optional(),
  /** Last sign of life that was worth a write; heartbeats count. */
  heardAt: Instant.optional(),
  /** Last time the source was asked whether it still stands. */
  checkedAt: Instant.optional(),
  problem: z.string().max(500).optional(),
});
export type Subscription = z.infer<typeof Subscription>;

/** A record or delivery that could not be understood: kept with its reason, so it is never silently lost. */
export const Quarantined = z.strictObject({
  type: z.literal("quarantined"),
  connectionId: ConnectionId,
  collection: z.string(),
  record: z.string().max(300),
  reason: z.string().max(1000),
  /** What it would have become, where that could be told: what a retry reads again. */
  factId: FactId.optional(),
  at: Instant,
});
export type Quarantined = z.infer<typeof Quarantined>;

/** What we cannot see at a source although we asked: a plan's limit, a missing right, a hidden field. */
export const CoverageGap = z.strictObject({
  type: z.literal("coverage-gap"),
  connectionId: ConnectionId,
  what: z.string().max(120),
  why: z.string().max(500),
  /** Whose reading noticed it: a full read that no longer does closes it. Absent: the probe. */
  collection: z.string().max(40).optional(),
  /** Connecting another tool may close it. */
  isMendedByConnecting: z.boolean().optional(),
  /** The tool's API shows it to nobody: no right and no setting would mend it. */
  isForEverybody: z.boolean().optional(),
  at: Instant,
});
export type CoverageGap = z.infer<typeof CoverageGap>;
