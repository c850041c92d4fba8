import type { Collection } from "#shared/kit/connector.ts";
import type { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import {
  createDocument,
  getDocument,
  replaceDocument,
  updateDocument,
} from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";

/**
 * Gives a collection its reconcile cursor once it was read whole, so that the clock finds it; nothing
 * happens where it stands already, or where pulls read everything anyway.
 */
export async function ensureReconcileCursor(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
  collection: Collection,
): Promise<void> {
  const everyMinutes = collection.reconcileEveryMinutes;
  if (everyMinutes === undefined) return;
  const cursor: Cursor = {
    type: "cursor",
    connectionId,
    collection: collection.name,
    mode: "reconcile",
    state: "waiting",
    recordsRead: 0,
    changesApplied: 0,
    recordsRejected: 0,
    updatedAt: deps.clock.now(),
    dueAt: instantOf(deps.clock.nowMs() + everyMinutes * minuteMs),
    revision: 0,
  };
  await createDocument(deps.table, cursorSpec, cursor);
}

/** The cursor as it stands; made where the first reconcile is asked for before its time. */
export async function openReconcileCursor(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
  collection: Collection,
): Promise<Cursor> {
  const key = cursorKey(connectionId, collection.name, "reconcile");
  const found = await getDocument(deps.table, cursorSpec, key);
  if (found) return found;
  await ensureReconcileCursor(deps, connectionId, collection);
  return updateDocument(deps.table, cursorSpec, key, () => undefined);
}

/** Changes what is in hand or, where somebody has changed it since, what stands now. */
export async function changeReconcileCursor(
  { table }: Pick<PullDeps, "table">,
  cursor: Cursor,
  change: (current: Cursor) => Unversioned<Cursor>,
): Promise<Cursor> {
  const stored = await replaceDocument(table, cursorSpec, cursor, change(cursor));
  if (stored) return stored;
  const key = cursorKey(cursor.connectionId, cursor.collection, "reconcile");
  return updateDocument(table, cursorSpec, key, change);
}
