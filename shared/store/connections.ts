import type { SourceState, SourceStates } from "#shared/graph/sources.ts";
import { sourceState } from "#shared/graph/sources.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { readDocument } from "./documents.ts";
import { factKey, lists } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";
import { connectionSpec } from "./specs.ts";

/**
 * All connections that can be read, strongly consistent: the index only says which there are. One that
 * cannot be read is put aside.
 */
export async function listConnections(
  table: Table,
  setAside: SetAside = new SetAside(),
): Promise<Connection[]> {
  const keys = await queryAll(table, { index: "list", partition: lists.connections });
  const items = await table.batchGet(keys.map(({ pk, sk }) => ({ pk, sk })));
  return items
    .flatMap((item) => setAside.read(item, (one) => readDocument(connectionSpec, one)) ?? [])
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
  const setAside = new SetAside();
  const connections = (await listConnections(table, setAside)).filter(
    ({ status, ...connection }) =>
      status !== "removing" && status !== "draft" && registry.isSource({ status, ...connection }),
  );
  const states = connections.map((connection) =>
    sourceState(connection, registry.providesGoals(connection), clock.nowMs()),
  );
  const unreadable = [...setAside.partitions].map((id) => unreadableSource(ConnectionId.parse(id)));
  return new Map([...states, ...unreadable].map((state) => [state.id, state]));
}

/** It may hold goals, and we cannot say how far it was read: nothing may be concluded from absence. */
function unreadableSource(id: ConnectionId): SourceState {
  return {
    id,
    name: "a connection that cannot be read",
    providesGoals: true,
    isReady: false,
    isStale: false,
    freshAt: undefined,
  };
}
