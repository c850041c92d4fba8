import type { AlertId } from "#shared/model/ids.ts";
import type {
  Dispatch,
  DispatchId,
  DispatchOutcome,
  Notification,
} from "#shared/model/notification.ts";
import { isAbandonedAt } from "#shared/model/notification.ts";
import type { Table } from "#shared/ports/table.ts";

import { dispatchKey, notificationPrefix } from "./alerting-keys.ts";
import { readDocument } from "./documents.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";
import { dispatchSpec, notificationSpec } from "./specs.ts";

/** What an alert's people were told, or are to be, and how that went. */
export interface ToldOf {
  readonly notification: Notification;
  /** Part of which it was sent; absent while it waits, and where it was dropped. */
  readonly dispatch: Dispatch | undefined;
  /** The message that said that it is over, where the channel takes one. */
  readonly end: Dispatch | undefined;
}

/** The id of the message that says that all alerts of a dispatch are over. */
export function endOf(id: DispatchId): DispatchId {
  return `${id}~end` as DispatchId;
}

/** Everything that was told of an alert, of all its generations; what cannot be read is left out. */
export async function readTold(table: Table, alertId: AlertId): Promise<readonly ToldOf[]> {
  const items = await queryAll(table, { partition: alertId, sortPrefix: notificationPrefix });
  const setAside = new SetAside();
  const notifications = items.flatMap(
    (item) => setAside.read(item, (one) => readDocument(notificationSpec, one)) ?? [],
  );
  const ids = new Set(notifications.flatMap(({ dispatchId }) => dispatchId ?? []));
  const keys = [...ids].flatMap((id) => [dispatchKey(id), dispatchKey(endOf(id))]);
  const found = keys.length > 0 ? await table.batchGet(keys) : [];
  const dispatches = new Map(
    found.flatMap((item) => {
      const one = setAside.read(item, (each) => readDocument(dispatchSpec, each));
      return one ? [[one.id, one] as const] : [];
    }),
  );
  return notifications.map((notification) => {
    const { dispatchId } = notification;
    if (dispatchId === undefined) return { notification, dispatch: undefined, end: undefined };
    return {
      notification,
      dispatch: dispatches.get(dispatchId),
      end: dispatches.get(endOf(dispatchId)),
    };
  });
}

/** Who died at its last attempt has nobody to say so: it may have been shown. */
export function outcomeNow(dispatch: Dispatch, nowMs: number): DispatchOutcome {
  const beganAt = dispatch.attempts.at(-1)?.at ?? dispatch.updatedAt;
  const isAbandoned = dispatch.outcome === "attempting" && isAbandonedAt(beganAt, nowMs);
  return isAbandoned ? "uncertain" : dispatch.outcome;
}
