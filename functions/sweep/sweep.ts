import { promote, wake } from "#shared/kit/alert-lifecycle.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Alert } from "#shared/model/signal.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { listConnections } from "#shared/store/connections.ts";
import { listDocuments, replaceDocument } from "#shared/store/documents.ts";
import { alertList, lists } from "#shared/store/keys.ts";
import { alertSpec, connectionSpec, cursorSpec } from "#shared/store/specs.ts";

export interface SweepDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pulls: Queue;
  readonly registry: Registry;
}

/** A due pull that was sent is not sent again before this, whatever the queue is doing. */
const sentAgainMs = 5 * minuteMs;
/** How often webhook registrations are looked after: new projects, failed or lost registrations. */
const subscribeEveryMinutes = 15;

/** What only the passing of time brings about. Every step is harmless to repeat. */
export async function sweep(deps: SweepDeps): Promise<void> {
  const connections = await listConnections(deps.table);
  await sendDuePulls(deps, connections);
  await sendSubscribes(deps, connections);
  await noteStale(deps, connections);
  await advance(deps, "pending", promote);
  await advance(deps, "snoozed", wake);
}

function isReading({ status }: Connection): boolean {
  return status === "active" || status === "degraded";
}

async function sendDuePulls(deps: SweepDeps, connections: readonly Connection[]): Promise<void> {
  const reading = new Map(connections.filter(isReading).map((one) => [one.id, one]));
  const nowMs = deps.clock.nowMs();
  for (const cursor of await listDocuments(deps.table, cursorSpec, lists.cursors)) {
    const connection = reading.get(cursor.connectionId);
    if (!connection || epochMsOf(cursor.dueAt) > nowMs) continue;
    // Before everything was read once, there is nothing to compare an enumeration with.
    if (cursor.mode === "reconcile" && connection.readyAt === undefined) continue;
    const later = { ...cursor, dueAt: instantOf(nowMs + sentAgainMs) };
    if (await replaceDocument(deps.table, cursorSpec, cursor, later))
      await send(deps, messageFor(cursor));
  }
}

function messageFor({ connectionId, collection, mode }: Cursor): PullMessage {
  return { kind: mode === "reconcile" ? "reconcile" : "pull", connectionId, collection };
}

async function send(deps: SweepDeps, message: PullMessage): Promise<void> {
  await deps.pulls.send(JSON.stringify(message));
}

async function sendSubscribes(deps: SweepDeps, connections: readonly Connection[]): Promise<void> {
  const minute = Math.floor(deps.clock.nowMs() / minuteMs);
  if (minute % subscribeEveryMinutes !== 0) return;
  for (const connection of connections) {
    if (isReading(connection) && deps.registry.isSource(connection)) {
      await send(deps, { kind: "subscribe", connectionId: connection.id });
    }
  }
}

/** A source that has been silent for too long says so, instead of looking healthy. */
async function noteStale(deps: SweepDeps, connections: readonly Connection[]): Promise<void> {
  const now = deps.clock.now();
  for (const connection of connections) {
    if (connection.status !== "active" || connection.freshAt === undefined) continue;
    const silentMinutes = (deps.clock.nowMs() - epochMsOf(connection.freshAt)) / minuteMs;
    if (silentMinutes <= staleAfterMinutes || !deps.registry.isSource(connection)) continue;
    const message = `Nothing could be read for ${Math.floor(silentMinutes)} minutes; verdicts that rest on it say “unknown” until it works again`;
    await replaceDocument(deps.table, connectionSpec, connection, {
      ...connection,
      status: "degraded",
      problem: { code: "connector.unavailable", message, since: connection.freshAt },
      updatedAt: now,
    });
    deps.logger.warn("connection.stale", { connectionId: connection.id });
  }
}

/** Moves alerts whose time has come. One that somebody else is changing waits for the next minute. */
async function advance(
  deps: SweepDeps,
  status: Alert["status"],
  step: (alert: Alert, now: Alert["updatedAt"]) => Alert | undefined,
): Promise<void> {
  for (const alert of await listDocuments(deps.table, alertSpec, alertList(status))) {
    const next = step(alert, deps.clock.now());
    if (next) await replaceDocument(deps.table, alertSpec, alert, next);
  }
}
