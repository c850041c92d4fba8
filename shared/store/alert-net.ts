import { HubError } from "#shared/errors.ts";
import { reconcile, resolve } from "#shared/kit/alert-lifecycle.ts";
import type { AlertPolicy } from "#shared/kit/alert-lifecycle.ts";
import { alertIdOf, asFoundBy } from "#shared/kit/alert-rule.ts";
import type { AlertRule } from "#shared/kit/alert-rule.ts";
import { isStanding } from "#shared/kit/alert-transition.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import type { AlertId, RuleName, SignalId } from "#shared/model/ids.ts";
import { readSignalId } from "#shared/model/ids.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import type { Alert, Signal } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";

import { AlertPolicies } from "./alert-policies.ts";
import {
  createDocument,
  getDocument,
  listDocuments,
  readDocument,
  replaceDocument,
} from "./documents.ts";
import { alertList, factKey, lists } from "./keys.ts";
import type { OrgReader } from "./org-reader.ts";
import { reportSetAside, SetAside } from "./set-aside.ts";
import { alertSpec, signalSpec } from "./specs.ts";

export interface AlertDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: readonly AlertRule[];
  readonly orgReader?: OrgReader | undefined;
}

const roundsMax = 10;

/**
 * Brings the alerts of one signal in line with the signal as the table holds it now: its rule's own, and
 * those that custom rules make of it. The event that led here is only a hint, so repeats, delays and wrong
 * order change nothing. Whether anything had to be changed.
 */
export async function reconcileAlert(
  deps: AlertDeps,
  id: SignalId,
  policies = new AlertPolicies(deps),
): Promise<boolean> {
  let isChanged = await reconcileAs(deps, { id, policies });
  for (const rule of (await policies.customRules()).rules) {
    isChanged = (await reconcileAs(deps, { id, policies, rule })) || isChanged;
  }
  return isChanged;
}

interface Reconciling {
  readonly id: SignalId;
  readonly policies: AlertPolicies;
  /** A custom rule, whose alert it is; absent: the signal's own. */
  readonly rule?: AlertRule;
}

async function reconcileAs(deps: AlertDeps, { id, policies, rule }: Reconciling): Promise<boolean> {
  for (let round = 0; round < roundsMax; round += 1) {
    const { signal, current } = await readBoth(deps, id, rule);
    // Kept for a year after clearing; older than that, its alert is long resolved.
    if (!signal) return false;
    if (rule?.isUnreadable === true && signal.state === "open") return false;
    const unread = new SetAside();
    const policy = await policyFor(deps, policies, { signal, rule, unread });
    reportSetAside(deps.logger, [unread]);
    const told = rule ? asFoundBy(rule, signal) : signal;
    const next = policy && reconcile(current, told, { ...policy, now: deps.clock.now() });
    if (!next) return false;
    if (await store(deps, current, next)) return true;
  }
  throw new HubError("entity.conflict", `The alert of ${id} is being changed by others`);
}

/** Of a signal that has cleared nothing is asked. */
const anyPolicy: AlertPolicy = { graceMinutes: 0, holdDownMinutes: 0, why: "", nextStep: "" };

/**
 * By what the alert goes; undefined for a rule that this release does not have, and while nobody can read how a
 * rule is set: what stands goes on then, nothing opens, and no other rule waits for it.
 */
async function policyFor(
  { rules }: AlertDeps,
  policies: AlertPolicies,
  given: {
    readonly signal: Signal;
    readonly rule?: AlertRule | undefined;
    readonly unread: SetAside;
  },
): Promise<AlertPolicy | undefined> {
  const { signal, unread } = given;
  const rule = given.rule ?? rules.find(({ name }) => name === signal.rule);
  if (!rule) return undefined;
  if (signal.state === "cleared") return anyPolicy;
  return (await policies.areSettingsRead(rule.name, unread))
    ? policies.by(rule, signal)
    : undefined;
}

/**
 * A signal and its alert, in one request: what they are kept under says which belong together. Where one of them
 * cannot be read there is neither: nobody could say how they agree, and the others must not wait for it.
 */
async function readBoth(
  { table, logger }: AlertDeps,
  id: SignalId,
  custom: AlertRule | undefined,
): Promise<{ readonly signal: Signal | undefined; readonly current: Alert | undefined }> {
  const of = alertIdOf(custom?.name ?? readSignalId(id).rule, id);
  const items = await table.batchGet([factKey(id), factKey(of)]);
  const signal = items.find(({ pk }) => pk === id);
  const alert = items.find(({ pk }) => pk === of);
  const unread = new SetAside();
  const both = {
    signal: signal && unread.read(signal, (item) => readDocument(signalSpec, item)),
    current: alert && unread.read(alert, (item) => readDocument(alertSpec, item)),
  };
  reportSetAside(logger, [unread]);
  return unread.count === 0 ? both : { signal: undefined, current: undefined };
}

async function store(deps: AlertDeps, current: Alert | undefined, next: Alert): Promise<boolean> {
  const ok = current
    ? (await replaceDocument(deps.table, alertSpec, current, next)) !== undefined
    : await createDocument(deps.table, alertSpec, next);
  if (ok && current?.status !== next.status) {
    const { rule, generation } = next;
    deps.logger.info(`alert.${next.status}`, { alertId: next.id, rule, generation });
  }
  return ok;
}

export interface Compared {
  readonly changed: number;
  /** Differed, and were not looked at again, for want of time. */
  readonly remaining: number;
}

/**
 * Compares what stands with what should, and mends what differs: for events that were lost for good, and for
 * settings that were changed. The lists may be a moment behind; what differs on them is read as it is before
 * it is changed. Cut off at any time, it has left nothing behind but what it mended.
 */
