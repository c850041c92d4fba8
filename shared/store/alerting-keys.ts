import { createHash } from "node:crypto";

import type { DispatchId, Notification, RecipientId, Rung } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Key } from "#shared/ports/table.ts";

/* Keys of how alerts reach people; `keys.ts` lists what each access costs. */

const selfSort = "0";

/** A transition of an alert for one recipient. */
export function notificationKey(
  n: Pick<Notification, "alertId" | "generation" | "reason" | "rung" | "recipient" | "occasionAt">,
): Key {
  const { alertId, generation, reason, rung, recipient, occasionAt } = n;
  const occasion = occasionAt === undefined ? "" : `#${occasionAt}`;
  return {
    pk: alertId,
    sk: `${notificationPrefix}${generation}#${reason}#${rung}#${recipient}${occasion}`,
  };
}

/** Notifications stand beside their alert. */
export const notificationPrefix = "notification#";

/** What waits for one recipient, by when it is due. */
export function waitingList(recipient: RecipientId): string {
  return `waiting#${recipient}`;
}

export function rungKey({ alertId, generation }: Pick<Rung, "alertId" | "generation">): Key {
  return { pk: alertId, sk: `rung#${generation}` };
}

export function dispatchKey(id: DispatchId): Key {
  return { pk: id, sk: selfSort };
}

/** That there was nothing to make such a dispatch of. */
export function baselineLookKey(id: DispatchId): Key {
  return { pk: id, sk: "looked" };
}

/** Dispatches of a month with nothing left to do. */
export function dispatchLog(createdAt: Instant): string {
  return `dispatch#${createdAt.slice(0, 7)}`;
}

/** That a press in its message has been carried out. */
export function pressKey(id: DispatchId, deliveryId: string): Key {
  return { pk: id, sk: `press#${deliveryId}` };
}

export function mailboxKey(recipient: RecipientId): Key {
  return { pk: `mailbox:${recipient}`, sk: selfSort };
}

/** The latest dispatch of a group, beside the mailbox; group keys are long. */
export function sentGroupKey(recipient: RecipientId, groupKey: string): Key {
  const digest = createHash("sha256").update(groupKey).digest("base64url");
  return { pk: `mailbox:${recipient}`, sk: `group#${digest}` };
}

export const routingKey: Key = { pk: "routing", sk: selfSort };
