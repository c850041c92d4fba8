import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { getConnection } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";

/** Throws `entity.not-found`. */
export async function loadConnection(context: AppContext, id: ConnectionId): Promise<Connection> {
  const connection = await getConnection(context.table, id);
  if (connection) return connection;
  throw new HubError("entity.not-found", "There is no such connection");
}

/** Throws also for one that is being removed. */
export async function loadChangeable(context: AppContext, id: ConnectionId): Promise<Connection> {
  const connection = await loadConnection(context, id);
  if (connection.status !== "removing") return connection;
  throw new HubError("entity.conflict", "This connection is being removed");
}

/** Throws for a draft. */
export function assertStarted({ status }: Connection): void {
  if (status !== "draft") return;
  throw new HubError("entity.conflict", "This connection is still being set up: start it first");
}
