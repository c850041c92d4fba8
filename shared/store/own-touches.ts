import type { FactId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf, readFactId } from "#shared/model/ids.ts";
import { attemptMsMax } from "#shared/model/notification.ts";
import { OwnTouches, ownTouchesMax } from "#shared/model/own-touch.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import type { DocumentSpec } from "./documents.ts";
import { createDocument, getDocument, replaceDocument } from "./documents.ts";

/*
 * When the hub itself touched an item of a tool, without changing what it says: pk = connection,
 * sk = own-touch#<item>. It goes when its connection goes.
 */

/** How far the tool's clock may be from ours. */
const skewMs = 2 * minuteMs;
const triesMax = 10;

function keyOf(itemId: WorkItemId): Key {
  return { pk: readFactId(itemId)?.connectionId ?? itemId, sk: `own-touch#${itemId}` };
}

const spec: DocumentSpec<OwnTouches> = {
  schema: OwnTouches,
  key: ({ itemId }) => keyOf(itemId),
};

/** Says that we are about to touch it: what its tool says of it from now on for a moment is our doing. */
export async function noteOwnTouch(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  itemId: WorkItemId,
): Promise<void> {
  const nowMs = clock.nowMs();
  const touch = { from: instantOf(nowMs - skewMs), to: instantOf(nowMs + attemptMsMax + skewMs) };
  for (let turn = 0; turn < triesMax; turn += 1) {
    const found = await getDocument(table, spec, keyOf(itemId));
    const touches = [...(found?.touches ?? []), touch].slice(-ownTouchesMax);
    const next: OwnTouches = { type: "own-touches", itemId, touches, revision: 0 };
    const isDone = found
      ? (await replaceDocument(table, spec, found, { ...found, touches })) !== undefined
      : await createDocument(table, spec, next);
    if (isDone) return;
  }
}

/**
 * Whether what a tool says happened then was our own doing: a comment of ours moves the version of what it is
 * on, and says nothing of those who work on it.
 */
export async function isOwnTouch(table: Table, id: FactId, atMs: number): Promise<boolean> {
  if (!isIdOf("work-item", id)) return false;
  const found = await getDocument(table, spec, keyOf(id));
  return (found?.touches ?? []).some(
    ({ from, to }) => epochMsOf(from) <= atMs && atMs <= epochMsOf(to),
  );
}
