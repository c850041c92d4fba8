import { eachOf } from "#shared/each-of.ts";
import { promote, waitAnew, wake } from "#shared/kit/alert-lifecycle.ts";
import type { AlertRule } from "#shared/kit/alert-rule.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { AlertPolicies } from "#shared/store/alert-policies.ts";
import { getGap, removeGap, saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection, glanceAtConnections } from "#shared/store/connections.ts";
import { listDocuments, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { alertList, factKey, lists } from "#shared/store/keys.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import {
  alertSpec,
  connectionSpec,
  cursorSpec,
  grantSpec,
  signalSpec,
} from "#shared/store/specs.ts";

import { turnOfDay } from "./turn-of-day.ts";

export interface SweepDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pulls: Queue;
  readonly registry: Registry;
  readonly rules: readonly AlertRule[];
}

/** A due pull that was sent is not sent again before this, whatever the queue is doing. */
const sentAgainMs = 5 * minuteMs;
/** How often registrations and removals are looked after: new projects, lost or failed messages. */
const lookAfterEveryMinutes = 15;
/** Who is away changes by the day; whoever falls ill in the morning is known at noon. */
const absencesEveryMinutes = 4 * lookAfterEveryMinutes;
const credentialWarnDays = 30;
const draftKeptMs = dayMs;
/** That a consent still stands at its vendor is said for so long, unless an admin has seen to it. */
const noteKeptMs = 30 * dayMs;

/** What only the passing of time brings about. Every step is harmless to repeat. */
export async function sweep(deps: SweepDeps): Promise<void> {
  const [connections, cursors] = await Promise.all([
    glanceAtConnections(deps.table),
    listDocuments(deps.table, cursorSpec, lists.cursors),
  ]);
  const policies = new AlertPolicies(deps);
  // That messages cannot be sent, or one connection cannot be looked after, keeps no alert from its time.
  await eachOf([
    () => sendDuePulls(deps, connections, cursors),
    () => lookAfter(deps, connections),
    () => noteStale(deps, connections),
    () => noteEndingCredentials(deps, connections),
    () => dropOldDrafts(deps, connections),
    () => dropUnusedGrants(deps, connections),
    () => advance(deps, "pending", (alert, now) => openIfStanding(deps, policies, alert, now)),
    () => advance(deps, "snoozed", (alert, now) => wakeIfStanding(deps, alert, now)),
    () => turnOfDay(deps),
  ]);
}

function isReading({ status }: Pick<Connection, "status">): boolean {
  return status === "active" || status === "degraded";
}

async function sendDuePulls(
  deps: SweepDeps,
  connections: readonly Connection[],
  cursors: readonly Cursor[],
): Promise<void> {
  const reading = new Map(connections.filter(isReading).map((one) => [one.id, one]));
  const nowMs = deps.clock.nowMs();
  for (const cursor of cursors) {
    const connection = reading.get(cursor.connectionId);
    if (!connection || epochMsOf(cursor.dueAt) > nowMs) continue;
    // Before everything was read once, there is nothing to compare an enumeration with.
    if (cursor.mode === "reconcile" && connection.readyAt === undefined) continue;
    const later = {
      ...cursor,
      dueAt: instantOf(nowMs + sentAgainMs),
      ...(cursor.mode === "poll" && { sentSince: cursor.sentSince ?? instantOf(nowMs) }),
    };
    if (await replaceDocument(deps.table, cursorSpec, cursor, later))
      await send(deps, messageFor(cursor));
  }
}

function messageFor({ connectionId, collection, mode }: Cursor): PullMessage {
  if (mode === "history") return { kind: "histories", connectionId };
  return { kind: mode === "reconcile" ? "reconcile" : "pull", connectionId, collection };
}

async function send(deps: SweepDeps, message: PullMessage): Promise<void> {
  await deps.pulls.send(JSON.stringify(message));
}

