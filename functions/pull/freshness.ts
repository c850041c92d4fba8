import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { getConnection } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { readDocument, replacementOf, updateDocument } from "#shared/store/documents.ts";
import { ensureHistoryCursor } from "#shared/store/history-cursor.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";
import { readAgainAfterConnecting } from "./read-again.ts";

/** That a connection is fresh is told to the minute: of collections read together one writes it. */
const toldEveryMs = minuteMs;

/** What a run knows of its connection. */
export interface Seen {
  readonly cursors: readonly Cursor[];
  /** As it stood when the cursors were read, at the run's start; absent: they were read since. */
  readonly connection?: Connection | undefined;
}

/**
 * A run ended well. The connection is ready once every collection was read whole, and fresh when
 * none of them is failing; a problem that had degraded it is over. False, and nothing done, when it
 * has changed since it was seen: one of the others may have met a problem.
 */
export async function markFresh(
  deps: PullDeps,
  connectionId: ConnectionId,
  { cursors: all, connection: seen }: Seen,
): Promise<boolean> {
  // The past is read when everything else has been: what the hub says now does not wait for it.
  const cursors = all.filter(({ mode }) => mode !== "reconcile" && mode !== "history");
  // A refused reconcile waits for an admin; reading on does not make it good.
  const isRefused = all.some(({ mode, problem }) => mode === "reconcile" && isForAdmin(problem));
  const isReady = cursors.every((cursor) => cursor.backfilledAt !== undefined);
  const isFresh = isReady && cursors.every((cursor) => cursor.problem === undefined);
  if (!isFresh) return true;
  const now = deps.clock.now();
  const before = seen ?? (await getConnection(deps.table, connectionId));
  if (!all.some(({ mode }) => mode === "history")) await beginHistories(deps, before);
  // Before it is written down that it is ready: a run that dies in between must do it again.
  if (before && before.readyAt === undefined) await readAgainAfterConnecting(deps, connectionId);
  const asFresh = (connection: Connection) => freshened(connection, { now, isRefused });
  if (before && (await isWritten(deps, before, asFresh))) return true;
  if (seen) return false;
  await updateDocument(deps.table, connectionSpec, factKey(connectionId), asFresh);
  return true;
}

/** It was read a moment ago, and is seldom another by then. */
async function isWritten(
  { table }: PullDeps,
  before: Connection,
  asFresh: (connection: Connection) => Unversioned<Connection> | undefined,
): Promise<boolean> {
  const after = asFresh(before);
  if (!after) return true;
  const outcome = await table.write(replacementOf(connectionSpec, before, after).write);
  if (outcome.applied) return true;
  // Mostly it was another collection's run, which said the same.
  const current = outcome.current && readDocument(connectionSpec, outcome.current);
  return current !== undefined && asFresh(current) === undefined;
}

/** Undefined where the connection says so already. */
function freshened(
  connection: Connection,
  { now, isRefused }: { readonly now: Instant; readonly isRefused: boolean },
): Unversioned<Connection> | undefined {
  const { problem, freshAt, readyAt = now, ...rest } = connection;
  const isMended = !isRefused && (problem !== undefined || rest.status === "degraded");
  const isReady = connection.readyAt !== undefined && freshAt !== undefined;
  if (isReady && !isMended && epochMsOf(now) - epochMsOf(freshAt) < toldEveryMs) return undefined;
  return {
    ...rest,
    readyAt,
    freshAt: now,
    ...(isRefused && problem && { problem }),
    status: rest.status === "degraded" && !isRefused ? "active" : rest.status,
    updatedAt: now,
  };
}

async function beginHistories(deps: PullDeps, connection: Connection | undefined): Promise<void> {
  if (!connection) return;
  const { historiesEveryMinutes } = deps.registry.get(connection.connector);
  if (historiesEveryMinutes !== undefined) await ensureHistoryCursor(deps, connection.id);
}

function isForAdmin(problem: Cursor["problem"]): boolean {
  return problem?.code === "connector.shrunk";
}

/** All cursors of a connection, strongly consistent. */
export async function listCursors(
  deps: Pick<PullDeps, "table">,
  connectionId: ConnectionId,
): Promise<Cursor[]> {
  return (await readCursors(deps, connectionId)).map((item) => fromItem(Cursor, item));
}

/** The same as they are stored. */
export async function readCursors(
  { table }: Pick<PullDeps, "table">,
  connectionId: ConnectionId,
): Promise<readonly Item[]> {
  return queryAll(table, { partition: connectionId, sortPrefix: "cursor#", consistent: true });
}

/** An admin must act on a failure that no waiting mends: the connection says so until it works again. */
export async function noteProblem(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
  error: HubError | undefined,
): Promise<void> {
  if (!error || error.traits.retry === "later") return;
  const now = deps.clock.now();
  await updateDocument(
    deps.table,
    connectionSpec,
    factKey(connectionId),
    (connection): Unversioned<Connection> | undefined => {
      if (connection.status !== "active" && connection.status !== "degraded") return undefined;
      if (connection.problem?.code === error.code) return undefined;
      const problem = { code: error.code, message: error.message.slice(0, 500), since: now };
      return { ...connection, status: "degraded", problem, updatedAt: now };
    },
  );
}
