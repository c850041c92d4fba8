import { HistoryId } from "#shared/model/history.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { eraseHistories } from "#shared/store/histories.ts";
import { scanEach } from "#shared/store/list.ts";

const idsPerErasing = 500;

/**
 * Forgets the past of items that were removed. Doing so with the removal would make every deletion a
 * transaction of two; a tombstone stands for 90 days, so that a look a day finds each of them. Returns how
 * many there were.
 */
export async function eraseOfRemoved(table: Table, connectionId: ConnectionId): Promise<number> {
  const gone: HistoryId[] = [];
  await scanEach(table, (item) => {
    if (item["isRemoved"] !== true || item["connectionId"] !== connectionId) return;
    const stored = readFactItem(item);
    const id = HistoryId.safeParse(stored?.isRemoved === true ? stored.id : undefined);
    if (id.success) gone.push(id.data);
  });
  let erased = 0;
  for (let start = 0; start < gone.length; start += idsPerErasing) {
    erased += await eraseHistories(table, gone.slice(start, start + idsPerErasing));
  }
  return erased;
}
