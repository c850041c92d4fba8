import type { Notification } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";

import { endingInWords } from "../endings.ts";

type Told = Pick<Notification, "generation" | "reason"> & Partial<Pick<Notification, "occasionAt">>;

/** Whether somebody contests it, and nobody has decided yet. */
export function isContested({ contest }: Pick<Alert, "contest">): boolean {
  return contest !== undefined && contest.answer === undefined;
}

/** Why nobody is to be told of this any more; undefined while it is true. */
export function reasonToDrop(told: Told, alert: Alert | undefined): string | undefined {
  if (!alert) return "the alert is gone";
  const { generation, reason } = told;
  if (reason === "resolved") return undefined;
  if (alert.generation !== generation) return "over before it could be told";
  if (alert.status === "resolved") {
    return `resolved before it could be told: ${endingInWords(alert.resolvedBecause ?? "its cause is gone")}`;
  }
  if (reason === "contested") {
    return isContested(alert) ? undefined : "answered before it could be told";
  }
  if (isContested(alert)) return "contested before it could be told";
  if (alert.status === "open") return undefined;
  return `${alert.status} before it could be told`;
}

/** How an alert that somebody was told of stands now, in words; undefined while it is as it was told. */
export function standingOf(told: Told, alert: Alert | undefined): string | undefined {
  if (!alert) return "Resolved";
  if (alert.generation !== told.generation) return "Resolved";
  if (alert.status === "resolved") {
    const { resolvedBecause } = alert;
    return resolvedBecause === undefined
      ? "Resolved"
      : `Resolved: ${endingInWords(resolvedBecause)}`;
  }
  if (told.reason === "contested") return isContested(alert) ? undefined : "Answered";
  if (isContested(alert)) return "Contested: its rule's owner decides";
  if (alert.status === "acknowledged") return "Acknowledged: somebody takes care of it";
  if (alert.status === "snoozed") {
    const { snoozedUntil } = alert;
    return snoozedUntil === undefined
      ? "Snoozed until it changes"
      : `Snoozed until ${snoozedUntil.slice(0, 10)}`;
  }
  return undefined;
}

/** Whether nothing of it stands any more. */
export function isOver(told: Pick<Notification, "generation">, alert: Alert | undefined): boolean {
  return !alert || alert.generation !== told.generation || alert.status === "resolved";
}
