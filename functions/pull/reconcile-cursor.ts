import type { Collection } from "#shared/kit/connector.ts";
import type { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
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
