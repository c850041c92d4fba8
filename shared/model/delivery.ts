import * as z from "zod";

import { ConnectionId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Largest webhook body accepted. Providers send events, not uploads; Jira's largest seen is 60 KB. */
export const bodyBytesMax = 1_000_000;

/** One webhook request as received, before anybody interprets it. Header names are lower case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  /** The query of the target URL, where subscriptions put their own id. */
  readonly query: Readonly<Record<string, string>>;
  /** The bytes as they came: signatures are over these. */
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/** A verified delivery as it waits in the inbox. Long bodies are gzipped, so that any accepted one fits SQS. */
export const InboxMessage = z.strictObject({
  connector: z.string(),
  connectionId: ConnectionId,
  deliveryId: z.string().max(300),
  receivedAt: Instant,
  /** How often this delivery was put back because the source asked us to wait. */
  attempt: z.int().nonnegative(),
  headers: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.string()),
  body: z.union([z.strictObject({ text: z.string() }), z.strictObject({ gzipBase64: z.string() })]),
});
export type InboxMessage = z.infer<typeof InboxMessage>;

/** How a delivery ended; each is counted per connection and day, and shown in coverage. */
export const DeliveryOutcome = z.enum([
  "accepted",
  "handshake",
  "ignored",
  "unverified",
  "malformed",
  "too-large",
  "unknown-connection",
  "ingested",
  "rejected",
  /** Came while its connection was paused: what it told is read when that goes on. */
  "paused",
]);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;
