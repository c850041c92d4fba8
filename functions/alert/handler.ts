import type { EventBridgeEvent } from "aws-lambda";
import * as z from "zod";

import { SignalId } from "#shared/model/ids.ts";

import { reconcileAlert } from "./alert.ts";
import type { AlertDeps } from "./alert.ts";

/** Only the id is read: the signal itself is looked up as it stands. */
const SignalEvent = z.looseObject({ detail: z.looseObject({ id: SignalId }) });

/** One signal event from the alignment bus. */
export function createHandler(
  deps: AlertDeps,
): (event: EventBridgeEvent<string, unknown>) => Promise<void> {
  return async function handler(event) {
    await reconcileAlert(deps, SignalEvent.parse(event).detail.id);
  };
}
