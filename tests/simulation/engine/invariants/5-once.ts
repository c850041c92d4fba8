import { isOver } from "#shared/kit/routing/still-true.ts";
import { eventSource } from "#shared/model/events.ts";
import { alertId } from "#shared/model/ids.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { AlertStatus, standingStatuses } from "#shared/model/signal.ts";
import { listDocuments, readDocument } from "#shared/store/documents.ts";
import { alertList, lists } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { alertSpec, dispatchSpec, signalSpec } from "#shared/store/specs.ts";
import { endOf, readTold } from "#shared/store/told.ts";

import { busTargets } from "../host/wiring.ts";
import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { channelConnection } from "../world/company.ts";

/**
 * 5, when all that happened has been told: one standing alert for each open signal that a rule of the
 * bus leads to alerts, none for one that cleared, and nobody was told of one transition twice.
 */
export async function checkOnce(run: Run): Promise<void> {
  const { table } = run.host;
  const open = await listDocuments(table, signalSpec, lists.openSignals);
  const alerts = await alertsByKey(run);
  const wanted = new Set<string>();
  for (const signal of open) {
    const key = alertId(signal.rule, signal.subjectId);
    const event = { source: eventSource, "detail-type": "signal.opened.v1", detail: signal };
    const isForAlert = busTargets.some(
      ({ functionName, pattern }) => functionName === "alert" && pattern.matches(event),
    );
    wanted.add(key);
    const standing = (alerts.get(key) ?? []).filter(isStanding);
    if (standing.length > 1) violated(run, 5, `${key} stands ${standing.length} times`);
    if (isForAlert && standing.length === 0)
      violated(run, 5, `${signal.id} is open without an alert`);
  }
  for (const [key, all] of alerts) {
    const standing = all.find(isStanding);
    if (standing && !wanted.has(key))
      violated(run, 5, `${key} is ${standing.status}, and its signal is over`);
  }
  const surplus = [...run.company.channel.received].filter(([, times]) => times > 1);
  if (surplus.length > 0) {
    violated(run, 5, `told more than once: ${surplus.map(([key]) => key).join(" ")}`);
  }
  for (const all of alerts.values()) for (const alert of all) await checkTold(run, alert);
  await checkMessages(run, new Map([...alerts.values()].flat().map((one) => [one.id, one])));
}

async function checkMessages(run: Run, alerts: ReadonlyMap<string, Alert>): Promise<void> {
  const items = (await scanAll(run.host.table)).filter(({ type }) => type === "dispatch");
  const dispatches = items.map((item) => readDocument(dispatchSpec, item));
  checkOpenings(run, dispatches);
  checkEnds(run, dispatches, alerts);
}

/** Each opening is part of one message at most for each recipient. */
function checkOpenings(run: Run, dispatches: readonly Dispatch[]): void {
  const seen = new Set<string>();
  for (const { alerts, outcome, recipient } of dispatches) {
    if (outcome === "refused") continue;
    for (const { alertId: id, generation, reason } of alerts) {
      const key = `${id}#${generation}#${reason} to ${recipient}`;
      if (reason !== "woken" && reason !== "contested" && seen.has(key))
        violated(run, 5, `told in two messages: ${key}`);
      seen.add(key);
    }
  }
}

/** Where all is over that a message told of, another one was made that says so. */
function checkEnds(
  run: Run,
  dispatches: readonly Dispatch[],
  alerts: ReadonlyMap<string, Alert>,
): void {
  const ids = new Set(dispatches.map(({ id }) => id));
  for (const one of dispatches) {
    const isOfAlerts = one.kind === "alert" || one.kind === "group";
    const isShown = one.outcome === "sent" || one.outcome === "uncertain";
    const isAllOver = one.alerts.every((told) => isOver(told, alerts.get(told.alertId)));
    if (isOfAlerts && isShown && isAllOver && !ids.has(endOf(one.id)))
      violated(run, 5, `nobody was told that ${one.id} is over`);
  }
}

function isStanding({ status }: Alert): boolean {
  return (standingStatuses as readonly string[]).includes(status);
}

async function alertsByKey({ host }: Run): Promise<ReadonlyMap<string, readonly Alert[]>> {
  const all = await Promise.all(
    AlertStatus.options.map((status) => listDocuments(host.table, alertSpec, alertList(status))),
  );
  return Map.groupBy(all.flat(), (alert) => alertId(alert.rule, alert.subjectId));
}

/**
 * An open alert worth a message was told of, or waits for its digest; or it is recorded that nobody knows
 * whether it was. Each of its transitions is part of one message at most for each recipient.
 */
async function checkTold(run: Run, alert: Alert): Promise<void> {
  const told = await readTold(run.host.table, alert.id);
  const transitions = Map.groupBy(told, ({ notification: { generation, reason, rung, ...one } }) =>
    [generation, reason, rung, one.recipient, one.occasionAt ?? ""].join("#"),
  );
  for (const [key, all] of transitions) {
    if (all.length > 1) violated(run, 5, `${alert.id} ${key} is noted ${all.length} times`);
  }
  if (alert.status !== "open" || alert.severity === "info") return;
  const ofNow = told.filter(({ notification: { generation, reason, connectionId } }) => {
    return (
      generation === alert.generation && reason === "opened" && connectionId === channelConnection
    );
  });
  const { received } = run.company.channel;
  const isTold = ofNow.some(({ dispatch, notification: { state, mode, dueAt } }) =>
    dispatch === undefined
      ? state === "waiting" && mode === "digest" && dueAt > run.clock.now()
      : received.has(dispatch.id) || dispatch.outcome === "uncertain",
  );
  if (!isTold) violated(run, 5, `nobody was told of ${alert.id}#${alert.generation}`);
}
