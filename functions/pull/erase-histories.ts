import { HistoryId } from "#shared/model/history.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";
import { eachEntry, heldFactIn, standingAmong } from "#shared/store/held.ts";
import { eraseHistories } from "#shared/store/histories.ts";

const idsPerErasing = 500;

/**
 * Forgets the past of items that were removed. Doing so with the removal would make every deletion a
 * transaction of two writes; a look a day finds them all. Returns how many there were.
 */
export async function eraseOfRemoved(table: Table, connectionId: ConnectionId): Promise<number> {
  const alone = await standingAlone(table, connectionId);
  let erased = 0;
  for (let start = 0; start < alone.length; start += idsPerErasing) {
    const ids = alone.slice(start, start + idsPerErasing);
    // The index may lag behind the table: an item that stands keeps its past.
    const standing = await standingAmong(table, ids);
    const gone = ids.filter((id) => !standing.has(id));
    erased += await eraseHistories(table, gone);
  }
  return erased;
}

/** Histories with no item beside them, as the index shows. What lies in one partition comes together. */
async function standingAlone(
  table: Table,
  connectionId: ConnectionId,
): Promise<readonly HistoryId[]> {
  const alone: HistoryId[] = [];
  let seen: { pk: string; hasItem: boolean; hasHistory: boolean } | undefined;
  const close = () => {
    if (seen?.hasHistory === true && !seen.hasItem) alone.push(HistoryId.parse(seen.pk));
  };
  await eachEntry(table, { connectionId, types: ["work-item", "goal"] }, (entry) => {
    if (seen?.pk !== entry.pk) {
      close();
      seen = { pk: entry.pk, hasItem: false, hasHistory: false };
    }
    if (heldFactIn(entry)) seen.hasItem = true;
    if (entry["type"] === "history") seen.hasHistory = true;
  });
  close();
  return alone;
}
