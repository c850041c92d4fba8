import * as z from "zod";

import { ConnectionId, GrantId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Whose budget it is: an OAuth app's quota is one for all connections of a consent. */
export const BudgetOwner = z.union([ConnectionId, GrantId]);
export type BudgetOwner = z.infer<typeof BudgetOwner>;

/** What a source allows one owner, as far as its answers told; all functions read and keep it. */
export const Budget = z.strictObject({
  type: z.literal("budget"),
  owner: BudgetOwner,
  /** Points or requests in one window, where the source has such a quota. */
  quota: z
    .strictObject({
      limit: z.number().nonnegative(),
      windowSeconds: z.number().positive(),
      /** Start and end of the window that was seen last. */
      startsAt: Instant,
      endsAt: Instant,
      /** What the source itself said was left, and when; others may draw on the same quota. */
      remaining: z.number(),
      seenAt: Instant,
    })
    .optional(),
  /** Everything waits until then. */
  blockedUntil: Instant.optional(),
  blockedReason: z.string().max(100).optional(),
  /** Endpoints that wait until a moment, by method and path pattern. */
  blockedEndpoints: z.record(z.string(), Instant),
  nearLimitAt: Instant.optional(),
  /** Refusals since the connection was made, by the source's own word for the reason. */
  refusals: z.record(z.string(), z.int().nonnegative()),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Budget = z.infer<typeof Budget>;

/** Share of a quota that background reading leaves for what a person waits for: pages, and deliveries. */
export const interactiveReserve = 0.03;

/** Share of a quota that the reading of the past leaves for everything else: it can always wait. */
export const historyReserve = 0.5;
