import { isDeepStrictEqual } from "node:util";

import type { Alert, Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import { alertFingerprint } from "./alert-fingerprint.ts";
import { alertIdOf } from "./alert-rule.ts";
import { hubActor, isStanding, joined, moved } from "./alert-transition.ts";
import { snoozeDaysMax } from "./alert-verbs.ts";

/*
 * The life of an alert: pending → open → acknowledged | snoozed → resolved, and again with the next
 * generation of its signal. What the hub does with it by itself; what people do, alert-verbs.ts. Every
 * function is pure and gives the next alert, or undefined when nothing changes; the revision is left to
 * whoever stores it.
 */

/** What an alert says beyond its signal, and when anybody is told of it. */
export interface AlertPolicy {
  /** How long a signal must stand before anybody is told. */
  readonly graceMinutes: number;
  /** How long after an opening has ended the next one waits, so that flapping tells nobody twice. */
  readonly holdDownMinutes: number;
  readonly why: string;
  readonly nextStep: string;
  /** Whether the rule's scope takes the signal in; absent: it does. */
  readonly isInScope?: boolean | undefined;
  /** Whether a first reading has found it; see baseline.ts. */
  readonly isBaseline?: boolean | undefined;
  /** Why it waits for another reason than time. */
  readonly heldBecause?: string | undefined;
}

/** What resolves an alert whose signal stands: the rule is not meant for it any more. */
export const outOfScope = "out of scope";

type Context = AlertPolicy & { readonly now: Instant };

/**
 * Makes the alert agree with its signal as it stands in the table now. Blind to the order and number
 * of the events that lead here: only the two states matter. An alert of a later generation wins over
 * an older reading of the signal.
 */
export function reconcile(
  alert: Alert | undefined,
  signal: Signal,
  context: Context,
): Alert | undefined {
  const isWanted = signal.state === "open" && context.isInScope !== false;
  if (!alert) return isWanted ? openFromSignal(signal, context, context.now) : undefined;
  if (signal.generation < alert.generation) return undefined;
  if (signal.state === "cleared") {
    return resolve(alert, signal.clearedBecause ?? "cleared", context.now);
  }
  if (!isWanted) return resolve(alert, outOfScope, context.now);
  if (signal.generation > alert.generation) return nextGeneration(alert, signal, context);
  if (isStanding(alert)) return refreshed(alert, signal, context);
  return alert.resolvedBecause === outOfScope ? backInScope(alert, signal, context) : undefined;
}

/** The first alert for a subject. Grace counts from the signal's opening, so a late reader opens at once. */
export function openFromSignal(
  signal: Signal,
  policy: AlertPolicy,
  now: Instant,
  lastEndedAt: Instant | undefined = signal.earlier?.at(-1)?.clearedAt,
): Alert {
  const ended = lastEndedAt === undefined ? {} : { lastEndedAt };
  const graceUntil = waitsUntil({ openedAt: signal.openedAt, ...ended }, policy);
  const isPending = graceUntil > now || policy.heldBecause !== undefined;
  return {
    type: "alert",
    id: alertIdOf(signal.rule, signal.id),
    signalId: signal.id,
    rule: signal.rule,
    subjectId: signal.subjectId,
    generation: signal.generation,
    status: isPending ? "pending" : "open",
    ...contentOf(signal, policy),
    ...(isPending && { graceUntil }),
    ...(policy.heldBecause !== undefined && { heldBecause: policy.heldBecause }),
    ...(policy.isBaseline === true && { isBaseline: true }),
    openedAt: signal.openedAt,
    ...ended,
    updatedAt: now,
    history: [{ to: isPending ? "pending" : "open", at: now, by: hubActor }],
    revision: 1,
  };
}

function waitsUntil(
  { openedAt, lastEndedAt }: Pick<Alert, "openedAt" | "lastEndedAt">,
  { graceMinutes, holdDownMinutes }: Pick<AlertPolicy, "graceMinutes" | "holdDownMinutes">,
): Instant {
  const graceEndsMs = epochMsOf(openedAt) + graceMinutes * minuteMs;
  const heldDownMs =
    lastEndedAt === undefined || holdDownMinutes === 0
      ? 0
      : epochMsOf(lastEndedAt) + holdDownMinutes * minuteMs;
  return instantOf(Math.max(graceEndsMs, heldDownMs));
}

/** The signal cleared and opened again. That the clearing was missed must not change the outcome. */
function nextGeneration(alert: Alert, signal: Signal, context: Context): Alert {
  const before = resolve(alert, "opened anew", context.now) ?? alert;
  // A rule that was not meant for it has ended nothing.
  const resolvedAt = alert.resolvedBecause === outOfScope ? undefined : before.resolvedAt;
  const lastEndedAt = signal.earlier?.at(-1)?.clearedAt ?? resolvedAt;
  const opened = openFromSignal(signal, context, context.now, lastEndedAt);
  const history = joined(before.history, opened.history);
  return { ...opened, history, revision: alert.revision };
}

/**
 * What was decided about it before still counts; what it waits for is counted as if it had stood all along. Whoever
 * was told that it is over hears that it stands again, when it has waited.
 */
function backInScope(alert: Alert, signal: Signal, context: Context): Alert {
  const opened = openFromSignal(signal, context, context.now, alert.lastEndedAt);
  return {
    ...opened,
    ...(alert.isBaseline === true && { isBaseline: true }),
    ...(alert.contest && { contest: alert.contest }),
    wokenAt: context.now,
    history: joined(alert.history, opened.history),
    revision: alert.revision,
  };
}

function refreshed(alert: Alert, signal: Signal, context: Context): Alert | undefined {
  const { leaderId: _leader, ...rest } = alert;
  const said: Alert = { ...rest, ...contentOf(signal, context) };
  if (alert.status === "pending") return waiting(alert, said, context);
  const next = isDeepStrictEqual(said, alert) ? undefined : { ...said, updatedAt: context.now };
  const isOther =
    alert.snoozedUntilChangeOf !== undefined &&
    alert.snoozedUntilChangeOf !== alertFingerprint(said);
  if (!isOther) return next;
  return woken(said, context.now, "what it says has changed");
}

/**
 * A pending alert waits by the settings as they are now, also by those that were made while it waits, and
 * opens when they let it.
 */
export function waitAnew(
  alert: Alert,
  policy: Pick<AlertPolicy, "graceMinutes" | "holdDownMinutes" | "heldBecause">,
  now: Instant,
): Alert | undefined {
  return alert.status === "pending" ? waiting(alert, alert, { ...policy, now }) : undefined;
}

function waiting(
  alert: Alert,
  said: Alert,
  context: Pick<Context, "graceMinutes" | "holdDownMinutes" | "heldBecause" | "now">,
): Alert | undefined {
  const { heldBecause: _held, ...rest } = said;
  const { heldBecause } = context;
  const next: Alert = {
    ...rest,
    graceUntil: waitsUntil(alert, context),
    ...(heldBecause !== undefined && { heldBecause }),
  };
  const opened = promote(next, context.now);
  if (opened) return opened;
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

/** A pending alert has waited long enough, and nothing else holds it. */
export function promote(alert: Alert, now: Instant): Alert | undefined {
  if (alert.status !== "pending" || alert.heldBecause !== undefined) return undefined;
  if ((alert.graceUntil ?? now) > now) return undefined;
  return moved(alert, "open", { by: hubActor, now });
}

/** The snooze is over: the alert is open again, whatever it was before. */
export function wake(alert: Alert, now: Instant): Alert | undefined {
  if (alert.status !== "snoozed" || (snoozeEnd(alert) ?? now) > now) return undefined;
  return woken(alert, now);
}

/** When a snooze ends by itself. One until something changes has no end of its own but the longest there is. */
export function snoozeEnd(alert: Alert): Instant | undefined {
  if (alert.snoozedUntilChangeOf === undefined) return alert.snoozedUntil;
  const before = alert.history.findLastIndex(({ to }) => to !== "snoozed");
  const first = alert.history[before + 1];
  return instantOf(epochMsOf(first?.at ?? alert.updatedAt) + snoozeDaysMax * dayMs);
}

function woken(alert: Alert, now: Instant, note?: string): Alert {
  return { ...moved(alert, "open", { by: hubActor, note, now }), wokenAt: now };
}

/** Its signal has cleared, or its rule is not meant for it any more. Nothing else ever resolves an alert. */
export function resolve(alert: Alert, because: string, now: Instant): Alert | undefined {
  if (!isStanding(alert)) return undefined;
  return {
    ...moved(alert, "resolved", { by: hubActor, note: because, now }),
    resolvedAt: now,
    resolvedBecause: because,
  };
}
