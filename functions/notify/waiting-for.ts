import type { Notification, RecipientId } from "#shared/model/notification.ts";
import { waitingList } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { queryAtMost } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

/** As much as a brief may hold alerts. */
const waitingMax = 5_000;

/** What waits for one recipient, the first to be told first; without what cannot be read. */
export async function waitingFor(
  round: Round,
  recipient: RecipientId,
): Promise<readonly Notification[]> {
  const request = { index: "list", partition: waitingList(recipient) } as const;
  const setAside = new SetAside();
  const items = await queryAtMost(round.deps.table, request, waitingMax);
  return items.flatMap(
    (item) => setAside.read(item, (one) => readDocument(notificationSpec, one)) ?? [],
  );
}
