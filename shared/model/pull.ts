import * as z from "zod";

import { ConnectionId, GrantId, PersonId } from "./ids.ts";
import { WriteBackId } from "./write-back.ts";

/** One piece of reading to do, as it waits in the `pulls` queue. */
export const PullMessage = z.discriminatedUnion("kind", [
  /** Reads on from the collection's cursor: a backfill where it has none yet. */
  z.strictObject({ kind: z.literal("pull"), connectionId: ConnectionId, collection: z.string() }),
  /** Enumerates a collection and finds what was missed or deleted. */
  z.strictObject({
    kind: z.literal("reconcile"),
    connectionId: ConnectionId,
    collection: z.string(),
    /** An admin has said that the source truly shrank: what is gone there may go here. */
    acceptsShrink: z.boolean().optional(),
  }),
  /** Reads on in the past of work: what changed when, before the hub saw it. */
  z.strictObject({ kind: z.literal("histories"), connectionId: ConnectionId }),
  /** Reads who is away. */
  z.strictObject({ kind: z.literal("absences"), connectionId: ConnectionId }),
  /** Reads quarantined records again: all of the connection, or those of one collection. */
  z.strictObject({
    kind: z.literal("retry-quarantined"),
    connectionId: ConnectionId,
    collection: z.string().optional(),
  }),
  /** Registers webhooks for resources that have none; renews, repairs and removes others. */
  z.strictObject({
    kind: z.literal("subscribe"),
    connectionId: ConnectionId,
    /** Sent by a run that met what another was registering: it sees to what that one may have left. */
    isSecondLook: z.boolean().optional(),
  }),
  /** Goes on with a batch of lines of sight that are written into the tool, or taken back. */
  z.strictObject({
    kind: z.literal("write-back"),
    connectionId: ConnectionId,
    batchId: WriteBackId,
  }),
  /** Removes a consent on which no connection rests, and its tokens, here and at the vendor. */
  z.strictObject({
    kind: z.literal("remove-grant"),
    grantId: GrantId,
    /** How often the vendor failed to take it back so far. */
    attempt: z.int().nonnegative().optional(),
  }),
  /** Erases a human on request: records, accounts, mentions. */
  z.strictObject({ kind: z.literal("erase"), personId: PersonId }),
  /** Deregisters webhooks, removes facts, secrets and the connection itself. */
  z.strictObject({ kind: z.literal("remove"), connectionId: ConnectionId }),
]);
export type PullMessage = z.infer<typeof PullMessage>;
