import { eachOf } from "#shared/each-of.ts";
import { reasonToDrop } from "#shared/kit/routing/still-true.ts";
import type { Notification, RecipientId } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import { announce, earlier } from "./mailbox.ts";
import type { Round } from "./round.ts";
import { whenOf } from "./tell.ts";
import { waitingFor } from "./waiting-for.ts";

/** So that the rest of a tick has its time. */
const workMsMax = 4_000;

/**
 * What waits for a channel's morning and is critical by now is told as if it had opened so: at once. No event
 * says that an alert weighs more.
 */
export async function hastenCritical(round: Round): Promise<void> {
  const { routing, channels } = await round.policy();
  if (!routing) return;
  const read = channels.filter(
    ({ traits }) => traits.isSystem !== true && traits.reaches.includes("channel"),
  );
  const untilMs = round.deps.clock.nowMs() + workMsMax;
  await eachOf(
    read.map(
      ({ id }) =>
        () =>
          hastenFor(round, channelRecipient(id), untilMs),
    ),
  );
}

async function hastenFor(round: Round, recipient: RecipientId, untilMs: number): Promise<void> {
  if (round.deps.clock.nowMs() > untilMs) return;
  // Of very many the first; the rest is for the next hour.
  const waiting = (await waitingFor(round, recipient)).filter(
    ({ mode, severity }) => mode === "message" && severity !== "critical",
  );
  const alerts = await round.alerts(waiting.map(({ alertId }) => alertId));
  await eachOf(
    waiting.map((one) => async () => {
      const alert = alerts.get(one.alertId);
      const isGraver = alert?.severity === "critical" && reasonToDrop(one, alert) === undefined;
      if (isGraver && round.deps.clock.nowMs() <= untilMs) await hasten(round, one, alert);
    }),
  );
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
