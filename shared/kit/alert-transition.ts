import { HubError } from "#shared/errors.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import type { Alert, AlertStatus } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

/** Who asks for a transition, and what they say about it. */
export interface Actor {
  readonly by: string;
  readonly note?: string | undefined;
  readonly now: Instant;
}

/** What the hub calls itself in histories. */
export const hubActor = "hub";
/** Transitions kept; older ones were told of by events when they happened. */
const historyMax = 20;
const noteMax = 300;

export function isStanding(alert: Pick<Alert, "status">): boolean {
  return (standingStatuses as readonly AlertStatus[]).includes(alert.status);
}

/** The alert in another status, without what only the one before had. */
export function moved(alert: Alert, to: AlertStatus, actor: Actor): Alert {
  const {
    snoozedUntil: _until,
    snoozedUntilChangeOf: _change,
    graceUntil: _grace,
    heldBecause: _held,
    ...rest
  } = alert;
  return noted({ ...rest, status: to }, actor);
}

/** A line of its history; its status stays. */
export function noted(alert: Alert, { by, note, now }: Actor): Alert {
  const transition: Alert["history"][number] = {
    to: alert.status,
    at: now,
    by,
    ...(note !== undefined && { note: note.slice(0, noteMax) }),
  };
  const history = joined(alert.history, [transition]);
  return { ...alert, updatedAt: now, history };
}

/** The newest of both, as many as are kept. */
export function joined(before: Alert["history"], after: Alert["history"]): Alert["history"] {
  return [...before, ...after].slice(-historyMax);
}

/** Throws `entity.conflict`, which says what it is and what it must be. */
export function assertStatus(alert: Alert, from: readonly AlertStatus[], wanted: string): void {
  if (from.includes(alert.status)) return;
  throw new HubError(
    "entity.conflict",
    `This alert is ${alert.status}; only one that is ${from.join(" or ")} can be ${wanted}`,
    { details: { status: alert.status } },
  );
}
