import { openNotifier } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { NotifierPorts } from "#shared/kit/notifier-context.ts";
import type { Message, SendOutcome } from "#shared/kit/notifier.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Alert, NotificationReason } from "#shared/model/signal.ts";
import { attemptMsMax, isAbandoned, Notification } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { fromItem, toAttributes } from "#shared/store/codec.ts";
import { listConnections } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey, notificationKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec } from "#shared/store/specs.ts";

export interface NotifyDeps extends NotifierPorts {
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

const lostAnswer =
  "The answer was lost: it may have been shown, and is not sent again, since this channel would show it twice";

/**
 * Tells every connected channel of one transition, at most once each: an attempt is claimed before it is
 * made, and one whose answer was lost is repeated only where the channel drops repeats. Throws when a
 * channel asked for a retry, or another run is at it, so that the event comes again.
 */
export async function notify(deps: NotifyDeps, occasion: Occasion): Promise<void> {
  const alert = await getDocument(deps.table, alertSpec, factKey(occasion.alertId));
  if (!alert) return;
  if (!isStillTrue(alert, occasion)) return noteAbandoned(deps, occasion);
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

/** What a run left that died while it told of what is over now: it may have been shown all the same. */
async function noteAbandoned(
  deps: NotifyDeps,
  { alertId, generation, reason }: Occasion,
): Promise<void> {
  const items = await queryAll(deps.table, { partition: alertId, sortPrefix: "notification#" });
  const begun = items
    .flatMap((item) => new SetAside().read(item, (one) => fromItem(Notification, one)) ?? [])
    .filter((one) => one.outcome === "attempting")
    .filter((one) => one.generation === generation && one.reason === reason);
  for (const before of begun) {
    if (!isAbandoned(before, deps.clock.nowMs())) throw beingTold();
    await noteUncertain(deps, before);
  }
}

/** A claim whose owner is gone, where nobody can send again without telling twice. */
async function noteUncertain(deps: NotifyDeps, before: Notification): Promise<void> {
  const { alertId, connectionId } = before;
  deps.logger.warn("notify.uncertain", { alertId, connectionId });
  await record(deps, { ...before, outcome: "uncertain", detail: lostAnswer }, before);
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
  if (before ? isDone(before, deps.clock.nowMs()) : !(await isNews(deps, channel, occasion))) {
    return undefined;
  }
  const notifier = await openNotifier(deps, channel);
  if (before?.outcome === "attempting" && notifier.dropsRepeats !== true) {
    await noteUncertain(deps, before);
    return undefined;
  }
  const attempts = (before?.attempts ?? 0) + 1;
  const step = { type: "notification", ...base, attempts } as const;
  const claim = await record(deps, { ...step, outcome: "attempting" }, before);
  if (!claim) throw beingTold();
  const outcome = await notifier.send(messageOf(deps, alert, occasion));
  deps.logger.info("notify.attempted", {
    alertId: alert.id,
    connectionId: channel.id,
    outcome: outcome.outcome,
  });
  return settle(deps, claim, { outcome, dropsRepeats: notifier.dropsRepeats === true });
}

interface Answer {
  readonly outcome: SendOutcome;
  readonly dropsRepeats: boolean;
}

/** Records what the channel answered. What is uncertain is tried again where that does no harm. */
async function settle(
  deps: NotifyDeps,
  claim: Notification,
  { outcome, dropsRepeats }: Answer,
): Promise<SendOutcome> {
  if (outcome.outcome === "uncertain" && dropsRepeats) {
    await record(deps, { ...claim, outcome: "deferred" }, claim);
    return { ...outcome, outcome: "retry", afterMs: attemptMsMax };
  }
  if (outcome.outcome === "uncertain") {
    const { alertId, connectionId } = claim;
    deps.logger.warn("notify.uncertain", { alertId, connectionId });
  }
  const word = outcome.outcome === "retry" ? "deferred" : outcome.outcome;
  const detail = "reason" in outcome ? { detail: outcome.reason.slice(0, 300) } : {};
  await record(deps, { ...claim, outcome: word, ...detail }, claim);
  return outcome;
}

/** Whether nothing is left to do. Throws while another run may still be at it. */
function isDone(before: Notification, nowMs: number): boolean {
  const { outcome } = before;
  if (outcome === "attempting" && !isAbandoned(before, nowMs)) throw beingTold();
  return outcome !== "attempting" && outcome !== "deferred";
}

function beingTold(): HubError {
  return new HubError("connector.unavailable", "Another run is telling this channel", {
    retryAfterMs: attemptMsMax,
  });
}

/** A resolution is only news to a channel that was told of the opening. */
async function isNews(deps: NotifyDeps, channel: Connection, occasion: Occasion): Promise<boolean> {
  if (occasion.reason === "opened") return true;
  const key = notificationKey({ ...occasion, reason: "opened", connectionId: channel.id });
  const opening = await deps.table.get(key);
  const outcome = opening && fromItem(Notification, opening).outcome;
  // What it may have shown is over as well.
  return outcome === "sent" || outcome === "uncertain" || outcome === "attempting";
}

/** Writes the next step of a notification; undefined when somebody else was faster. */
async function record(
  deps: NotifyDeps,
  step: Omit<Notification, "updatedAt">,
  before: Notification | undefined,
): Promise<Notification | undefined> {
  const next = { ...step, updatedAt: deps.clock.now() };
  const { applied } = await deps.table.write({
    kind: "put",
    item: { ...toAttributes(next), ...notificationKey(next) },
    condition: before
      ? [
          [
            ["outcome", "=", before.outcome],
            ["attempts", "=", before.attempts],
          ],
        ]
      : [[["pk", "absent"]]],
  });
  return applied ? next : undefined;
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