async function lookAfter(deps: SweepDeps, connections: readonly Connection[]): Promise<void> {
  const minute = Math.floor(deps.clock.nowMs() / minuteMs);
  if (minute % lookAfterEveryMinutes !== 0) return;
  for (const connection of connections) {
    const { id: connectionId, status } = connection;
    // One whose message was lost or died half-way would be leaving for ever.
    if (status === "removing") await send(deps, { kind: "remove", connectionId });
    if (isReading(connection) && deps.registry.isSource(connection)) {
      const { webhook, tellsAbsences } = deps.registry.get(connection.connector);
      if (webhook) await send(deps, { kind: "subscribe", connectionId });
      if (tellsAbsences === true && minute % absencesEveryMinutes === 0) {
        await send(deps, { kind: "absences", connectionId });
      }
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

/** A token that lapses silences a whole tool: it is said in good time. */
async function noteEndingCredentials(
  deps: SweepDeps,
  connections: readonly Connection[],
): Promise<void> {
  if (Math.floor(deps.clock.nowMs() / minuteMs) % 60 !== 0) return;
  const look = async (seen: Connection): Promise<void> => {
    // It is said for an hour at least: what the index shows may have been renewed or removed by now.
    const connection = seen.credential && (await getConnection(deps.table, seen.id));
    if (connection) await noteEndingCredential(deps, connection);
  };
  await eachOf(connections.map((seen) => () => look(seen)));
}

async function noteEndingCredential(
  deps: SweepDeps,
  { id, credential, status }: Connection,
): Promise<void> {
  if (!credential) return;
  const { kind, expiresAt } = credential;
  const leftDays =
    expiresAt === undefined ? undefined : (epochMsOf(expiresAt) - deps.clock.nowMs()) / dayMs;
  const what = `The ${kind} of this connection`;
  if (leftDays === undefined || leftDays > credentialWarnDays || !isReading({ status })) {
    const gap = await getGap(deps.table, id, what);
    if (gap) await removeGap(deps.table, gap);
    return;
  }
  const on = `on ${expiresAt?.slice(0, 10)}`;
  const why =
    leftDays > 0
      ? `It ends ${on}: make a new one and enter it, or nothing can be read from then on`
      : `It ended ${on}: make a new one and enter it`;
  await saveGaps(deps.table, id, deps.clock.now(), [{ what, why }]);
  deps.logger.warn("connection.credential-ending", {
    connectionId: id,
    leftDays: Math.floor(leftDays),
  });
}

/** A connection that was never started would keep somebody's secrets for ever. */
async function dropOldDrafts(deps: SweepDeps, connections: readonly Connection[]): Promise<void> {
  for (const connection of connections) {
    const { id: connectionId, status, updatedAt } = connection;
    if (status !== "draft" || deps.clock.nowMs() - epochMsOf(updatedAt) < draftKeptMs) continue;
    // Whoever starts it in this very moment is first, and keeps it.
    const leaving = { ...connection, status: "removing" as const };
    if (!(await replaceDocument(deps.table, connectionSpec, connection, leaving))) continue;
    await send(deps, { kind: "remove", connectionId });
    deps.logger.info("connection.draft-dropped", { connectionId });
  }
}

/** A consent that led to no connection, or whose last one went while nobody looked. */
async function dropUnusedGrants(
  deps: SweepDeps,
  connections: readonly Connection[],
): Promise<void> {
  if (Math.floor(deps.clock.nowMs() / minuteMs) % lookAfterEveryMinutes !== 0) return;
  const used = new Set(connections.flatMap(({ grantId }) => grantId ?? []));
  for (const { id: grantId, updatedAt, leftAtVendorAt } of await listDocuments(
    deps.table,
    grantSpec,
    lists.grants,
  )) {
    const keptMs = leftAtVendorAt === undefined ? draftKeptMs : noteKeptMs;
    if (used.has(grantId) || deps.clock.nowMs() - epochMsOf(updatedAt) < keptMs) continue;
    await send(deps, { kind: "remove-grant", grantId });
  }
}

type Step = (alert: Alert, now: Instant) => Alert | undefined | Promise<Alert | undefined>;

/**
 * The event that its signal cleared may still be on the way: the signal itself is asked. Where that or the
 * rule's settings cannot be read the alert goes on waiting, and the others do not wait for it.
 */
async function openIfStanding(
  deps: SweepDeps,
  policies: AlertPolicies,
  alert: Alert,
  now: Instant,
): Promise<Alert | undefined> {
  const unread = new SetAside();
  if (!(await policies.areSettingsRead(alert.rule, unread))) return undefined;
  // An alert that was born while its rule was being set may still wait by the old settings.
  const policy = await policies.waiting(alert);
  const next = policy ? waitAnew(alert, policy, now) : promote(alert, now);
  const stored = next && (await deps.table.get(factKey(alert.signalId)));
  const signal = stored && unread.read(stored, (item) => readDocument(signalSpec, item));
  return signal?.state === "open" && signal.generation === alert.generation ? next : undefined;
}

/** The same of one that is snoozed: nobody is to hear that it still stands when it does not. */
async function wakeIfStanding(
  { table }: SweepDeps,
  alert: Alert,
  now: Instant,
): Promise<Alert | undefined> {
  const next = wake(alert, now);
  const stored = next && (await table.get(factKey(alert.signalId)));
  if (!stored) return undefined;
  const unread = new SetAside();
  const signal = unread.read(stored, (item) => readDocument(signalSpec, item));
  // Of what cannot be read nobody can say that it is over.
  const isStanding = signal?.state === "open" && signal.generation === alert.generation;
  return isStanding || !signal ? next : undefined;
}

/** Moves alerts whose time has come. One that somebody else is changing waits for the next minute. */
async function advance(deps: SweepDeps, status: Alert["status"], step: Step): Promise<void> {
  for (const alert of await listDocuments(deps.table, alertSpec, alertList(status))) {
    const next = await step(alert, deps.clock.now());
    if (next) await replaceDocument(deps.table, alertSpec, alert, next);
  }
}
