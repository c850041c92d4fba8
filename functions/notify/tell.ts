import { groupKeyOf } from "#shared/kit/alert-group.ts";
import { baselineEndOf } from "#shared/kit/routing/baseline-windows.ts";
import type { Recipient } from "#shared/kit/routing/recipients.ts";
import { nextDigestAt } from "#shared/kit/routing/working-time.ts";
import type { Notification } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import { notificationKey } from "#shared/store/alerting-keys.ts";
import { createDocument, getDocument } from "#shared/store/documents.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import { addresseeOf, freeAt } from "./addressee.ts";
import { announce } from "./mailbox.ts";
import type { Round } from "./round.ts";

/** A transition of an alert, as somebody is to be told of it. */
export interface Occasion {
  readonly reason: Notification["reason"];
  readonly rung: number;
  readonly occasionAt?: Instant | undefined;
  /** Its ladder was never climbed for whose it is: what it says may be news, however long it has stood. */
  readonly isFirst?: boolean | undefined;
}

/**
 * Has these recipients told of a transition: exactly one notification each, however often this is called.
 * Gives those that wait. Harmless to repeat; what is done is found done.
 */
export async function tell(
  round: Round,
  alert: Alert,
  given: Occasion & { readonly recipients: readonly Recipient[] },
): Promise<readonly Notification[]> {
  // Each has a mailbox of their own.
  const all = await Promise.all(
    given.recipients.map((recipient) => tellOne(round, alert, given, recipient)),
  );
  return all.filter(({ state }) => state === "waiting");
}

async function tellOne(
  round: Round,
  alert: Alert,
  occasion: Occasion,
  recipient: Recipient,
): Promise<Notification> {
  const { table } = round.deps;
  const wanted = await notificationOf(round, alert, occasion, recipient);
  const isNew = await createDocument(table, notificationSpec, wanted);
  const kept = isNew
    ? wanted
    : ((await getDocument(table, notificationSpec, notificationKey(wanted))) ?? wanted);
  // After the notification, so that whoever finds the one finds the other; again, in case that was cut off.
  if (kept.state === "waiting") {
    const { dueAt } = kept;
    round.announced.set(kept.recipient, await announce(round.deps, kept.recipient, { dueAt }));
  }
  return kept;
}

async function notificationOf(
  round: Round,
  alert: Alert,
  { reason, rung, occasionAt, isFirst }: Occasion,
  { recipient, connectionId, because }: Recipient,
): Promise<Notification> {
  const now = round.now;
  const { mode, dueAt } = await whenOf(round, alert, { reason, recipient, isFirst });
  return {
    type: "notification",
    alertId: alert.id,
    generation: alert.generation,
    reason,
    rung,
    recipient,
    ...(occasionAt !== undefined && { occasionAt }),
    connectionId,
    because,
    groupKey: groupOf(alert, reason),
    severity: alert.severity,
    mode,
    state: "waiting",
    dueAt,
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
}

/** What is told again is a matter of its own: it must not hide in a message of before. */
function groupOf(alert: Alert, reason: Notification["reason"]): string {
  const group = groupKeyOf(alert);
  return isFirstTelling(reason) ? group : `${reason}|${group}`;
}

export function isFirstTelling(reason: Notification["reason"]): boolean {
  return reason === "opened" || reason === "escalated";
}

export async function whenOf(
  round: Round,
  alert: Alert,
  {
    reason,
    recipient,
    isFirst,
  }: Pick<Notification, "reason" | "recipient"> & Pick<Occasion, "isFirst">,
): Promise<Pick<Notification, "mode" | "dueAt">> {
  const [{ routing, windows }, { delivery }, addressee] = await Promise.all([
    round.policy(),
    round.rule(alert.rule),
    addresseeOf(round, recipient),
  ]);
  const isForDigest =
    delivery === "digest" || (reason === "opened" && isLate(round, alert, isFirst));
  if (isForDigest && reason !== "contested" && !addressee.isSystem) {
    return { mode: "digest", dueAt: nextDigestAt(addressee.calendar, round.now) };
  }
  const isHeld = routing !== undefined && alert.isBaseline === true && !addressee.isSystem;
  const sources = [...alert.connectionIds, ...(alert.restsOn ?? []).map((one) => one.connectionId)];
  const held = isHeld ? baselineEndOf(windows, sources) : undefined;
  const at = held !== undefined && held > round.now ? held : round.now;
  return {
    mode: "message",
    dueAt: await freeAt(round, addressee, { severity: alert.severity, at }),
  };
}

/**
 * It has stood for so long, since nobody could be told, that it is no news: a channel that is connected after
 * weeks gets a digest of what stands. What is critical is; and what was worth no message until it changed.
 */
function isLate(
  { deps }: Round,
  { severity, history, openedAt, updatedAt }: Alert,
  isFirst = false,
): boolean {
  const openAt = history.findLast(({ to }) => to === "open")?.at ?? openedAt;
  const since = isFirst ? updatedAt : openAt;
  return severity !== "critical" && deps.clock.nowMs() - epochMsOf(since) > dayMs;
}
