import { gunzipSync } from "node:zlib";

import { openSource } from "#shared/access/open-source.ts";
import { HubError, isRetryable } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { InboxMessage } from "#shared/model/delivery.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import type { Refused } from "#shared/store/apply-changes.ts";
import { quarantine, saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection, listConnections } from "#shared/store/connections.ts";

import type { DeliveryTally } from "./delivery-tally.ts";
import { carryOutPresses } from "./press.ts";

export interface IngestDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly inbox: Queue;
  readonly registry: Registry;
  /** `length` characters of [0-9a-z]. */
  readonly random: (length: number) => string;
  readonly tally: DeliveryTally;
}

/** How a message ended. `failed` comes back through the queue, and dies there after its last try. */
type Ended = "done" | { readonly failed: unknown };

/** Longest wait SQS can give a message. A source that asks for more is asked again then. */
const delaySecondsMax = 900;
/** A delivery put back so often is left to the next pull, which reads the same change. */
const putBackMax = 20;

interface Read {
  readonly message: InboxMessage;
  readonly changes: readonly Change[];
  readonly rejected: readonly Rejected[];
}

/**
 * Interprets a batch of deliveries and stores what they say in one go. Returns how each ended, in
 * order. One bad delivery never stops the others.
 */
export async function ingest(
  deps: IngestDeps,
  bodies: readonly string[],
): Promise<readonly Ended[]> {
  const sources = new SourceCache(deps);
  const read = await Promise.all(bodies.map((body) => interpret(deps, sources, body)));
  const readings = read.flatMap((one) =>
    typeof one === "object" && "changes" in one ? [one] : [],
  );
  try {
    const { refused, ...counts } = await applyChanges(
      deps,
      readings.flatMap((reading) => reading.changes),
    );
    if (readings.length > 0) {
      deps.logger.debug("ingest.applied", { deliveries: readings.length, ...counts });
    }
    await account(deps, readings, refused);
  } catch (error) {
    // Nothing of this batch is acknowledged; all of it is repeated, which is harmless.
    return read.map((one) => (one === "done" ? "done" : { failed: error }));
  }
  return read.map((one) => (typeof one === "object" && "failed" in one ? one : "done"));
}

/** Reads and opens each connection once per batch. */
class SourceCache {
  readonly #deps: IngestDeps;
  readonly #found = new Map<ConnectionId, Promise<Connection | undefined>>();
  readonly #open = new Map<ConnectionId, Promise<Source>>();
  #all: Promise<readonly Connection[]> | undefined;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
  }

  /** Undefined for one that is removed, or not started yet. */
  async find(id: ConnectionId): Promise<Connection | undefined> {
    const finding = this.#found.get(id) ?? getConnection(this.#deps.table, id);
    this.#found.set(id, finding);
    const connection = await finding;
    const isInUse = connection && connection.status !== "removing" && connection.status !== "draft";
    return isInUse ? connection : undefined;
  }

  async get(connection: Connection): Promise<Source> {
    const { id } = connection;
    const opening =
      this.#open.get(id) ??
      openSource(this.#deps, {
        connection,
        connections: () => (this.#all ??= listConnections(this.#deps.table)),
        // Somebody has just changed something: that goes before the reading of old things.
        isInteractive: true,
      });
    this.#open.set(id, opening);
    return opening;
  }
}

async function interpret(
  deps: IngestDeps,
  sources: SourceCache,
  body: string,
): Promise<Ended | Read> {
  let message: InboxMessage;
  try {
    message = InboxMessage.parse(JSON.parse(body));
  } catch (error) {
    return { failed: error };
  }
  try {
    const connection = await sources.find(message.connectionId);
    // Removed while its last deliveries waited, or not started yet: there is nowhere to put them.
    if (!connection) return "done";
    const connector = deps.registry.find(connection.connector);
    const interactions = await connector?.interactions?.();
    if (connector && interactions) {
      // A message that was shown can be answered while its channel is paused: its tool is asked nothing.
      await carryOutPresses(deps, {
        connection,
        channelTitle: connector.title,
        deliveryId: message.deliveryId,
        interactions: interactions.read(deliveryOf(message)),
      });
      return { message, changes: [], rejected: [] };
    }
    if (connection.status === "paused") {
      // Who pauses a connection wants no requests to its tool. Resuming reads what was missed, and looks
      // for what is gone, whether anything came or not: nothing rests on this delivery.
      deps.tally.add(connection.id, "paused");
      return "done";
    }
    const source = await sources.get(connection);
    const reading = await source.interpret(deliveryOf(message));
    await saveGaps(deps.table, message.connectionId, deps.clock.now(), reading.gaps ?? []);
    return { message, changes: reading.changes, rejected: reading.rejected };
  } catch (error) {
    return afterFailure(deps, message, error);
  }
}

function deliveryOf(message: InboxMessage): Delivery {
  const { headers, query, receivedAt, body } = message;
  const bytes =
    "text" in body ? Buffer.from(body.text) : gunzipSync(Buffer.from(body.gzipBase64, "base64"));
  return { headers, query, receivedAt, body: bytes };
}

async function afterFailure(
  deps: IngestDeps,
  message: InboxMessage,
  error: unknown,
): Promise<Ended | Read> {
  const { connectionId, deliveryId, attempt } = message;
  const code = error instanceof HubError ? error.code : "unexpected";
  deps.logger.warn("ingest.delivery-failed", { connectionId, deliveryId, code, attempt });
  if (!isRetryable(error)) {
    return { message, changes: [], rejected: [{ record: deliveryId, reason: reasonOf(error) }] };
  }
  if (!(error instanceof HubError) || attempt >= putBackMax) return { failed: error };
  // The source asked us to wait, or is down: a delayed message waits better than a queue's few tries.
  const waitMs = error.retryAfterMs ?? 1000 * 2 ** attempt;
  const delaySeconds = Math.min(delaySecondsMax, Math.max(1, Math.ceil(waitMs / 1000)));
  await deps.inbox.send(JSON.stringify({ ...message, attempt: attempt + 1 }), { delaySeconds });
  return "done";
}

function reasonOf(error: unknown): string {
  return error instanceof HubError
    ? `${error.code}: ${error.message}`
    : "The delivery cannot be read";
}

async function account(
  deps: IngestDeps,
  readings: readonly Read[],
  refused: readonly Refused[],
): Promise<void> {
  const at = deps.clock.now();
  for (const { message, changes, rejected: unread } of readings) {
    const ids = new Set(
      changes.map((change) => (change.kind === "upserted" ? change.record.id : change.id)),
    );
    const rejected = [...unread, ...refused.filter(({ id }) => ids.has(id))];
    deps.tally.add(message.connectionId, rejected.length > 0 ? "rejected" : "ingested");
    const where = { connectionId: message.connectionId, collection: "deliveries", at };
    await quarantine(deps.table, where, rejected);
  }
  await deps.tally.flushIfDue();
}
