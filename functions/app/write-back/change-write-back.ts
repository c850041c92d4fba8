import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { WorkItemId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type {
  WriteBackBatch,
  WriteBackId,
  WriteBackState,
  WriteBackTask,
} from "#shared/model/write-back.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import {
  getWriteBack,
  removeWriteBack,
  wantItemUndone,
  writeBackKey,
  writeBackSpec,
} from "#shared/store/write-backs.ts";

import type { AppContext } from "../app-deps.ts";

export const by = z
  .string()
  .trim()
  .max(80)
  .optional()
  .meta({ description: "Who says so, as the history shall name them" });

export const Said = z.strictObject({ by });
type Said = z.infer<typeof Said>;

export const ItemUndo = z.strictObject({
  factId: WorkItemId.meta({ description: "The item of the batch to take back" }),
});

/** Everybody here holds the same token, so a name is what somebody chose to give. */
export function actorName(by: string | undefined): string {
  return by || "an operator";
}

export async function loadWriteBack(context: AppContext, id: WriteBackId): Promise<WriteBackBatch> {
  const batch = await getWriteBack(context.table, id);
  if (batch) return batch;
  throw new HubError("entity.not-found", "There is no such batch: it was discarded, or is too old");
}

/** Begins to write what the preview showed. Throws `entity.conflict` unless the preview is complete. */
export function applyWriteBack(context: AppContext, id: WriteBackId, said: Said): Promise<void> {
  const applied = { at: context.clock.now(), by: actorName(said.by) };
  return move(context, id, (batch) =>
    batch.state === "previewed" ? { ...batch, state: "applying", applied } : undefined,
  );
}

/** Begins to take back what was written; also while it is still being written. */
export function undoWriteBack(context: AppContext, id: WriteBackId, said: Said): Promise<void> {
  const undone = { at: context.clock.now(), by: actorName(said.by) };
  return move(context, id, (before) => {
    const { failure: _failure, ...batch } = before;
    return isUndoable(before) ? { ...batch, state: "undoing", undone } : undefined;
  });
}

/** Goes on with what failed, once its reason is mended. */
export function retryWriteBack(context: AppContext, id: WriteBackId): Promise<void> {
  return move(context, id, ({ failure, ...batch }) =>
    batch.state === "failed" && failure
      ? { ...batch, state: failure.during, retries: 0 }
      : undefined,
  );
}

interface Standing {
  readonly state: WriteBackState;
  readonly failure?: { readonly during: WriteBackTask } | undefined;
}

/** Whether something of it may stand in the tool. */
export function isUndoable({ state, failure }: Standing): boolean {
  const undoable: readonly WriteBackState[] = ["applying", "applied", "undone"];
  return undoable.includes(state) || (state === "failed" && failure?.during !== "previewing");
}

/** Whether it was never applied, so that nothing is lost with it. */
export function isDiscardable({ state, failure }: Standing): boolean {
  return state === "previewed" || (state === "failed" && failure?.during === "previewing");
}

/** Takes back one item; the others stay. */
export async function undoItem(
  context: AppContext,
  id: WriteBackId,
  { factId }: z.infer<typeof ItemUndo>,
): Promise<void> {
  const batch = await loadWriteBack(context, id);
  const at = context.clock.now();
  const isResting = batch.state === "applied" || batch.state === "undone";
  if (!isResting && batch.state !== "failed") throw stateConflict(batch);
  if (!(await wantItemUndone(context.table, id, { factId, at }))) {
    throw new HubError("entity.conflict", "Nothing of this batch stands there");
  }
  await sendWriteBack(context, batch);
}

export async function discardWriteBack(context: AppContext, id: WriteBackId): Promise<void> {
  const batch = await loadWriteBack(context, id);
  if (!isDiscardable(batch)) throw stateConflict(batch);
  await removeWriteBack(context.table, id);
}

async function move(
  context: AppContext,
  id: WriteBackId,
  change: (batch: Omit<WriteBackBatch, "revision">) => Unversioned<WriteBackBatch> | undefined,
): Promise<void> {
  await loadWriteBack(context, id);
  const now = context.clock.now();
  const batch = await updateDocument(context.table, writeBackSpec, writeBackKey(id), (current) => {
    const next = change(current);
    if (!next) throw stateConflict(current);
    // Whoever asks now need not wait for what the tool once asked for: it will say so again.
    const { waitsUntil: _waits, ...rest } = next;
    return { ...rest, updatedAt: now };
  });
  await sendWriteBack(context, batch);
  context.logger.info(`write-back.${batch.state}`, {
    connectionId: batch.connectionId,
    batchId: id,
  });
}

function stateConflict({ state }: Pick<WriteBackBatch, "state">): HubError {
  return new HubError("entity.conflict", `This batch is ${state}: that cannot be done with it now`);
}

export async function sendWriteBack(
  { pulls }: AppContext,
  { connectionId, id }: Pick<WriteBackBatch, "connectionId" | "id">,
): Promise<void> {
  const message: PullMessage = { kind: "write-back", connectionId, batchId: id };
  await pulls.send(JSON.stringify(message));
}
