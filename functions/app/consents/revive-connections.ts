import type { Connection } from "#shared/model/connection.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { startReading } from "../connections/connect.ts";

/** A consent was given anew: what had failed for want of it works again, and reads on at once. */
export async function reviveConnections(context: AppContext, grantId: GrantId): Promise<void> {
  const now = context.clock.now();
  const resting = (await listConnections(context.table)).filter((one) => one.grantId === grantId);
  for (const connection of resting) {
    const after = await updateDocument(
      context.table,
      connectionSpec,
      factKey(connection.id),
      ({ problem, ...current }): Unversioned<Connection> => {
        const isOver = problem?.code === "connector.unauthorized" || current.status === "degraded";
        const { expiresAt: _expiresAt, ...credential } = current.credential ?? {
          kind: "OAuth consent",
        };
        return {
          ...current,
          ...(problem && !isOver && { problem }),
          ...(current.status === "degraded" && { status: "active" as const }),
          credential: { ...credential, setAt: now },
          updatedAt: now,
        };
      },
    );
    if (after.status !== "active") continue;
    await startReading(context, context.registry.get(after.connector), after);
  }
  context.snapshots.expire();
}