export async function reconcileAlerts(
  deps: AlertDeps,
  { rule, untilMs }: { readonly rule?: RuleName | undefined; readonly untilMs: number },
): Promise<Compared> {
  const policies = new AlertPolicies(deps);
  const custom = await policies.customRules();
  const known = new Set([...deps.rules, ...custom.rules].map(({ name }) => name));
  const isMeant = (one: Pick<Alert, "rule">) =>
    known.has(one.rule) && (rule === undefined || one.rule === rule);
  const [signals, ...alertLists] = await Promise.all([
    listDocuments(deps.table, signalSpec, lists.openSignals),
    ...standingStatuses.map((status) => listDocuments(deps.table, alertSpec, alertList(status))),
  ]);
  const alerts = new Map(alertLists.flat().map((alert) => [alert.id, alert]));
  const stale = await differingIn(deps, policies, signals, { alerts, isMeant });
  const open = new Map(signals.map((signal) => [signal.id, signal]));
  const standing = [...alerts.values()].filter(isMeant);
  const ended = standing.flatMap(({ signalId }) => (open.has(signalId) ? [] : [signalId]));
  const bySignal = Map.groupBy(standing, ({ signalId }) => signalId);
  const abandoned = custom.areAll ? abandonedOf([...alerts.values()], known, rule) : [];
  const works = [
    ...abandoned.map(
      (alert) => () => abandon(deps, alert, known.has(alert.rule) ? open : undefined),
    ),
    ...[...new Set([...stale, ...ended])].map(
      (id) => async () =>
        (await reconcileAlert(deps, id, policies)) || orphaned(deps, bySignal.get(id) ?? []),
    ),
  ];
  let [changed, looked] = [0, 0];
  for (const work of works) {
    if (deps.clock.nowMs() >= untilMs) break;
    looked += 1;
    if (await work()) changed += 1;
  }
  const counts = { changed, remaining: works.length - looked };
  if (works.length > 0) deps.logger.info("alert.compared", { ...counts, rule: rule ?? "all" });
  return counts;
}

interface Listed {
  readonly alerts: ReadonlyMap<AlertId, Alert>;
  readonly isMeant: (of: Pick<Alert, "rule">) => boolean;
}

async function differingIn(
  deps: AlertDeps,
  policies: AlertPolicies,
  signals: readonly Signal[],
  { alerts, isMeant }: Listed,
): Promise<SignalId[]> {
  const now = deps.clock.now();
  const custom = (await policies.customRules()).rules.filter(
    ({ name, isUnreadable }) => isUnreadable !== true && isMeant({ rule: name }),
  );
  const differing: SignalId[] = [];
  const unread = new SetAside();
  for (const signal of signals) {
    const own = isMeant(signal) ? await policyFor(deps, policies, { signal, unread }) : undefined;
    const alert = alerts.get(alertIdOf(signal.rule, signal.id));
    let differs = own !== undefined && reconcile(alert, signal, { ...own, now }) !== undefined;
    for (const rule of custom) {
      if (differs) break;
      const theirs = alerts.get(alertIdOf(rule.name, signal.id));
      // Most rules are about few signals: what neither has an alert nor fits needs no further look.
      if (!theirs && rule.fits?.(signal) === false) continue;
      const policy = await policyFor(deps, policies, { signal, rule, unread });
      if (!policy) continue;
      differs = reconcile(theirs, asFoundBy(rule, signal), { ...policy, now }) !== undefined;
    }
    if (differs) differing.push(signal.id);
  }
  reportSetAside(deps.logger, [unread]);
  return differing;
}

/** Alerts of custom rules that there are no more, or under ids that no alert would have now. */
function abandonedOf(
  standing: readonly Alert[],
  known: ReadonlySet<RuleName>,
  rule: RuleName | undefined,
): readonly Alert[] {
  return standing.filter(
    (alert) =>
      isCustomRule(alert.rule) &&
      (!known.has(alert.rule) || alert.id !== alertIdOf(alert.rule, alert.signalId)) &&
      (rule === undefined || alert.rule === rule),
  );
}

/**
 * Its rule was deleted; or, given what findings are open, it goes on under an id of its own. One that somebody
 * changes just now is found by the next comparison.
 */
async function abandon(
  deps: AlertDeps,
  listed: Alert,
  open?: ReadonlyMap<SignalId, Signal>,
): Promise<boolean> {
  const alert = await getDocument(deps.table, alertSpec, factKey(listed.id));
  if (!alert || !isStanding(alert)) return false;
  if (open?.get(alert.signalId)?.generation === alert.generation) {
    // With all that was decided about it; unless one has been opened there meanwhile.
    const id = alertIdOf(alert.rule, alert.signalId);
    await createDocument(deps.table, alertSpec, { ...alert, id, revision: 1 });
  }
  const because = open ? "goes-on-under-another-id" : "rule-removed";
  const next = resolve(alert, because, deps.clock.now());
  return next !== undefined && store(deps, alert, next);
}

/** Alerts whose signal is kept no more have nothing to stand for. */
async function orphaned(deps: AlertDeps, listed: readonly Alert[]): Promise<boolean> {
  const [first] = listed;
  if (!first || (await deps.table.get(factKey(first.signalId)))) return false;
  let isChanged = false;
  for (const { id } of listed) {
    const alert = await getDocument(deps.table, alertSpec, factKey(id));
    const next = alert && resolve(alert, "finding-gone", deps.clock.now());
    if (next && (await store(deps, alert, next))) isChanged = true;
  }
  return isChanged;
}
