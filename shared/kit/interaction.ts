import * as z from "zod";

import type { Delivery } from "#shared/model/delivery.ts";
import type { DispatchId } from "#shared/model/notification.ts";
import { Contest } from "#shared/model/signal.ts";

/** What somebody may do about an alert, wherever they do it: on a page, by the API, in a message. */
export const AlertAction = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("acknowledge") }),
  z.strictObject({ verb: z.literal("snooze"), days: z.int().min(1).max(90) }),
  z.strictObject({ verb: z.literal("snooze-until-change") }),
  z.strictObject({ verb: z.literal("contest"), reason: Contest.shape.reason }),
]);
export type AlertAction = z.infer<typeof AlertAction>;

/** A button pressed in a message: it acts on every alert that the dispatch tells of and that still stands. */
export interface Interaction {
  readonly dispatchId: DispatchId;
  readonly action: AlertAction;
}

/** Pure: the delivery has been verified. Throws `input.malformed` for what it cannot read. */
export interface InteractionReader {
  read(delivery: Delivery): readonly Interaction[];
}
