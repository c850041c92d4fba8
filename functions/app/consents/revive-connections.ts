import type { Connection } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import type { Instant } from "#shared/model/time.ts";
import { listConnections } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { startReading } from "../connections/connect.ts";

/**
 * A consent was given anew: what had failed for want of it works again, and reads on at once. A site
 * that the new consent does not cover cannot be read, and its connection says so.
 */
export async function reviveConnections(
  context: AppContext,
  { id: grantId, sites }: Grant,
): Promise<{ readonly leavesOut: boolean }> {
  const now = context.clock.now();
  const resting = (await listConnections(context.table)).filter((one) => one.grantId === grantId);
  let leavesOut = false;
  for (const connection of resting) {
    const isCovered = sites.some(({ id }) => id === connection.siteId);
    leavesOut ||= !isCovered;
    const after = await updateDocument(
      context.table,
      connectionSpec,
      factKey(connection.id),
      (current) => (isCovered ? revived(current, now) : leftOut(current, now)),
    );
    if (!isCovered || after.status !== "active") continue;
    await startReading(context, context.registry.get(after.connector), after);
  }
  context.snapshots.expire();
  return { leavesOut };
}

type Change = Unversioned<Connection>;

function revived({ problem, ...current }: Change, now: Instant): Change {
  const isOver = problem?.code === "connector.unauthorized" || current.status === "degraded";
  const { expiresAt: _expiresAt, ...credential } = current.credential ?? { kind: "OAuth consent" };
  return {
    ...current,
    ...(problem && !isOver && { problem }),
    ...(current.status === "degraded" && { status: "active" as const }),
    credential: { ...credential, setAt: now },
    updatedAt: now,
  };
}

function leftOut(current: Change, now: Instant): Change | undefined {
  if (current.status !== "active" && current.status !== "degraded") return undefined;
  const message = "The consent leaves out this site: give it again and choose the site too";
  const problem = { code: "connector.forbidden", message, since: now };
  return { ...current, status: "degraded", problem, updatedAt: now };
}
