import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { fromItem } from "#shared/store/codec.ts";
import { getConnection } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { replaceDocument, updateDocument } from "#shared/store/documents.ts";
import { ensureHistoryCursor } from "#shared/store/history-cursor.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";
import { readAgainAfterConnecting } from "./read-again.ts";

/**
 * A run ended well. The connection is ready once every collection was read whole, and fresh when
 * none of them is failing; a problem that had degraded it is over. `all` are its cursors, read since.
 */
export async function markFresh(
  deps: PullDeps,
  connectionId: ConnectionId,
  all: readonly Cursor[],
): Promise<void> {
  // The past is read when everything else has been: what the hub says now does not wait for it.
  const cursors = all.filter(({ mode }) => mode !== "reconcile" && mode !== "history");
  // A refused reconcile waits for an admin; reading on does not make it good.
  const isRefused = all.some(({ mode, problem }) => mode === "reconcile" && isForAdmin(problem));
  const isReady = cursors.every((cursor) => cursor.backfilledAt !== undefined);
  const isFresh = isReady && cursors.every((cursor) => cursor.problem === undefined);
  if (!isFresh) return;
  const now = deps.clock.now();
  const before = await getConnection(deps.table, connectionId);
  if (!all.some(({ mode }) => mode === "history")) await beginHistories(deps, before);
  // Before it is written down that it is ready: a run that dies in between must do it again.
  if (before && before.readyAt === undefined) await readAgainAfterConnecting(deps, connectionId);
  const asFresh = (connection: Connection): Unversioned<Connection> => {
    const { problem: _problem, ...rest } = connection;
    return {
      ...rest,
      readyAt: connection.readyAt ?? now,
      freshAt: now,
      ...(isRefused && connection.problem && { problem: connection.problem }),
      status: connection.status === "degraded" && !isRefused ? "active" : connection.status,
      updatedAt: now,
    };
  };
  // It was read just now, and is seldom another by then.
  if (before && (await replaceDocument(deps.table, connectionSpec, before, asFresh(before))))
    return;
  await updateDocument(deps.table, connectionSpec, factKey(connectionId), asFresh);
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
  const items = await queryAll(deps.table, {
    partition: connectionId,
    sortPrefix: "cursor#",
    consistent: true,
  });
  return items.map((item) => fromItem(Cursor, item));
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
