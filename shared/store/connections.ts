import type { SourceStates } from "#shared/graph/sources.ts";
import { sourceState } from "#shared/graph/sources.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { readDocument } from "./documents.ts";
import { factKey, lists } from "./keys.ts";
import { queryAll } from "./list.ts";
import { connectionSpec } from "./specs.ts";

/** All connections, strongly consistent: the index only says which there are. */
export async function listConnections(table: Table): Promise<Connection[]> {
  const keys = await queryAll(table, { index: "list", partition: lists.connections });
  const items = await table.batchGet(keys.map(({ pk, sk }) => ({ pk, sk })));
  return items
    .map((item) => readDocument(connectionSpec, item))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

export async function getConnection(
  table: Table,
  id: ConnectionId,
): Promise<Connection | undefined> {
  const item = await table.get(factKey(id));
  return item && readDocument(connectionSpec, item);
}

/** Whether a connection may hold goals, asked of its connector; the registry's knowledge, as a function. */
export type ProvidesGoals = (connection: Connection) => boolean;

/** What the kernel must know of the connections. Those that only notify hold no facts and are left out. */
export async function readSourceStates(
  table: Table,
  clock: Clock,
  registry: {
    readonly providesGoals: ProvidesGoals;
    readonly isSource: (connection: Connection) => boolean;
  },
): Promise<SourceStates> {
  const connections = (await listConnections(table)).filter(
    ({ status, ...connection }) =>
      status !== "removing" && status !== "draft" && registry.isSource({ status, ...connection }),
  );
  return new Map(
    connections.map((connection) => [
      connection.id,
      sourceState(connection, registry.providesGoals(connection), clock.nowMs()),
    ]),
  );
}
