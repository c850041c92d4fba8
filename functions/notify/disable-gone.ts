import type { SendOutcome } from "#shared/kit/notifier.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

/**
 * A target that says it is gone for good is not called again: its connection is paused, with the reason,
 * until an admin mends and resumes it. Nothing is done for any other outcome.
 */
export async function disableGone(
  round: Round,
  connectionId: ConnectionId,
  outcome: SendOutcome,
): Promise<void> {
  if (outcome.outcome !== "refused" || outcome.isGone !== true) return;
  const { table, logger } = round.deps;
  const since = round.now;
  const message = outcome.reason.slice(0, 500);
  await updateDocument(table, connectionSpec, factKey(connectionId), (current) => {
    // What an admin has paused or removed meanwhile stays so.
    if (current.status !== "active" && current.status !== "degraded") return undefined;
    const problem = { code: "connector.not-found", message, since };
    return { ...current, status: "paused" as const, problem, updatedAt: since };
  });
  logger.warn("notify.disabled", { connectionId });
}
