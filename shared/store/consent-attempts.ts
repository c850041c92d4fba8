import { ConsentAttempt } from "#shared/model/grant.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { consentAttemptKey } from "./keys.ts";

/** How long an admin may take at the vendor before the way back is closed. */
export const consentMinutes = 10;
/** No `state` of ours is longer; what is cannot be one, and is no key. */
const stateLengthMax = 100;

/** Remembers that an admin was sent to consent. */
export async function saveConsentAttempt(table: Table, attempt: ConsentAttempt): Promise<void> {
  const expiresAtEpochSeconds =
    Math.floor(epochMsOf(attempt.createdAt) / 1000) + consentMinutes * 60;
  const key = consentAttemptKey(attempt.state);
  const item = { ...toAttributes(attempt), ...key, expiresAtEpochSeconds };
  await table.write({ kind: "put", item, condition: [[["pk", "absent"]]] });
}

/** The attempt behind a `state`, once: whoever asks again gets nothing. Nothing too when it has expired. */
export async function takeConsentAttempt(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  state: string,
): Promise<ConsentAttempt | undefined> {
  if (state === "" || state.length > stateLengthMax) return undefined;
  const key = consentAttemptKey(state);
  const item = await table.get(key);
  if (!item) return undefined;
  const condition = [[["pk", "exists"]]] as const;
  const { applied } = await table.write({ kind: "delete", key, condition });
  if (!applied) return undefined;
  const attempt = fromItem(ConsentAttempt, item);
  // The table drops expired items when it has time to; the minutes are ours to count.
  const ageMs = clock.nowMs() - epochMsOf(attempt.createdAt);
  return ageMs <= consentMinutes * minuteMs ? attempt : undefined;
}
