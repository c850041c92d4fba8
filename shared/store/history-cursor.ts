import type { Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { createDocument, readDocument, updateDocument } from "./documents.ts";
import { cursorKey } from "./keys.ts";
import { SetAside } from "./set-aside.ts";
import { cursorSpec } from "./specs.ts";

interface Deps {
  readonly table: Table;
  readonly clock: Clock;
}

/** Under this word its cursor is kept; no collection has the name. */
const histories = "histories";
/** Right after a first reading webhooks are registered and caught up with: that goes first. */
const firstAfterMs = 5 * minuteMs;

export function historyCursorKey(connectionId: ConnectionId): Key {
  return cursorKey(connectionId, histories, "history");
}

/** Gives a connection its place in the past once it is read whole; nothing happens where it stands. */
export async function ensureHistoryCursor(
  { table, clock }: Deps,
  connectionId: ConnectionId,
): Promise<void> {
  const cursor: Cursor = {
    type: "cursor",
    connectionId,
    collection: histories,
    mode: "history",
    state: "waiting",
    recordsRead: 0,
    changesApplied: 0,
    recordsRejected: 0,
    updatedAt: clock.now(),
    dueAt: instantOf(clock.nowMs() + firstAfterMs),
    revision: 0,
  };
  await createDocument(table, cursorSpec, cursor);
}

/** The whole past is read again, when it is its turn; where nothing was read yet, nothing changes. */
export async function restartHistories(
  { table, clock }: Deps,
  connectionId: ConnectionId,
): Promise<void> {
  const key = historyCursorKey(connectionId);
  const item = await table.get(key);
  // One that cannot be read must not keep what is read again from being so.
  if (!item || !new SetAside().read(item, (one) => readDocument(cursorSpec, one))) return;
  await updateDocument(table, cursorSpec, key, ({ position: _position, ...rest }) => {
    const dueAt = instantOf(clock.nowMs() + firstAfterMs);
    return { ...rest, state: "waiting" as const, updatedAt: clock.now(), dueAt };
  });
}
