import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import type { WriteBackBatch, WriteBackId, WriteBackItem } from "#shared/model/write-back.ts";
import {
  WriteBackFilter,
  countStates,
  writeBackId,
  writeBackItemsMax,
} from "#shared/model/write-back.ts";
import { createWriteBack, listWriteBackMarks } from "#shared/store/write-backs.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { actorName, by, sendWriteBack } from "./change-write-back.ts";
import { openWriteBack } from "./open-write-back.ts";
import type { Selected } from "./select-items.ts";
import { selectItems } from "./select-items.ts";

export const NewPreview = z.strictObject({
  connectionId: ConnectionId,
  ...WriteBackFilter.shape,
  after: pageQuery.after.meta({
    description: "The `next` of an earlier batch: the items that it had no room for",
  }),
  by,
});
export type NewPreview = z.infer<typeof NewPreview>;

/**
 * Chooses the items and says what would be written; the puller then reads what stands in the tool.
 * Nothing is written. Throws `entity.conflict` where write-back is off, or no item has anything new.
 */
export async function startPreview(context: AppContext, wanted: NewPreview): Promise<WriteBackId> {
  const { connectionId, after, by, ...filter } = wanted;
  const { connection, tool } = await openWriteBack(context, connectionId);
  if (!tool) {
    throw new HubError("entity.conflict", "Write-back is off: turn it on in the settings first");
  }
  if (connection.status !== "active" && connection.status !== "degraded") {
    throw new HubError("entity.conflict", "The connection is not in use: resume it first");
  }
  const [snapshot, marks] = await Promise.all([
    context.snapshots.read(),
    listWriteBackMarks(context.table, connectionId),
  ]);
  const render = tool.render.bind(tool);
  const { publicUrl } = context;
  const found = selectItems(snapshot, filter, { connection, publicUrl, marks, render });
  const keyOf = ({ seen }: Selected) => seen.sortKey;
  const { page, next } = pageOf(found, keyOf, { limit: writeBackItemsMax, after });
  if (page.length === 0) {
    throw new HubError("entity.conflict", "There is nothing new to write for these items");
  }
  const id = writeBackId(context.random(10));
  const items = page.map((selected, position) => itemOf(context, id, { selected, position }));
  const now = context.clock.now();
  const lastKey = page.at(-1)?.seen.sortKey ?? "";
  const batch: WriteBackBatch = {
    type: "write-back-batch",
    id,
    connectionId,
    place: tool.place,
    filter,
    remaining: next === undefined ? 0 : found.filter((one) => keyOf(one) > lastKey).length,
    ...(next !== undefined && { next }),
    state: "previewing",
    counts: countStates(items),
    previewed: { at: now, by: actorName(by) },
    retries: 0,
    updatedAt: now,
    revision: 0,
  };
  await createWriteBack(context.table, batch, items);
  await sendWriteBack(context, batch);
  context.logger.info("write-back.previewing", { connectionId, batchId: id, items: items.length });
  return id;
}

function itemOf(
  { clock }: AppContext,
  batchId: WriteBackId,
  { selected, position }: { readonly selected: Selected; readonly position: number },
): WriteBackItem {
  const { item } = selected.seen;
  const { verdict, sentence } = selected.statement;
  return {
    type: "write-back-item",
    batchId,
    connectionId: item.connectionId,
    factId: item.id,
    position,
    ...(item.key !== undefined && { key: item.key }),
    title: item.title,
    url: item.url,
    verdict,
    sentence,
    wanted: selected.wanted,
    state: "unread",
    changedAt: clock.now(),
  };
}
