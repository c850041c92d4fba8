import type { EventBridgeEvent, ScheduledEvent } from "aws-lambda";
import * as z from "zod";

import { SignalId } from "#shared/model/ids.ts";
import { reconcileAlert, reconcileAlerts } from "#shared/store/alert-net.ts";
import type { AlertDeps } from "#shared/store/alert-net.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

/** Only the id is read: the signal itself is looked up as it stands. */
const SignalEvent = z.looseObject({ detail: z.looseObject({ id: SignalId }) });

/** The clock's own events, on AWS and locally alike. */
const clockEvent = "Scheduled Event";

/** The net mends no further alert later than so long after it began; what is begun must still fit. */
const netMs = 40_000;

/**
 * One signal event from the alignment bus; or the clock, every hour: then all signals and alerts are
 * compared, so that an event that was lost for good leaves neither without the other.
 */
export function createHandler(
  deps: AlertDeps,
): (event: EventBridgeEvent<string, unknown> | ScheduledEvent) => Promise<void> {
  const orgReader = deps.orgReader ?? new OrgReader(deps.table, deps.clock);
  return async function handler(event) {
    if (event["detail-type"] === clockEvent) {
      await reconcileAlerts({ ...deps, orgReader }, { untilMs: deps.clock.nowMs() + netMs });
      return;
    }
    await reconcileAlert({ ...deps, orgReader }, SignalEvent.parse(event).detail.id);
  };
}
