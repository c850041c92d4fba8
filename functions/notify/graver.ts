import { reasonToDrop } from "#shared/kit/routing/still-true.ts";
import type { Notification, RecipientId } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { waitingList } from "#shared/store/alerting-keys.ts";
import { readDocument, replaceDocument } from "#shared/store/documents.ts";
import { queryAtMost } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import { announce, earlier } from "./mailbox.ts";
import type { Round } from "./round.ts";
import { whenOf } from "./tell.ts";

/** Of what waits for one channel, the first to be told; the rest is for the next hour. */
const waitingMax = 5_000;

/**
 * What waits for a channel's morning and is critical by now is told as if it had opened so: at once. No event
 * says that an alert weighs more.
 */
export async function hastenCritical(round: Round): Promise<void> {
  const { routing, channels } = await round.policy();
  if (!routing) return;
  for (const { id, traits } of channels) {
    if (traits.isSystem === true || !traits.reaches.includes("channel")) continue;
    await hastenFor(round, channelRecipient(id));
  }
}

async function hastenFor(round: Round, recipient: RecipientId): Promise<void> {
  const request = { index: "list", partition: waitingList(recipient) } as const;
  const setAside = new SetAside();
  const items = await queryAtMost(round.deps.table, request, waitingMax);
  const waiting = items
    .flatMap((item) => setAside.read(item, (one) => readDocument(notificationSpec, one)) ?? [])
    .filter(({ mode, severity }) => mode === "message" && severity !== "critical");
  const alerts = await round.alerts(waiting.map(({ alertId }) => alertId));
  for (const one of waiting) {
    const alert = alerts.get(one.alertId);
    const isGraver = alert?.severity === "critical" && reasonToDrop(one, alert) === undefined;
    if (isGraver) await hasten(round, one, alert);
  }
}

async function hasten(round: Round, one: Notification, alert: Alert): Promise<void> {
  const { mode, dueAt: toldAt } = await whenOf(round, alert, one);
  if (mode !== "message") return;
  const dueAt = earlier(one.dueAt, toldAt);
  const { severity } = alert;
  const next = { ...one, severity, dueAt, updatedAt: round.now };
  if (!(await replaceDocument(round.deps.table, notificationSpec, one, next))) return;
  await announce(round.deps, one.recipient, { dueAt });
}
