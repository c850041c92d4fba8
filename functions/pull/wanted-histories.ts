import { blockedSince } from "#shared/graph/past.ts";
import type { ConnectionId, WorkItemId } from "#shared/model/ids.ts";
import { DependencyId, readDependencyId, readFactId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { readHistoryItem } from "#shared/store/histories.ts";
import { historyKey, lists } from "#shared/store/keys.ts";
import { signalSpec } from "#shared/store/specs.ts";

/**
 * The items of a connection whose past matters most: they wait across a boundary, and nothing tells since
 * when. Those that were never read come first, then those read longest ago.
 */
export async function wantedHistories(
  table: Table,
  connectionId: ConnectionId,
): Promise<readonly WorkItemId[]> {
  const open = await listDocuments(table, signalSpec, lists.openSignals);
  const waiting = open.flatMap(({ subjectId }) => {
    const id = DependencyId.safeParse(subjectId);
    return id.success ? [readDependencyId(id.data)] : [];
  });
  const own = waiting.filter(
    ({ blockedId }) => readFactId(blockedId)?.connectionId === connectionId,
  );
  const ids = [...new Set(own.map(({ blockedId }) => blockedId))];
  const items = await table.batchGet(ids.map(historyKey));
  const held = new Map(items.map((item) => [item.pk, readHistoryItem(item)]));
  const readAt = (id: WorkItemId) => held.get(id)?.readAt ?? "";
  const isUntold = own.filter(({ blockedId, blockingId }) => {
    const history = held.get(blockedId);
    return !history || blockedSince(history, blockingId) === undefined;
  });
  const wanted = new Set(isUntold.map(({ blockedId }) => blockedId));
  return [...wanted].toSorted((a, b) => (readAt(a) < readAt(b) ? -1 : 1));
}
