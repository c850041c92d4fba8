import type { Due } from "#shared/kit/routing/pack-due.ts";
import { isOver } from "#shared/kit/routing/still-true.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { dispatchAlertsMax } from "#shared/model/notification.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import { sentGroupKey } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { sentGroupSpec } from "#shared/store/specs.ts";

import type { Addressee } from "./addressee.ts";
import { findDispatch } from "./find-dispatch.ts";
import type { Round } from "./round.ts";
import { isFirstTelling } from "./tell.ts";

/**
 * By group, what this recipient was shown of it within a day and still says something that stands: where the
 * channel can change a message, what is new is added to that.
 */
export async function shownGroups(
  round: Round,
  { channel, recipient, isEach }: Addressee,
  all: readonly Due[],
): Promise<ReadonlyMap<string, Dispatch>> {
  const shown = new Map<string, Dispatch>();
  if (channel?.traits.end !== "update" || isEach) return shown;
  const keys = new Set(
    all
      .filter(({ notification: { mode, reason } }) => mode === "message" && isFirstTelling(reason))
      .map(({ notification }) => notification.groupKey),
  );
  // Of what cannot be read nobody can say what it shows: what is new has a message of its own.
  const unread = new SetAside();
  for (const groupKey of keys) {
    const key = sentGroupKey(recipient, groupKey);
    const item = await round.deps.table.get(key);
    const sent = item && unread.read(item, (one) => readDocument(sentGroupSpec, one));
    if (!sent || round.deps.clock.nowMs() - epochMsOf(sent.sentAt) > dayMs) continue;
    const one = await findDispatch(round, sent.dispatchId);
    if (one && (await takesMore(round, one))) shown.set(groupKey, one);
  }
  return shown;
}

async function takesMore(round: Round, dispatch: Dispatch): Promise<boolean> {
  const { alerts, outcome, receipt } = dispatch;
  if (outcome !== "sent" || receipt === undefined) return false;
  if (alerts.length >= dispatchAlertsMax) return false;
  const found = await round.alerts(alerts.map(({ alertId }) => alertId));
  return alerts.some((one) => !isOver(one, found.get(one.alertId)));
}
