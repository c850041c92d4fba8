import * as z from "zod";

import { WorkStatus } from "./facts.ts";
import { GoalId, WorkItemId } from "./ids.ts";
import { Instant } from "./time.ts";

/** What has a past that we read. An issue of a type that means a goal is one under its goal's id. */
export const HistoryId = z.union([WorkItemId, GoalId]);
export type HistoryId = z.infer<typeof HistoryId>;

/**
 * One change of one thing, in our own words. Who made it is never read: the past of work is kept, the
 * past of people is not.
 */
export const Transition = z.discriminatedUnion("what", [
  /** A side is absent where the source no longer knows the status that it names. */
  z.strictObject({
    what: z.literal("status"),
    at: Instant,
    from: WorkStatus.optional(),
    to: WorkStatus.optional(),
  }),
  /** A side is absent where there was no parent. */
  z.strictObject({
    what: z.literal("parent"),
    at: Instant,
    from: HistoryId.optional(),
    to: HistoryId.optional(),
  }),
  /** It began to wait for `to`, or ceased to wait for `from`. */
  z.strictObject({
    what: z.literal("blocked-by"),
    at: Instant,
    from: WorkItemId.optional(),
    to: WorkItemId.optional(),
  }),
]);
export type Transition = z.infer<typeof Transition>;

/** The newest transitions that are kept of one item. */
export const transitionsMax = 100;

/** The past of one item, as its source told it at one moment. */
export const History = z.strictObject({
  itemId: HistoryId,
  /** Oldest first. Empty: it is as it was made. */
  transitions: z.array(Transition).max(transitionsMax),
  /** There were more, and older ones: nothing is known of the time before the first. */
  isCut: z.boolean(),
  /** True: the tool keeps no trace of parents, so that no transition says nothing of them. */
  isSilentOnParents: z.boolean().optional(),
  /** The newest change that the source told of, of whatever kind, in epoch milliseconds; 0: none. */
  sourceVersion: z.int().nonnegative(),
  readAt: Instant,
});
export type History = z.infer<typeof History>;

/** A history of any length, oldest first, as it is kept. */
export function boundedHistory(
  whole: Omit<History, "isCut" | "transitions"> & { readonly transitions: readonly Transition[] },
): History {
  const { transitions } = whole;
  return {
    ...whole,
    transitions: transitions.slice(-transitionsMax),
    isCut: transitions.length > transitionsMax,
  };
}
