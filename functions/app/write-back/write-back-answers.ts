import * as z from "zod";

import {
  WriteBackBatch,
  WriteBackCounts,
  WriteBackFilter,
  WriteBackItemState,
  WriteBackState,
} from "#shared/model/write-back.ts";

import { next } from "../http/paging.ts";

const Deed = z.strictObject({ at: z.string(), by: z.string() });

export const WriteBackBatchAnswer = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    place: z.string().meta({ description: "Where in the tool it goes" }),
    filter: WriteBackFilter,
    state: WriteBackState.meta({
      description: "Nothing is written before `applying`; `failed` has a `failure`",
    }),
    counts: WriteBackCounts,
    remaining: z.int().meta({ description: "Items of the filter that this batch had no room for" }),
    next,
    previewed: Deed,
    applied: Deed.optional(),
    undone: Deed.optional(),
    failure: WriteBackBatch.shape.failure,
    waitsUntil: z.string().optional().meta({ description: "The tool asked to be left alone" }),
    updatedAt: z.string(),
  })
  .meta({ id: "WriteBackBatch" });
export type WriteBackBatchAnswer = z.input<typeof WriteBackBatchAnswer>;

export const WriteBackItemAnswer = z
  .strictObject({
    factId: z.string(),
    key: z.string().optional(),
    title: z.string(),
    url: z.string(),
    verdict: z.string(),
    sentence: z.string().meta({ description: "What is, or would be, written, in words" }),
    before: z
      .string()
      .nullable()
      .optional()
      .meta({ description: "What stood there; null: nothing; absent: not read yet" }),
    beforeInWords: z.string().optional(),
    wanted: z.string().nullable(),
    state: WriteBackItemState,
    reason: z.string().optional(),
    isUndoable: z.boolean(),
    isBeingUndone: z.boolean(),
    changedAt: z.string(),
  })
  .meta({ id: "WriteBackItem" });
export type WriteBackItemAnswer = z.input<typeof WriteBackItemAnswer>;

export const WriteBackDetail = z
  .strictObject({ batch: WriteBackBatchAnswer, items: z.array(WriteBackItemAnswer) })
  .meta({ id: "WriteBackDetail" });
export type WriteBackDetail = z.input<typeof WriteBackDetail>;

export const WriteBackOverview = z
  .strictObject({
    connectionId: z.string(),
    connection: z.string(),
    isPossible: z.boolean().meta({ description: "Whether the connector can write at all" }),
    isOn: z.boolean().meta({ description: "Off until the connection's settings turn it on" }),
    setting: z
      .strictObject({ name: z.string(), title: z.string(), description: z.string() })
      .optional()
      .meta({ description: "The setting that turns it on" }),
    place: z.string().optional(),
    standing: z.int().meta({ description: "Items on which something of ours stands" }),
    stale: z.int().meta({ description: "Those of them that say what is no longer true" }),
    batches: z.array(WriteBackBatchAnswer),
  })
  .meta({ id: "WriteBackOverview" });
export type WriteBackOverview = z.input<typeof WriteBackOverview>;
