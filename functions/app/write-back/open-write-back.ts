import { openSource } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { WriteBack } from "#shared/kit/write-back.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { getConnection, listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";

/** A connection with its write-back, where its settings turn that on. */
export interface OpenedWriteBack {
  readonly connection: Connection;
  readonly tool: WriteBack | undefined;
}

/** Asks the tool nothing: it only says what the settings mean. */
export async function openWriteBack(
  context: AppContext,
  id: ConnectionId,
): Promise<OpenedWriteBack> {
  const connection = await getConnection(context.table, id);
  if (!connection) throw new HubError("entity.not-found", "There is no such connection");
  const connector = context.registry.find(connection.connector);
  if (!connector?.source || connector.writeBackSetting === undefined) {
    return { connection, tool: undefined };
  }
  const connections = await listConnections(context.table);
  const source = await openSource(context, { connection, connections, isInteractive: true });
  return { connection, tool: source.writeBack };
}
