import type { SourceState, SourceStates } from "#shared/graph/sources.ts";
import { sourceState } from "#shared/graph/sources.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { readDocument } from "./documents.ts";
import { factKey, lists } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";
import { connectionSpec } from "./specs.ts";

/** Those that were seen by an earlier look, so that the next one asks for them while it asks which there are. */
export class KnownConnections {
  keys: readonly Key[] = [];
}

/**
 * All connections that can be read, strongly consistent: the index only says which there are. One that
 * cannot be read is put aside.
 */
export async function listConnections(
  table: Table,
  setAside: SetAside = new SetAside(),
  known: KnownConnections = new KnownConnections(),
): Promise<Connection[]> {
  const early = known.keys;
  const [all, seen] = await Promise.all([
    queryAll(table, listed),
    early.length > 0 ? table.batchGet(early) : [],
  ]);
  const others = all.filter(({ pk }) => early.every((key) => key.pk !== pk)).map(keyOf);
  const items = [...seen, ...(others.length > 0 ? await table.batchGet(others) : [])];
  known.keys = items.map(keyOf);
  return byAge(setAside, items);
}

/**
 * All connections as the index shows them: as they were a moment ago. For who only sends messages that look
 * again, and writes only where nothing has changed since.
 */
export async function glanceAtConnections(table: Table): Promise<Connection[]> {
  return byAge(new SetAside(), await queryAll(table, listed));
}

const listed = { index: "list", partition: lists.connections } as const;

function byAge(setAside: SetAside, items: readonly Item[]): Connection[] {
  return items
    .flatMap((item) => setAside.read(item, (one) => readDocument(connectionSpec, one)) ?? [])
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function keyOf({ pk, sk }: Key): Key {
  return { pk, sk };
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
    /** Absent: any may hold work. */
    readonly providesWork?: (connection: Connection) => boolean;
    readonly isSource: (connection: Connection) => boolean;
  },
  known?: KnownConnections,
): Promise<SourceStates> {
  const setAside = new SetAside();
  const connections = (await listConnections(table, setAside, known)).filter(
    ({ status, ...connection }) =>
      status !== "removing" && status !== "draft" && registry.isSource({ status, ...connection }),
  );
  const states = connections.map((connection) => ({
    ...sourceState(connection, registry.providesGoals(connection), clock.nowMs()),
    providesWork: registry.providesWork?.(connection),
  }));
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
