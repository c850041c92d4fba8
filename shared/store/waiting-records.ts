import * as z from "zod";

import { FactId } from "#shared/model/fact-id.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { epochMsOf, Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { waitingRecordKey } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/**
 * A record that was read while a tool which its addresses may lead to did not answer: it is read again
 * when that tool has. One without a record stands for its whole collection.
 */
export const WaitingRecord = z.strictObject({
  type: z.literal("waiting-record"),
  connectionId: ConnectionId,
  collection: z.string().max(40),
  factId: FactId.optional(),
  /** The connections that did not answer. */
  of: z.array(ConnectionId),
  at: Instant,
});
export type WaitingRecord = z.infer<typeof WaitingRecord>;

/** A tool that is away for good must not be waited for for ever. */
const keptSeconds = 30 * 86_400;

export async function saveWaitingRecord(table: Table, waiting: WaitingRecord): Promise<void> {
  const expiresAtEpochSeconds = Math.floor(epochMsOf(waiting.at) / 1000) + keptSeconds;
  const item = { ...toAttributes(waiting), ...waitingRecordKey(waiting), expiresAtEpochSeconds };
  await table.write({ kind: "put", item, condition: [] });
}

export async function listWaitingRecords(
  table: Table,
  connectionId: ConnectionId,
): Promise<WaitingRecord[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "waiting#" });
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => fromItem(WaitingRecord, one)) ?? []);
}

/** Removes it as it was seen; false when it was noted anew meanwhile, and still waits. */
export async function removeWaitingRecord(table: Table, waiting: WaitingRecord): Promise<boolean> {
  const condition = [[["at", "=", waiting.at]], [["pk", "absent"]]] as const;
  const { applied } = await table.write({
    kind: "delete",
    key: waitingRecordKey(waiting),
    condition,
  });
  return applied;
}
