import * as z from "zod";

import { ConnectionStatus } from "./connection.ts";
import { ConnectionId, GoalId } from "./ids.ts";
import { Alert, Signal } from "./signal.ts";
import type { Instant } from "./time.ts";

/** The source attribute of everything the hub publishes. */
export const eventSource = "throughline";

const SignalDetail = Signal.omit({ type: true, revision: true, earlier: true, looks: true });
const AlertDetail = Alert.omit({ type: true, revision: true, history: true });

/** The catalogue of published events: detail-type → schema of the detail. Versions only ever add. */
export const eventSchemas = {
  "signal.opened.v1": SignalDetail,
  /** Still open, but the evidence or its severity is another. */
  "signal.updated.v1": SignalDetail,
  "signal.cleared.v1": SignalDetail,
  /** Also when a snooze ends: then `wokenAt` is there, and `generation` is one that was told before. */
  "alert.opened.v1": AlertDetail,
  "alert.acknowledged.v1": AlertDetail,
  "alert.snoozed.v1": AlertDetail,
  "alert.resolved.v1": AlertDetail,
  /** Somebody says that it is wrong or of no use. Nobody is named. */
  "alert.contested.v1": AlertDetail,
  "alert.contest-answered.v1": AlertDetail,
  "goal.changed.v1": z.strictObject({ goalId: GoalId, change: z.enum(["upserted", "removed"]) }),
  "connection.changed.v1": z.strictObject({
    connectionId: ConnectionId,
    status: ConnectionStatus,
    isReady: z.boolean(),
    problem: z.string().optional(),
  }),
} as const;

export type EventType = keyof typeof eventSchemas;

/** One published event. `id` is deterministic from the change it tells of, so a repeat can be recognised. */
export type HubEvent = {
  readonly [T in EventType]: {
    readonly id: string;
    readonly type: T;
    readonly at: Instant;
    readonly detail: z.infer<(typeof eventSchemas)[T]>;
  };
}[EventType];
