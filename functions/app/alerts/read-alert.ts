import { HubError } from "#shared/errors.ts";
import type { AlertId } from "#shared/model/ids.ts";
import { isAbandoned, Notification } from "#shared/model/signal.ts";
import { fromItem } from "#shared/store/codec.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { describeAlert } from "./alert-answers.ts";
import type { AlertDetail, Names } from "./alert-answers.ts";
import { readNames } from "./read-names.ts";

/** One alert with its history and whom it was told. */
export async function readAlert(context: AppContext, id: AlertId): Promise<AlertDetail> {
  const [names, alert, told] = await Promise.all([
    readNames(context),
    getDocument(context.table, alertSpec, factKey(id)),
    queryAll(context.table, { partition: id, sortPrefix: "notification#" }),
  ]);
  if (!alert) throw new HubError("entity.not-found", "There is no such alert");
  return {
    ...describeAlert(names, alert),
    history: alert.history.map(({ to, at, by, note }) => ({ to, at, by, note })),
    notifications: told
      .flatMap((item) => new SetAside().read(item, (one) => fromItem(Notification, one)) ?? [])
      .map((one) => describeNotification(names, one, context.clock.nowMs()))
      .toSorted((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

/** Who died at its last attempt has nobody to say so: it may have been shown. */
function describeNotification(
  names: Names,
  told: Notification,
  nowMs: number,
): AlertDetail["notifications"][0] {
  const { connectionId, reason, attempts, detail, updatedAt } = told;
  const outcome = isAbandoned(told, nowMs) ? "uncertain" : told.outcome;
  const channel = names.connections.get(connectionId) ?? "a removed channel";
  return { connectionId, channel, reason, outcome, attempts, detail, at: updatedAt };
}
