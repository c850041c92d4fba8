import { openNotifier } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { Message, SendOutcome } from "#shared/kit/notifier.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Alert, NotificationReason } from "#shared/model/signal.ts";
import { Notification } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { fromItem, toAttributes } from "#shared/store/codec.ts";
import { listConnections } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey, notificationKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";

export interface NotifyDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly registry: Registry;
  /** Where the pages are, for links in messages. */
  readonly publicUrl: string;
}

export interface Occasion {
  readonly alertId: AlertId;
  readonly generation: number;
  readonly reason: NotificationReason;
}

/**
 * Tells every connected channel of one transition, at most once each as far as the channel lets us
 * know: the attempt is recorded first, a sent one is never repeated. Throws when a channel asked for
 * a retry, so that the event comes again.
 */
export async function notify(deps: NotifyDeps, occasion: Occasion): Promise<void> {
  const alert = await getDocument(deps.table, alertSpec, factKey(occasion.alertId));
  if (!alert || !isStillTrue(alert, occasion)) return;
  const channels = (await listConnections(deps.table)).filter(
    (connection) =>
      connection.status === "active" &&
      deps.registry.find(connection.connector)?.notifier !== undefined,
  );
  // All are heard to the end: a channel that fails must not cut off another one's attempt.
  const results = await Promise.allSettled(
    channels.map((channel) => tell(deps, channel, { alert, occasion })),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  const outcomes = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const retry = outcomes.find((outcome) => outcome?.outcome === "retry");
  if (retry?.outcome === "retry") {
    throw new HubError(
      "connector.unavailable",
      `A channel asked to be tried again: ${retry.reason}`,
      {
        retryAfterMs: retry.afterMs,
      },
    );
  }
}

/** A message is checked for truth just before it is sent: nobody is told of what is over. */
function isStillTrue(alert: Alert, { generation, reason }: Occasion): boolean {
  if (alert.generation !== generation) return false;
  return reason === "resolved" ? alert.status === "resolved" : alert.status === "open";
}

interface Telling {
  readonly alert: Alert;
  readonly occasion: Occasion;
}

async function tell(
  deps: NotifyDeps,
  channel: Connection,
  { alert, occasion }: Telling,
): Promise<SendOutcome | undefined> {
  const base = { ...occasion, connectionId: channel.id };
  const recorded = await deps.table.get(notificationKey(base));
  const before = recorded && fromItem(Notification, recorded);
  if (before && before.outcome !== "attempting") return undefined;
  // A resolution is only news to a channel that was told of the opening.
  if (occasion.reason === "resolved" && !(await wasTold(deps, channel, occasion))) return undefined;
  const attempts = (before?.attempts ?? 0) + 1;
  await record(deps, { type: "notification", ...base, outcome: "attempting", attempts });
  const notifier = await openNotifier(deps, channel);
  const outcome = await notifier.send(messageOf(deps, alert, occasion));
  deps.logger.info("notify.attempted", {
    alertId: alert.id,
    connectionId: channel.id,
    outcome: outcome.outcome,
  });
  if (outcome.outcome !== "retry") {
    const detail = outcome.outcome === "refused" ? { detail: outcome.reason.slice(0, 300) } : {};
    const final = { outcome: outcome.outcome, attempts, ...detail };
    await record(deps, { type: "notification", ...base, ...final });
  }
  return outcome;
}

async function wasTold(
  deps: NotifyDeps,
  channel: Connection,
  occasion: Occasion,
): Promise<boolean> {
  const key = notificationKey({ ...occasion, reason: "opened", connectionId: channel.id });
  const opening = await deps.table.get(key);
  return opening?.["outcome"] === "sent";
}

async function record(
  deps: NotifyDeps,
  notification: Omit<Notification, "updatedAt">,
): Promise<void> {
  const item = { ...toAttributes({ ...notification, updatedAt: deps.clock.now() }) };
  await deps.table.write({
    kind: "put",
    item: { ...item, ...notificationKey(notification) },
    // Two invocations for one event: whoever comes second must not undo "sent".
    condition: [[["pk", "absent"]], [["outcome", "=", "attempting"]]],
  });
}

function messageOf(deps: NotifyDeps, alert: Alert, { reason, generation }: Occasion): Message {
  return {
    idempotencyKey: `${alert.id}#${generation}#${reason}`,
    reason,
    severity: alert.severity,
    title: alert.title,
    sentence: alert.evidence.sentence,
    path: alert.evidence.path,
    why: alert.why,
    nextStep: alert.nextStep,
    url: `${deps.publicUrl}/alerts/${encodeURIComponent(alert.id)}`,
    at: reason === "resolved" ? (alert.resolvedAt ?? alert.updatedAt) : alert.openedAt,
  };
}
