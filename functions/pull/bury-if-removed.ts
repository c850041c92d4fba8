import { HubError } from "#shared/errors.ts";
import type { Change } from "#shared/model/change.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { getConnection } from "#shared/store/connections.ts";

import type { PullDeps } from "./deps.ts";

/** Whether the connection is there, and nobody is taking it away. */
export async function isStanding(
  deps: Pick<PullDeps, "table">,
  connectionId: ConnectionId,
): Promise<boolean> {
  const connection = await getConnection(deps.table, connectionId);
  return connection !== undefined && connection.status !== "removing";
}

/** A connection that was taken away meanwhile must not keep what has just been stored of it. */
export async function buryIfRemoved(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
  changes: readonly Change[],
): Promise<boolean> {
  if (await isStanding(deps, connectionId)) return false;
  const readAt = deps.clock.now();
  const sourceVersion = deps.clock.nowMs();
  const removals = changes.map((change): Change => {
    const id = change.kind === "upserted" ? change.record.id : change.id;
    return { kind: "removed", id, sourceVersion, readAt };
  });
  await applyChanges({ ...deps, forgetsPast: true }, removals);
  return true;
}

/** As `buryIfRemoved`; throws `entity.not-found` when there is nothing left to read for. */
export async function refuseRemoved(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
  changes: readonly Change[],
): Promise<void> {
  if (!(await buryIfRemoved(deps, connectionId, changes))) return;
  throw new HubError("entity.not-found", "The connection was removed while it was being read");
}
