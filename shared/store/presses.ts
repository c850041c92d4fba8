import type { DispatchId } from "#shared/model/notification.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { pressKey } from "./alerting-keys.ts";

/** Longer than any queue or dead letter keeps a delivery that could come again. */
const keptDays = 60;

/** One press in a message, as one delivery told of it. */
export interface Press {
  readonly dispatchId: DispatchId;
  readonly deliveryId: string;
}

/** Whether it has been carried out: a delivery that comes again must not undo what was done since. */
export async function isCarriedOut(table: Table, press: Press): Promise<boolean> {
  return (await table.get(pressKey(press.dispatchId, press.deliveryId))) !== undefined;
}

/** Remembers that it has been; noting it again is harmless. */
export async function noteCarriedOut(table: Table, press: Press, at: Instant): Promise<void> {
  const key = pressKey(press.dispatchId, press.deliveryId);
  const expiresAtEpochSeconds = Math.floor(epochMsOf(at) / 1000) + keptDays * 86_400;
  const item = { ...key, type: "press", at, expiresAtEpochSeconds };
  await table.write({ kind: "put", item, condition: [] });
}
