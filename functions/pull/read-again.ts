import { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { fromItem } from "#shared/store/codec.ts";
import { listGaps, removeGap } from "#shared/store/connection-parts.ts";
import { listConnections } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { restartHistories } from "#shared/store/history-cursor.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";

/**
 * A connection became ready, and records of others may name its things by address, in vain so far.
 * Those that had noticed so are read whole again; what did not change costs no write.
 */
export async function readAgainAfterConnecting(deps: PullDeps, newId: ConnectionId): Promise<void> {
  for (const { id } of await listConnections(deps.table)) {
    if (id === newId) continue;
    const gaps = (await listGaps(deps.table, id)).filter((gap) => gap.isMendedByConnecting);
    if (gaps.length === 0) continue;
    await startOver(deps, id);
    for (const gap of gaps) await removeGap(deps.table, gap);
    deps.logger.info("pull.read-again", { connectionId: id, because: newId });
  }
}

/** Reads a collection whole again, or all collections of the connection. */
export async function startOver(
  deps: PullDeps,
  connectionId: ConnectionId,
  only?: string,
): Promise<void> {
  const now = deps.clock.now();
  const items = await queryAll(deps.table, {
    partition: connectionId,
    sortPrefix: "cursor#pull#",
    consistent: true,
  });
  const setAside = new SetAside();
  const cursors = items.flatMap(
    (item) => setAside.read(item, (one) => fromItem(Cursor, one)) ?? [],
  );
  for (const { collection } of cursors) {
    if (only !== undefined && collection !== only) continue;
    // A run that is under way loses its place and stops; the message starts a new one.
    const key = cursorKey(connectionId, collection, "pull");
    await updateDocument(deps.table, cursorSpec, key, fromTheStart(now));
    await deps.pulls.send(JSON.stringify({ kind: "pull", connectionId, collection }));
  }
  await restartHistories(deps, connectionId);
}

function fromTheStart(now: Instant): (cursor: Cursor) => Unversioned<Cursor> {
  // Nor is there a way back to an earlier position: what it was read again for would stay unread.
  return ({ position: _position, positionBefore: _before, ...rest }) => ({
    ...rest,
    mode: "backfill",
    state: "waiting",
    updatedAt: now,
    dueAt: now,
  });
}
