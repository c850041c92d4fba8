import { CoverageGap, Quarantined } from "#shared/model/connection.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Item } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { listSubscriptions } from "#shared/store/connection-parts.ts";
import { listConnections } from "#shared/store/connections.ts";
import { listDeliveryCounts } from "#shared/store/delivery-counts.ts";
import { getDocument, readDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { cursorSpec, grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { ConnectionAnswer, ConnectionDetail } from "./connection-answers.ts";
import { describeConnection } from "./describe-connection.ts";
import type { ConnectionParts } from "./describe-connection.ts";
import { loadConnection } from "./load-connection.ts";
import { readBudget } from "./read-budget.ts";

const quarantineShownMax = 100;

/** All connections with their state, oldest first. */
export async function readConnections(context: AppContext): Promise<ConnectionAnswer[]> {
  const connections = await listConnections(context.table);
  const parts = await Promise.all(connections.map((one) => readParts(context, one)));
  return parts.map((one) => describe(context, one));
}

export async function readConnection(
  context: AppContext,
  id: ConnectionId,
): Promise<ConnectionDetail> {
  const parts = await readParts(context, await loadConnection(context, id));
  const quarantine = parts.quarantined
    .toSorted((a, b) => (a.at > b.at ? -1 : 1))
    .slice(0, quarantineShownMax)
    .map(({ collection, record, reason, at }) => ({ collection, record, reason, at }));
  return { ...describe(context, parts), quarantine };
}

function describe(context: AppContext, parts: ConnectionParts): ConnectionAnswer {
  const { clock, publicUrl } = context;
  return describeConnection(parts, { nowMs: clock.nowMs(), publicUrl });
}

/** One that cannot be read must not hide the others. */
function readable<T>(items: readonly Item[], read: (item: Item) => T): readonly T[] {
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, read) ?? []);
}

/** One strongly consistent read of the partition, and the counts that the snapshot has. */
async function readParts(context: AppContext, connection: Connection): Promise<ConnectionParts> {
  const { table, registry, snapshots } = context;
  const { grantId } = connection;
  const [items, deliveries, subscriptions, snapshot, grant, budget] = await Promise.all([
    queryAll(table, { partition: connection.id, consistent: true }),
    listDeliveryCounts(table, connection.id),
    listSubscriptions(table, connection.id),
    snapshots.read(),
    grantId && getDocument(table, grantSpec, factKey(grantId)),
    readBudget(context, connection),
  ]);
  const ofType = (type: string): readonly Item[] => items.filter((item) => item["type"] === type);
  return {
    connection,
    connector: registry.find(connection.connector),
    cursors: readable(ofType("cursor"), (item) => readDocument(cursorSpec, item)),
    gaps: readable(ofType("coverage-gap"), (item) => fromItem(CoverageGap, item)),
    quarantined: readable(ofType("quarantined"), (item) => fromItem(Quarantined, item)),
    subscriptions,
    deliveries,
    facts: snapshot.factCounts.get(connection.id) ?? {},
    grant,
    budget,
  };
}
