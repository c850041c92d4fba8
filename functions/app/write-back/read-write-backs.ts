import { HubError } from "#shared/errors.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { WriteBackBatch, WriteBackId, WriteBackItem } from "#shared/model/write-back.ts";
import {
  listWriteBackItems,
  listWriteBackMarks,
  listWriteBacks,
} from "#shared/store/write-backs.ts";

import type { AppContext } from "../app-deps.ts";
import { loadWriteBack } from "./change-write-back.ts";
import type { OpenedWriteBack } from "./open-write-back.ts";
import { openWriteBack } from "./open-write-back.ts";
import { selectItems } from "./select-items.ts";
import type {
  WriteBackBatchAnswer,
  WriteBackDetail,
  WriteBackItemAnswer,
  WriteBackOverview,
} from "./write-back-answers.ts";

/** Whether a connection writes back, what of ours stands in its tool, and its batches. */
export async function readOverview(
  context: AppContext,
  id: ConnectionId,
): Promise<WriteBackOverview> {
  const opened = await openWriteBack(context, id);
  const { connection, tool } = opened;
  const [batches, marks] = await Promise.all([
    listWriteBacks(context.table, id),
    listWriteBackMarks(context.table, id),
  ]);
  const setting = settingOf(context, opened);
  return {
    connectionId: id,
    connection: connection.name,
    isPossible: setting !== undefined,
    isOn: tool !== undefined,
    ...(setting && { setting }),
    ...(tool && { place: tool.place }),
    standing: marks.size,
    stale: marks.size === 0 || !tool ? 0 : await countStale(context, opened, marks),
    batches: batches.map(describeBatch),
  };
}

async function countStale(
  context: AppContext,
  { connection, tool }: OpenedWriteBack,
  marks: Awaited<ReturnType<typeof listWriteBackMarks>>,
): Promise<number> {
  if (!tool) return 0;
  const snapshot = await context.snapshots.read();
  const { publicUrl } = context;
  const render = tool.render.bind(tool);
  return selectItems(snapshot, { which: "stale" }, { connection, publicUrl, marks, render }).length;
}

function settingOf(
  { registry }: AppContext,
  { connection }: OpenedWriteBack,
): WriteBackOverview["setting"] {
  const connector = registry.find(connection.connector);
  const name = connector?.writeBackSetting;
  const field = name === undefined ? undefined : connector?.settings.shape[name];
  if (name === undefined || field === undefined) return undefined;
  const { title = name, description = "" } = field.meta() ?? {};
  return { name, title, description };
}

export async function readWriteBack(
  context: AppContext,
  id: WriteBackId,
): Promise<WriteBackDetail> {
  const batch = await loadWriteBack(context, id);
  const items = await listWriteBackItems(context.table, id);
  return { batch: describeBatch(batch), items: items.map((item) => describeItem(item, batch)) };
}

function describeBatch(stored: WriteBackBatch): WriteBackBatchAnswer {
  const { type: _type, revision: _revision, lease: _lease, retries: _retries, ...batch } = stored;
  return batch;
}

function describeItem(item: WriteBackItem, { state }: WriteBackBatch): WriteBackItemAnswer {
  const { factId, key, title, url, verdict, sentence, before, wanted, reason, changedAt } = item;
  const { beforeInWords, state: own, writtenAt } = item;
  const mayStand = own === "written" || (own === "conflict" && writtenAt !== undefined);
  const isResting = state === "applied" || state === "undone" || state === "failed";
  const isBeingUndone = item.undoWantedAt !== undefined;
  return {
    factId,
    key,
    title,
    url,
    verdict,
    sentence,
    before,
    beforeInWords,
    wanted,
    reason,
    changedAt,
    state: own,
    isUndoable: mayStand && isResting && !isBeingUndone,
    isBeingUndone,
  };
}

/** The name of a batch's connection, for its page; a removed one has taken its batches with it. */
export async function connectionName(context: AppContext, id: string): Promise<string> {
  const item = await context.table.get({ pk: id, sk: "0" });
  const name = item?.["name"];
  if (typeof name === "string") return name;
  throw new HubError("entity.not-found", "The connection of this batch was removed");
}
