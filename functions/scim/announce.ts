import type { InboxMessage } from "#shared/model/delivery.ts";

import type { Directory } from "./directory.ts";
import { ScimError } from "./scim-error.ts";

/** So many records fit one message and one batch of work. */
const idsPerMessage = 200;

/** Records that somebody has just changed. */
export interface Announced {
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
}

/**
 * Puts into the inbox which records to read again. It is what makes a change visible at once: only when
 * it is durable may the request be called done. Throws when the inbox is not there.
 */
export async function announce(directory: Directory, announced: Announced): Promise<void> {
  const { users = [], groups = [] } = announced;
  if (groups.length > 0) await send(directory, { users: [], groups });
  for (let start = 0; start < users.length; start += idsPerMessage) {
    await send(directory, { users: users.slice(start, start + idsPerMessage), groups: [] });
  }
}

async function send({ deps, connection }: Directory, ids: Required<Announced>): Promise<void> {
  const message: InboxMessage = {
    connector: connection.connector,
    connectionId: connection.id,
    deliveryId: `kept ${deps.random(12)}`,
    receivedAt: deps.clock.now(),
    attempt: 0,
    headers: {},
    query: {},
    body: { text: JSON.stringify(ids) },
  };
  try {
    await deps.inbox.send(JSON.stringify(message));
  } catch {
    // Stored it is, and the next pull reads it; but nobody shall hear that it is done.
    deps.logger.error("scim.not-announced", { connectionId: connection.id });
    throw new ScimError(503, "The hub cannot take this now: try again");
  }
}
