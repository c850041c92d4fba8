import { AlertStatus } from "#shared/model/signal.ts";
import type { Alert, Severity } from "#shared/model/signal.ts";
import { epochMsOf } from "#shared/model/time.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf } from "../http/paging.ts";
import { allSources } from "../work-items/describe.ts";
import type { SourceAnswer } from "../work-items/work-answers.ts";
import { describeAlert } from "./alert-answers.ts";
import type { AlertAnswer, Names } from "./alert-answers.ts";
import type { AlertsQuery } from "./filter-alerts.ts";
import { fits, namesFew, wantedStatuses } from "./filter-alerts.ts";
import { readNames } from "./read-names.ts";

export interface AlertList {
  /** Absent where these would be figures about fewer than five people. */
  readonly total: number | undefined;
  readonly counts: AlertCounts | undefined;
  readonly alerts: AlertAnswer[];
  readonly sources: SourceAnswer[];
  readonly next: string | undefined;
}

export type AlertCounts = Record<AlertStatus, number>;

const statuses = AlertStatus.options;
/** What needs somebody comes first. */
const statusRank: readonly AlertStatus[] = [
  "open",
  "acknowledged",
  "snoozed",
  "pending",
  "resolved",
];
const severityRank: readonly Severity[] = ["critical", "warning", "info"];

/** Alerts that fit the filters: open before acknowledged, critical before the rest, newest first. */
export async function listAlerts(context: AppContext, query: AlertsQuery): Promise<AlertList> {
  const { names, counts, wanted } = await fittingAlerts(context, query);
  const sorted = wanted
    .map((alert) => ({ alert, key: sortKey(alert) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { page, next } = pageOf(sorted, ({ key }) => key, query);
  return {
    total: counts && sorted.length,
    counts,
    alerts: page.map(({ alert }) => describeAlert(names, alert)),
    sources: allSources(names.sources, names.nowMs),
    next,
  };
}

interface Fitting {
  readonly names: Names;
  /** Of all that fit everything but the status; undefined where no number of them is to be told. */
  readonly counts: AlertCounts | undefined;
  readonly wanted: readonly Alert[];
}

export async function fittingAlerts(context: AppContext, query: AlertsQuery): Promise<Fitting> {
  const [names, ...lists] = await Promise.all([
    readNames(context),
    ...statuses.map((status) => listDocuments(context.table, alertSpec, alertList(status))),
  ]);
  const fitting = unique(lists.flat()).filter((alert) => fits(alert, query, names.org));
  const counts = Object.fromEntries(
    statuses.map((status) => [status, fitting.filter((alert) => alert.status === status).length]),
  ) as AlertCounts;
  const which = wantedStatuses(query.status);
  return {
    names,
    counts: namesFew(names.org, query) ? undefined : counts,
    wanted: fitting.filter(({ status }) => which.includes(status)),
  };
}

/** The lists are read one after the other: an alert that moved between them is counted where it is now. */
function unique(alerts: readonly Alert[]): readonly Alert[] {
  const byId = new Map<string, Alert>();
  for (const alert of alerts) {
    const other = byId.get(alert.id);
    if (!other || other.revision < alert.revision) byId.set(alert.id, alert);
  }
  return [...byId.values()];
}

/** Text order is the order wanted; the age is turned round, so that the newest comes first. */
export function sortKey(alert: Alert): string {
  const youngest = (Number.MAX_SAFE_INTEGER - epochMsOf(alert.openedAt)).toString();
  const status = statusRank.indexOf(alert.status);
  return `${status}${severityRank.indexOf(alert.severity)}${youngest}#${alert.id}`;
}
