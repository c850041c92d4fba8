import * as z from "zod";

import { ConnectionId, GoalId, WorkItemId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Most items of one batch: a preview of more is several batches, each undone on its own. */
export const writeBackItemsMax = 500;

export const WriteBackId = z
  .string()
  .regex(/^wb_[0-9a-z]{10}$/u)
  .brand<"WriteBackId">();
export type WriteBackId = z.infer<typeof WriteBackId>;

/** A new batch's id; `random` gives 10 characters of [0-9a-z]. */
export function writeBackId(random: string): WriteBackId {
  return WriteBackId.parse(`wb_${random}`);
}

/**
 * Where an item of a batch is. `planned`: shown, not written. `written`: read back and found to stand.
 * `conflict`: something else stood there, and was left. `skipped`: nothing to write, or no place for it.
 */
export const WriteBackItemState = z.enum([
  "unread",
  "planned",
  "written",
  "skipped",
  "conflict",
  "undone",
  "failed",
]);
export type WriteBackItemState = z.infer<typeof WriteBackItemState>;

/** One item of a batch: what stood in its place, and what shall stand there. */
export const WriteBackItem = z.strictObject({
  type: z.literal("write-back-item"),
  batchId: WriteBackId,
  connectionId: ConnectionId,
  factId: WorkItemId,
  /** Its place in the list. */
  position: z.int().nonnegative(),
  key: z.string().max(120).optional(),
  title: z.string().max(255),
  url: z.string().max(500),
  verdict: z.string().max(40),
  /** The statement's sentence, for people. */
  sentence: z.string().max(1000),
  /** Opaque to everyone but the connector; null: nothing stood there. Absent until it was read. */
  before: z.string().max(33_000).nullable().optional(),
  /** The same for people, shortened. */
  beforeInWords: z.string().max(300).optional(),
  wanted: z.string().max(33_000).nullable(),
  state: WriteBackItemState,
  /** Why it was skipped, left or failed. */
  reason: z.string().max(500).optional(),
  /** When this batch last wrote our value there, or saw it stand. */
  writtenAt: Instant.optional(),
  /** The undoing, by its beginning, that has dealt with it. */
  triedIn: Instant.optional(),
  /** Somebody wants this one item taken back. */
  undoWantedAt: Instant.optional(),
  /** The batch whose value of ours stood there before, so that undoing this one gives it back its due. */
  replaces: WriteBackId.optional(),
  changedAt: Instant,
});
export type WriteBackItem = z.infer<typeof WriteBackItem>;

export const WriteBackState = z.enum([
  "previewing",
  "previewed",
  "applying",
  "applied",
  "undoing",
  "undone",
  "failed",
]);
export type WriteBackState = z.infer<typeof WriteBackState>;

/** What a batch may be doing when it fails, and goes on with when it is tried again. */
export const WriteBackTask = z.enum(["previewing", "applying", "undoing"]);
export type WriteBackTask = z.infer<typeof WriteBackTask>;

export const WriteBackCounts = z.strictObject({
  unread: z.int().nonnegative(),
  planned: z.int().nonnegative(),
  written: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  conflict: z.int().nonnegative(),
  undone: z.int().nonnegative(),
  failed: z.int().nonnegative(),
});
export type WriteBackCounts = z.infer<typeof WriteBackCounts>;

/** Which items of a connection a preview takes; all conditions given must hold. */
export const WriteBackFilter = z.strictObject({
  which: z.enum(["anchors", "open", "stale"]).default("anchors").meta({
    description:
      "`anchors`: topmost open items. `open`: every open item. `stale`: those whose written line of sight is no longer true",
  }),
  goalId: GoalId.optional().meta({ description: "Those that serve this goal" }),
  container: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .optional()
    .meta({ description: "Those of this project, by the tool's own word: a key, a gid" }),
  verdict: z.enum(["linked", "unlinked", "allowed", "unlinkable"]).optional(),
});
export type WriteBackFilter = z.infer<typeof WriteBackFilter>;

const Deed = z.strictObject({ at: Instant, by: z.string().max(80) });

/** Lines of sight to be written into one connection's tool: shown first, then applied, then undoable. */
export const WriteBackBatch = z.strictObject({
  type: z.literal("write-back-batch"),
  id: WriteBackId,
  connectionId: ConnectionId,
  /** Where in the tool it goes, for people. */
  place: z.string().max(200),
  filter: WriteBackFilter,
  /** How many more items the filter found than one batch holds. */
  remaining: z.int().nonnegative(),
  /** Where the next batch of the same filter begins. */
  next: z.string().max(2000).optional(),
  state: WriteBackState,
  counts: WriteBackCounts,
  previewed: Deed,
  applied: Deed.optional(),
  undone: Deed.optional(),
  /** What it was doing when it failed, and why. */
  failure: z
    .strictObject({
      during: WriteBackTask,
      code: z.string(),
      message: z.string().max(500),
      at: Instant,
    })
    .optional(),
  /** Failures since an item last went through; each waits longer than the one before. */
  retries: z.int().nonnegative(),
  /** The tool asked to be left alone until then. */
  waitsUntil: Instant.optional(),
  /** Who works on it now; another worker waits until it ends. */
  lease: z.strictObject({ holder: z.string().max(40), until: Instant }).optional(),
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type WriteBackBatch = z.infer<typeof WriteBackBatch>;

/** What of ours stands in the tool about one item, as far as we wrote it. */
export const WriteBackMark = z.strictObject({
  type: z.literal("write-back-mark"),
  connectionId: ConnectionId,
  factId: WorkItemId,
  batchId: WriteBackId,
  value: z.string().max(33_000),
  at: Instant,
});
export type WriteBackMark = z.infer<typeof WriteBackMark>;

/** Nothing of any state. */
export const noCounts: WriteBackCounts = {
  unread: 0,
  planned: 0,
  written: 0,
  skipped: 0,
  conflict: 0,
  undone: 0,
  failed: 0,
};

export function countStates(items: Iterable<Pick<WriteBackItem, "state">>): WriteBackCounts {
  const counts = { ...noCounts };
  for (const { state } of items) counts[state] += 1;
  return counts;
}

/** What a batch does now; undefined while it rests. */
export function taskOf({ state }: Pick<WriteBackBatch, "state">): WriteBackTask | undefined {
  return WriteBackTask.safeParse(state).data;
}
