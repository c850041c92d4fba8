import type { Notification, RecipientId } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { notificationKey, waitingList } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

/** More than a first reading of a large company finds for one recipient is for the next look. */
const dueMax = 20_000;

/** What is due of what waits for a recipient, and when the next is; `fresh` may not show in the index yet. */
export async function readWaiting(
  round: Round,
  recipient: RecipientId,
  fresh: readonly Notification[],
): Promise<{ readonly due: readonly Notification[]; readonly nextDueAt: Instant | undefined }> {
  const listed = new Map<string, Notification>();
  const setAside = new SetAside();
  let nextDueAt: Instant | undefined;
  let after: string | undefined;
  do {
    const request = { index: "list", partition: waitingList(recipient) } as const;
    const page = await round.deps.table.query({
      ...request,
      ...(after !== undefined && { after }),
    });
    for (const item of page.items) {
      const one = setAside.read(item, (each) => readDocument(notificationSpec, each));
      if (!one) continue;
      if (one.dueAt <= round.now) listed.set(notificationKey(one).sk + one.alertId, one);
      else nextDueAt ??= one.dueAt;
    }
    after = nextDueAt === undefined && listed.size < dueMax ? page.next : undefined;
  } while (after !== undefined);
  for (const one of fresh) {
    const key = notificationKey(one).sk + one.alertId;
    if (one.dueAt <= round.now && !listed.has(key)) listed.set(key, one);
  }
  return { due: [...listed.values()], nextDueAt };
}
