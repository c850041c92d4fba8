import { isDeepStrictEqual } from "node:util";

import { HubError } from "#shared/errors.ts";
import { alertId } from "#shared/model/ids.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import type { Alert, AlertStatus, Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

/*
 * The life of an alert: pending → open → acknowledged | snoozed → resolved, and again with the next
 * generation of its signal. Every verb is pure and gives the next alert, or undefined when nothing
 * changes; the revision is left to whoever stores it. A verb that does not fit the alert's status
 * throws `entity.conflict`.
 */

/** What an alert says beyond its signal, and how long a signal must stand before anybody is told. */
export interface AlertPolicy {
  readonly graceMinutes: number;
  readonly why: string;
  readonly nextStep: string;
}

/** Who asks for a transition, and what they say about it. */
export interface Actor {
  readonly by: string;
  readonly note?: string | undefined;
  readonly now: Instant;
}

/** What the hub calls itself in histories. */
const hubActor = "hub";
/** Transitions kept; older ones were told of by events when they happened. */
const historyMax = 20;
/** A snooze is a promise to look again; beyond a quarter it is a way to forget. */
const snoozeDaysMax = 90;

export function isStanding(alert: Pick<Alert, "status">): boolean {
  return (standingStatuses as readonly AlertStatus[]).includes(alert.status);
}

/** The first alert for a subject. Grace counts from the signal's opening, so a late reader opens at once. */
export function openFromSignal(signal: Signal, policy: AlertPolicy, now: Instant): Alert {
  const graceUntil = instantOf(epochMsOf(signal.openedAt) + policy.graceMinutes * minuteMs);
  const isPending = graceUntil > now;
  return {
    type: "alert",
    id: alertId(signal.rule, signal.subjectId),
    signalId: signal.id,
    rule: signal.rule,
    subjectId: signal.subjectId,
    generation: signal.generation,
    status: isPending ? "pending" : "open",
    ...contentOf(signal, policy),
    ...(isPending && { graceUntil }),
    openedAt: signal.openedAt,
    updatedAt: now,
    history: [{ to: isPending ? "pending" : "open", at: now, by: hubActor }],
    revision: 1,
  };
}

/**
 * Makes the alert agree with its signal as it stands in the table now. Blind to the order and number
 * of the events that lead here: only the two states matter. An alert of a later generation wins over
 * an older reading of the signal.
 */
export function reconcile(
  alert: Alert | undefined,
  signal: Signal,
  context: AlertPolicy & { readonly now: Instant },
): Alert | undefined {
  if (!alert) {
    return signal.state === "open" ? openFromSignal(signal, context, context.now) : undefined;
  }
  if (signal.generation < alert.generation) return undefined;
  if (signal.state === "cleared") {
    return resolve(alert, signal.clearedBecause ?? "cleared", context.now);
  }
  if (signal.generation > alert.generation) return nextGeneration(alert, signal, context);
  return isStanding(alert) ? refreshed(alert, signal, context) : undefined;
}

/** The signal cleared and opened again. That the clearing was missed must not change the outcome. */
function nextGeneration(
  alert: Alert,
  signal: Signal,
  context: AlertPolicy & { readonly now: Instant },
): Alert {
  const before = resolve(alert, "opened anew", context.now) ?? alert;
  const opened = openFromSignal(signal, context, context.now);
  const history = [...before.history, ...opened.history].slice(-historyMax);
  return { ...opened, history, revision: alert.revision };
}

function refreshed(
  alert: Alert,
  signal: Signal,
  context: AlertPolicy & { readonly now: Instant },
): Alert | undefined {
  const { leaderId: _leader, ...rest } = alert;
  const next: Alert = { ...rest, ...contentOf(signal, context) };
  return isDeepStrictEqual(next, alert) ? undefined : { ...next, updatedAt: context.now };
}

