import type { Notification } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { notificationPrefix } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

/** What people were told of an alert, or are to be, of all its openings. */
export async function notificationsOf(
  round: Round,
  alertId: Alert["id"],
): Promise<readonly Notification[]> {
  const request = { partition: alertId, sortPrefix: notificationPrefix, consistent: true };
  const items = await queryAll(round.deps.table, request);
  const setAside = new SetAside();
  return items.flatMap(
    (item) => setAside.read(item, (one) => readDocument(notificationSpec, one)) ?? [],
  );
}
