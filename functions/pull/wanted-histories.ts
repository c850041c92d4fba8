import { blockedSince } from "#shared/graph/past.ts";
import type { ConnectionId, WorkItemId } from "#shared/model/ids.ts";
import { DependencyId, readDependencyId, readFactId } from "#shared/model/ids.ts";
import { hourMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { readHistoryItem } from "#shared/store/histories.ts";
import { historyKey, lists } from "#shared/store/keys.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { signalSpec } from "#shared/store/specs.ts";

/** How far the lead moves in an hour; sources take some dozens. */
const step = 7;

/**
 * The items of a connection whose past matters most: they wait across a boundary, and nothing tells since
 * when. Those that were never read come first; each hour the next ones lead, since a source may take only
 * the first of them, and some links leave no trace however often they are looked for.
 */
export async function wantedHistories(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  connectionId: ConnectionId,
): Promise<readonly WorkItemId[]> {
  const nowMs = clock.nowMs();
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
  const setAside = new SetAside();
  const held = new Map(items.map((item) => [item.pk, setAside.read(item, readHistoryItem)]));
  const isUntold = own.filter(({ blockedId, blockingId }) => {
    const history = held.get(blockedId);
    return !history || blockedSince(history, blockingId) === undefined;
  });
  const wanted = [...new Set(isUntold.map(({ blockedId }) => blockedId))].toSorted();
  const start = wanted.length === 0 ? 0 : (Math.floor(nowMs / hourMs) * step) % wanted.length;
  const rotated = [...wanted.slice(start), ...wanted.slice(0, start)];
  return [...rotated.filter((id) => !held.has(id)), ...rotated.filter((id) => held.has(id))];
}
