import { gzipSync } from "node:zlib";

import { keepWebhookSecret, readWebhookSecrets } from "#shared/access/webhook-secrets.ts";
import type { ErrorCode } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { Registry } from "#shared/kit/registry.ts";
import { secretName, webhookSecrets } from "#shared/kit/registry.ts";
import type { Verdict } from "#shared/kit/webhook-verifier.ts";
import { isSubscriptionId } from "#shared/model/connection.ts";
import type { Delivery, DeliveryOutcome } from "#shared/model/delivery.ts";
import type { InboxMessage } from "#shared/model/delivery.ts";
import { bodyBytesMax } from "#shared/model/delivery.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { getSubscription } from "#shared/store/connection-parts.ts";
import { countDelivery } from "#shared/store/delivery-counts.ts";
import { unknownConnections } from "#shared/store/keys.ts";

import type { HeardSubscriptions } from "./heard-subscriptions.ts";
import type { KnownConnections } from "./known-connections.ts";

export interface ReceiveDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly inbox: Queue;
  readonly registry: Registry;
  readonly connections: KnownConnections;
  readonly heard: HeardSubscriptions;
}

export interface Incoming extends Delivery {
  readonly connector: string;
  readonly connectionId: string;
}

/** What to answer; the source learns nothing but the status. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly error: { readonly code: string; readonly message: string } };
}

/** Bodies above this travel gzipped: an SQS message holds 1 MiB, and JSON escaping may double text. */
const plainBytesMax = 200_000;

/**
 * Verifies a delivery on its raw bytes and makes it durable before it is acknowledged. Refusals are
 * counted per connection and day. Throws only when the inbox or the table is unavailable, so that
 * the source retries.
 */
export async function receive(deps: ReceiveDeps, incoming: Incoming): Promise<Answer> {
  const connection = await findConnection(deps, incoming);
  if (!connection) {
    await count(deps, unknownConnections, "unknown-connection");
    return refusal(404, "webhook.unknown-connection", "There is no such connection");
  }
  if (incoming.body.byteLength > bodyBytesMax) {
    await count(deps, connection.id, "too-large");
    return refusal(413, "input.too-large", `A delivery may have at most ${bodyBytesMax} bytes`);
  }
  const verdict = await verify(deps, incoming, connection.id);
  switch (verdict.outcome) {
    case "accepted":
      await deps.inbox.send(JSON.stringify(messageOf(incoming, connection.id, verdict)));
      await deps.heard.note(connection.id, incoming.query["subscription"]);
      return { status: statusOf(deps.registry.find(incoming.connector)) };
    case "ignored":
      // Heartbeats come here: that they come is what they say.
      await deps.heard.note(connection.id, incoming.query["subscription"]);
      return { status: 200 };
    case "handshake":
      return shakeHands(deps, incoming, { ...verdict, connectionId: connection.id });
    case "unverified":
      await count(deps, connection.id, "unverified", verdict.reason);
      return refusal(401, "webhook.unverified", "The signature is missing or does not match");
    case "malformed":
      await count(deps, connection.id, "malformed", verdict.reason);
      return refusal(400, "input.malformed", "The body is not what this webhook sends");
  }
}

/** Who presses a button sees an error unless the answer is 200, whatever other success it tells of. */
function statusOf(connector: Connector | undefined): number {
  return connector?.interactions ? 200 : 202;
}

async function findConnection(deps: ReceiveDeps, { connector, connectionId }: Incoming) {
  const id = ConnectionId.safeParse(connectionId);
  const connection = id.success ? await deps.connections.find(id.data) : undefined;
  const isReceiving = connection?.status !== "removing" && connection?.status !== "draft";
  return isReceiving && connection?.connector === connector ? connection : undefined;
}

async function verify(
  deps: ReceiveDeps,
  incoming: Incoming,
  connectionId: ConnectionId,
): Promise<Verdict> {
  const webhook = await deps.registry.find(incoming.connector)?.webhook?.();
  if (!webhook) return { outcome: "unverified", reason: "connector-has-no-webhook" };
  const nowMs = deps.clock.nowMs();
  const tried = new Set<string>();
  let verdict: Verdict | undefined;
  for await (const secrets of candidates(deps, incoming, connectionId)) {
    const untried = secrets.filter((secret) => !tried.has(secret));
    if (verdict && untried.length === 0) continue;
    for (const secret of untried) tried.add(secret);
    verdict = await webhook.verify(incoming, untried, nowMs);
    if (verdict.outcome !== "unverified") return verdict;
  }
  return verdict ?? { outcome: "unverified", reason: "no-secret" };
}

/** The secrets that may have signed it, the likeliest first: a genuine delivery costs one read of them. */
async function* candidates(
  deps: ReceiveDeps,
  { query }: Incoming,
  connectionId: ConnectionId,
): AsyncIterable<readonly string[]> {
  const id = query["subscription"];
  if (id === undefined || isSubscriptionId(id)) {
    const own = await readWebhookSecrets(deps, { connectionId, id });
    if (own.length > 0) yield own;
  }
  const name = secretName(connectionId);
  yield webhookSecrets(await deps.secrets.read(name), id);
  // A secret made or rotated a moment ago may not be in this process's cache yet.
  yield webhookSecrets(await deps.secrets.read(name, { fresh: true }), id);
}

function messageOf(
  incoming: Incoming,
  connectionId: ConnectionId,
  { deliveryId, keep: bytes = incoming.body }: Extract<Verdict, { outcome: "accepted" }>,
): InboxMessage {
  const text = Buffer.from(bytes).toString("utf8");
  return {
    connector: incoming.connector,
    connectionId,
    deliveryId: deliveryId.slice(0, 300),
    receivedAt: incoming.receivedAt,
    attempt: 0,
    headers: withoutCredentials(incoming.headers),
    query: { ...incoming.query },
    body:
      bytes.byteLength <= plainBytesMax
        ? { text }
        : { gzipBase64: gzipSync(bytes).toString("base64") },
  };
}

/** A token that proved the delivery has done its work; queues and dead letters must not keep it. */
function withoutCredentials(headers: Delivery["headers"]): Record<string, string> {
  const { authorization: _authorization, cookie: _cookie, ...rest } = headers;
  return rest;
}

/** Keeps the secret a source introduces, if and only if we asked it to: a pending subscription says so. */
async function shakeHands(
  deps: ReceiveDeps,
  incoming: Incoming,
  hand: Extract<Verdict, { outcome: "handshake" }> & { readonly connectionId: ConnectionId },
): Promise<Answer> {
  const subscriptionId = incoming.query["subscription"] ?? "";
  const subscription = await getSubscription(deps.table, hand.connectionId, subscriptionId);
  if (subscription?.state !== "pending") {
    await count(deps, hand.connectionId, "unverified", "handshake-not-expected");
    return refusal(401, "webhook.unverified", "No handshake is expected for this subscription");
  }
  await keepWebhookSecret(deps, subscription, hand.secret);
  deps.logger.info("webhook.handshake", { connectionId: hand.connectionId, subscriptionId });
  return { status: 200, headers: hand.responseHeaders };
}

async function count(
  deps: ReceiveDeps,
  owner: ConnectionId | typeof unknownConnections,
  outcome: DeliveryOutcome,
  reason?: string,
): Promise<void> {
  deps.logger.warn("webhook.refused", { connectionId: owner, outcome, reason });
  await countDelivery(deps.table, owner, { [outcome]: 1 }, deps.clock.now());
}

function refusal(status: number, code: ErrorCode, message: string): Answer {
  return { status, body: { error: { code, message } } };
}
