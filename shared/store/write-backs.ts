import { HubError } from "#shared/errors.ts";
import type { ConnectionId, WorkItemId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { WriteBackId } from "#shared/model/write-back.ts";
import { WriteBackBatch, WriteBackItem, WriteBackMark } from "#shared/model/write-back.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { atMost } from "./at-most.ts";
import { fromItem, toAttributes } from "./codec.ts";
import type { DocumentSpec } from "./documents.ts";
import { createDocument, getDocument, listDocuments } from "./documents.ts";
import { listSort } from "./keys.ts";
import { queryAll } from "./list.ts";

/*
 * what                                  | key
 * --------------------------------------|------------------------------------------------------------
 * a batch                               | pk = write-back#<id>, sk = 0; list: lpk = write-back#<connection>
 * its items                             | pk = write-back#<id>, sk = item#<fact id>
 * what of ours stands in a tool         | pk = connection, sk = write-back-mark#<fact id>
 *
 * Marks go when their connection goes; batches and items go by themselves.
 */

/** How long a batch can be looked up, and undone. */
const batchDays = 400;
const writesAtOnceMax = 16;
const markPrefix = "write-back-mark#";

function expiry(since: WriteBackBatch["updatedAt"]): number {
  return Math.floor(epochMsOf(since) / 1000) + batchDays * 86_400;
}

export function writeBackKey(id: WriteBackId): Key {
  return { pk: `write-back#${id}`, sk: "0" };
}

function itemKey({ batchId, factId }: Pick<WriteBackItem, "batchId" | "factId">): Key {
  return { pk: writeBackKey(batchId).pk, sk: `item#${factId}` };
}

function markKey(connectionId: ConnectionId, factId: WorkItemId): Key {
  return { pk: connectionId, sk: `${markPrefix}${factId}` };
}

export const writeBackSpec: DocumentSpec<WriteBackBatch> = {
  schema: WriteBackBatch,
  key: (batch) => writeBackKey(batch.id),
  list: (batch) => ({
    lpk: `write-back#${batch.connectionId}`,
    lsk: listSort(batch.previewed.at, batch.id),
  }),
  expiresAtEpochSeconds: (batch) => expiry(batch.updatedAt),
};

/** Items first: a batch that can be found is whole. */
export async function createWriteBack(
  table: Table,
  batch: WriteBackBatch,
  items: readonly WriteBackItem[],
): Promise<void> {
  const inTurn = atMost(writesAtOnceMax);
  await Promise.all(items.map((item) => inTurn(() => saveWriteBackItem(table, item))));
  if (await createDocument(table, writeBackSpec, batch)) return;
  throw new HubError("entity.conflict", "There is a batch of this id already: try again");
}

export async function getWriteBack(
  table: Table,
  id: WriteBackId,
): Promise<WriteBackBatch | undefined> {
  return getDocument(table, writeBackSpec, writeBackKey(id));
}

/** The batches of a connection, the latest first. */
export async function listWriteBacks(
  table: Table,
  connectionId: ConnectionId,
): Promise<WriteBackBatch[]> {
  return (await listDocuments(table, writeBackSpec, `write-back#${connectionId}`)).toReversed();
}

/** All items of a batch, in the order of its list; strongly consistent. */
export async function listWriteBackItems(table: Table, id: WriteBackId): Promise<WriteBackItem[]> {
  const request = { partition: writeBackKey(id).pk, sortPrefix: "item#", consistent: true };
  return (await queryAll(table, request))
    .map((item) => fromItem(WriteBackItem, item))
    .toSorted((a, b) => a.position - b.position);
}

export async function saveWriteBackItem(table: Table, item: WriteBackItem): Promise<void> {
  await table.write({
    kind: "put",
    item: {
      ...toAttributes(item),
      ...itemKey(item),
      expiresAtEpochSeconds: expiry(item.changedAt),
    },
    condition: [],
  });
}

/** Notes that one written item shall be taken back. False where it was not written, or is no more. */
export async function wantItemUndone(
  table: Table,
  id: WriteBackId,
  { factId, at }: { readonly factId: WorkItemId; readonly at: WriteBackItem["changedAt"] },
): Promise<boolean> {
  const key = itemKey({ batchId: id, factId });
  const stored = await table.get(key);
  if (!stored) return false;
  const item: WriteBackItem = { ...fromItem(WriteBackItem, stored), undoWantedAt: at };
  const outcome = await table.write({
    kind: "put",
    item: { ...toAttributes(item), ...key, expiresAtEpochSeconds: expiry(at) },
    condition: [
      [["state", "=", "written"]],
      // Left once because something else stood there; perhaps ours does again.
      [
        ["state", "=", "conflict"],
        ["writtenAt", "exists"],
      ],
    ],
  });
  return outcome.applied;
}

/** What of ours stands in the connection's tool, by item. */
export async function listWriteBackMarks(
  table: Table,
  connectionId: ConnectionId,
): Promise<ReadonlyMap<WorkItemId, WriteBackMark>> {
  const request = { partition: connectionId, sortPrefix: markPrefix, consistent: true };
  const marks = (await queryAll(table, request)).map((item) => fromItem(WriteBackMark, item));
  return new Map(marks.map((mark) => [mark.factId, mark]));
}

export async function getWriteBackMark(
  table: Table,
  connectionId: ConnectionId,
  factId: WorkItemId,
): Promise<WriteBackMark | undefined> {
  const item = await table.get(markKey(connectionId, factId));
  return item && fromItem(WriteBackMark, item);
}

export async function saveWriteBackMark(table: Table, mark: WriteBackMark): Promise<void> {
  const item = { ...toAttributes(mark), ...markKey(mark.connectionId, mark.factId) };
  await table.write({ kind: "put", item, condition: [] });
}

export async function removeWriteBackMark(
  table: Table,
  connectionId: ConnectionId,
  factId: WorkItemId,
): Promise<void> {
  await table.write({ kind: "delete", key: markKey(connectionId, factId), condition: [] });
}

/** Takes a batch away with its items: one that was never applied, or whose connection goes. */
export async function removeWriteBack(table: Table, id: WriteBackId): Promise<void> {
  const { pk } = writeBackKey(id);
  // The items first, so that what is left after a crash can still be found by its batch.
  const items = await queryAll(table, { partition: pk, sortPrefix: "item#", consistent: true });
  for (const { sk } of items) await table.write({ kind: "delete", key: { pk, sk }, condition: [] });
  await table.write({ kind: "delete", key: writeBackKey(id), condition: [] });
}

export async function removeWriteBacksOf(table: Table, connectionId: ConnectionId): Promise<void> {
  for (const { id } of await listWriteBacks(table, connectionId)) await removeWriteBack(table, id);
}