function contentOf(signal: Signal, policy: AlertPolicy) {
  return {
    severity: signal.severity,
    title: signal.title,
    why: policy.why,
    nextStep: policy.nextStep,
    evidence: signal.evidence,
    teamIds: signal.teamIds,
    ...(signal.leaderId !== undefined && { leaderId: signal.leaderId }),
    connectionIds: signal.connectionIds,
    ...(signal.restsOn && { restsOn: signal.restsOn }),
    ...(signal.evaluatedAt !== undefined && { evaluatedAt: signal.evaluatedAt }),
  };
}

/** The grace period of a pending alert is over. */
export function promote(alert: Alert, now: Instant): Alert | undefined {
  if (alert.status !== "pending" || (alert.graceUntil ?? now) > now) return undefined;
  return moved(alert, "open", { by: hubActor, now });
}

/** The rule's grace was changed while the alert waits; it counts from the signal's opening, as ever. */
export function regrace(alert: Alert, graceMinutes: number, now: Instant): Alert | undefined {
  if (alert.status !== "pending") return undefined;
  const graceUntil = instantOf(epochMsOf(alert.openedAt) + graceMinutes * minuteMs);
  const waiting: Alert = { ...alert, graceUntil };
  const isOther = graceUntil !== alert.graceUntil;
  return promote(waiting, now) ?? (isOther ? { ...waiting, updatedAt: now } : undefined);
}

/** Somebody has seen it and takes care. Survives every re-evaluation until the signal clears. */
export function acknowledge(alert: Alert, actor: Actor): Alert | undefined {
  if (alert.status === "acknowledged") return undefined;
  assertStatus(alert, ["open", "snoozed"], "acknowledged");
  return moved(alert, "acknowledged", actor);
}

/** Quiet until a moment in the future, at most `snoozeDaysMax` away; else throws `input.invalid`. */
export function snooze(alert: Alert, until: Instant, actor: Actor): Alert | undefined {
  if (alert.status === "snoozed" && alert.snoozedUntil === until) return undefined;
  assertStatus(alert, ["open", "acknowledged", "snoozed"], "snoozed");
  const aheadMs = epochMsOf(until) - epochMsOf(actor.now);
  if (aheadMs <= 0 || aheadMs > snoozeDaysMax * dayMs) {
    const message = `Name a moment in the future, at most ${snoozeDaysMax} days from now`;
    throw new HubError("input.invalid", "An alert cannot be snoozed until then", {
      issues: [{ path: "until", message }],
    });
  }
  return { ...moved(alert, "snoozed", actor), snoozedUntil: until };
}

/** A person ends the snooze early. */
export function unsnooze(alert: Alert, actor: Actor): Alert | undefined {
  if (alert.status === "open") return undefined;
  assertStatus(alert, ["snoozed"], "woken");
  return moved(alert, "open", actor);
}

/** The snooze is over: the alert is open again, whatever it was before. */
export function wake(alert: Alert, now: Instant): Alert | undefined {
  if (alert.status !== "snoozed" || (alert.snoozedUntil ?? now) > now) return undefined;
  return moved(alert, "open", { by: hubActor, now });
}

/** Its signal has cleared. Nothing else ever resolves an alert. */
export function resolve(alert: Alert, because: string, now: Instant): Alert | undefined {
  if (!isStanding(alert)) return undefined;
  return {
    ...moved(alert, "resolved", { by: hubActor, note: because, now }),
    resolvedAt: now,
    resolvedBecause: because,
  };
}

function moved(alert: Alert, to: AlertStatus, actor: Actor): Alert {
  const { snoozedUntil: _snoozed, graceUntil: _grace, ...rest } = alert;
  const transition: Alert["history"][number] = {
    to,
    at: actor.now,
    by: actor.by,
    ...(actor.note !== undefined && { note: actor.note }),
  };
  const history = [...alert.history, transition].slice(-historyMax);
  return { ...rest, status: to, updatedAt: actor.now, history };
}

function assertStatus(alert: Alert, from: readonly AlertStatus[], wanted: string): void {
  if (from.includes(alert.status)) return;
  throw new HubError(
    "entity.conflict",
    `This alert is ${alert.status}; only one that is ${from.join(" or ")} can be ${wanted}`,
    { details: { status: alert.status } },
  );
}
