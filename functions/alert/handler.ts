import type { EventBridgeEvent, SQSBatchResponse, SQSEvent, ScheduledEvent } from "aws-lambda";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";
import { SignalId } from "#shared/model/ids.ts";
import { reconcileAlert, reconcileAlerts } from "#shared/store/alert-net.ts";
import type { AlertDeps } from "#shared/store/alert-net.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

/** Only the id is read: the signal itself is looked up as it stands. */
const SignalEvent = z.looseObject({ detail: z.looseObject({ id: SignalId }) });

/** What the bus makes of a signal event that fits a custom rule. */
const CustomRuleEvent = z.looseObject({
  customRule: CustomRuleId,
  detail: z.looseObject({ id: SignalId }),
});

type AlertEvent = EventBridgeEvent<string, unknown> | ScheduledEvent | SQSEvent;

/** The clock's own events, on AWS and locally alike. */
const clockEvent = "Scheduled Event";

/** The net mends no further alert later than so long after it began; what is begun must still fit. */
const netMs = 40_000;

/**
 * One signal event from the alignment bus; a batch of those that fit custom rules; or the clock, every hour:
 * then all signals and alerts are compared, so that an event that was lost for good leaves neither without
 * the other.
 */
export function createHandler(
  deps: AlertDeps,
): (event: AlertEvent) => Promise<SQSBatchResponse | undefined> {
  const orgReader = deps.orgReader ?? new OrgReader(deps.table, deps.clock);
  return async function handler(event) {
    const whole = { ...deps, orgReader };
    if ("Records" in event) return reconcileCustom(whole, event);
    if (event["detail-type"] === clockEvent) {
      await reconcileAlerts(whole, { untilMs: deps.clock.nowMs() + netMs });
      return undefined;
    }
    await reconcileAlert(whole, SignalEvent.parse(event).detail.id);
    return undefined;
  };
}

/** Messages that failed come back; the others are done. */
async function reconcileCustom(deps: AlertDeps, { Records }: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const { messageId, body } of Records) {
    try {
      const { detail } = CustomRuleEvent.parse(JSON.parse(body));
      await reconcileAlert(deps, detail.id);
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: messageId });
      const code = error instanceof HubError ? error.code : "unexpected";
      deps.logger.error("alert.message-failed", { messageId, code });
    }
  }
  return { batchItemFailures };
}
