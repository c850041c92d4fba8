import type { RecipientId } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";

import { isOfItems } from "./channels-of.ts";
import type { RouteStep } from "./recipients.ts";
import type { RouteInput } from "./route-alert.ts";
import { routeAlert } from "./route-alert.ts";
import { addWorkingHours, calendarOf } from "./working-time.ts";

/** A rung, and when it is climbed if nobody has taken care of the alert by then. */
export interface PreviewedRung extends RouteStep {
  readonly rung: number;
  readonly at: Instant;
}

/** Higher than any reporting line. */
export const rungsMax = 60;

/**
 * The whole ladder: who would hear of an alert, when and why, as things stand now. Whoever is away today is
 * taken to be so at every rung.
 */
export function previewRoute(
  input: RouteInput & { readonly responseHours?: number | undefined },
): readonly PreviewedRung[] {
  const { routing } = input;
  const told = new Set<RecipientId>();
  const ofItems = new Set(input.channels.filter(isOfItems).map(({ id }) => id));
  const rungs: PreviewedRung[] = [];
  let at = input.now;
  for (let rung = 0; rung < rungsMax; rung += 1) {
    const found = routeAlert(input, rung, told);
    rungs.push({ rung, at, ...found });
    for (const { recipient } of found.recipients) told.add(recipient);
    if (!found.hasNext || !routing) break;
    // Where there is nobody to wait for, the next rung is climbed at once.
    if (found.recipients.every(({ connectionId }) => ofItems.has(connectionId))) continue;
    at = addWorkingHours(calendarOf(routing), at, input.responseHours ?? routing.responseHours);
  }
  return rungs;
}
