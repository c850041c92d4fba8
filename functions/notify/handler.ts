import type { EventBridgeEvent } from "aws-lambda";
import * as z from "zod";

import { AlertId } from "#shared/model/ids.ts";

import { notify } from "./notify.ts";
import type { NotifyDeps } from "./notify.ts";

const AlertEvent = z.looseObject({
  "detail-type": z.enum(["alert.opened.v1", "alert.resolved.v1"]),
  detail: z.looseObject({ id: AlertId, generation: z.int().positive() }),
});

/** One alert event from the alignment bus. */
export function createHandler(
  deps: NotifyDeps,
): (event: EventBridgeEvent<string, unknown>) => Promise<void> {
  return async function handler(event) {
    const { detail, "detail-type": type } = AlertEvent.parse(event);
    const reason = type === "alert.opened.v1" ? "opened" : "resolved";
    await notify(deps, { alertId: detail.id, generation: detail.generation, reason });
  };
}
