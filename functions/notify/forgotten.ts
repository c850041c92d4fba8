import type { Alert, AlertStatus } from "#shared/model/signal.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { rungKey } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec, rungSpec } from "#shared/store/specs.ts";

import { isTellable } from "./climb.ts";
import { alignLadder } from "./hear.ts";
import type { Round } from "./round.ts";

/** Its event has had all its repeats by then. */
const eventMs = 10 * minuteMs;

/**
 * The net below the events: an open alert whose ladder never began, or has rested since it last was taken
 * care of, is taken up. An event that is lost for good must not leave an alert untold.
 */
export async function alignForgotten(round: Round): Promise<void> {
  const open = (await alertsOf(round, "open")).filter(
    (alert) =>
      isTellable(alert) && round.deps.clock.nowMs() - epochMsOf(alert.updatedAt) >= eventMs,
  );
  const items = await round.deps.table.batchGet(
    open.map(({ id, generation }) => rungKey({ alertId: id, generation })),
  );
  const setAside = new SetAside();
  const rungs = new Map(
    items.flatMap((item) => {
      const rung = setAside.read(item, (one) => readDocument(rungSpec, one));
      return rung ? [[`${rung.alertId}#${rung.generation}`, rung] as const] : [];
    }),
  );
  for (const alert of open) {
    const rung = rungs.get(`${alert.id}#${alert.generation}`);
    const wokenAt = alert.wokenAt ?? "";
    if (rung && wokenAt <= (rung.wokenAt ?? "")) continue;
    round.deps.logger.warn("notify.forgotten", { alertId: alert.id });
    await alignLadder(round, alert.id);
  }
}

export async function alertsOf(round: Round, status: AlertStatus): Promise<readonly Alert[]> {
  const partition = alertList(status);
  const items = await queryAll(round.deps.table, { index: "list", partition });
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => readDocument(alertSpec, one)) ?? []);
}
