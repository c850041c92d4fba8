import type { EventBridgeEvent } from "aws-lambda";
import * as z from "zod";

import { AlertId } from "#shared/model/ids.ts";
import { KnownConnections } from "#shared/store/connections.ts";

import type { NotifyDeps } from "./deps.ts";
import { hearOf } from "./hear.ts";
import { Round } from "./round.ts";
import { tick } from "./tick.ts";

/** Only the id is read: the alert itself is looked up as it stands. */
const AlertEvent = z.looseObject({
  "detail-type": z.string().startsWith("alert."),
  detail: z.looseObject({ id: AlertId }),
});

/** What the clock's own event says of itself; the local host and tests may say less. */
function isTick(event: object): boolean {
  return !("detail-type" in event) || event["detail-type"] === "Scheduled Event";
}

/** One alert event from the alignment bus, or the clock. */
export function createHandler(
  deps: NotifyDeps,
): (event: EventBridgeEvent<string, unknown> | { readonly schedule: true }) => Promise<void> {
  const known = new KnownConnections();
  return async function handler(event) {
    const round = new Round(deps, known);
    if (isTick(event)) return tick(round);
    await hearOf(round, AlertEvent.parse(event).detail.id);
  };
}
