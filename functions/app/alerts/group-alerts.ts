import * as z from "zod";

import { groupKeyOf } from "#shared/kit/alert-group.ts";
import { Severity } from "#shared/model/signal.ts";
import type { Alert } from "#shared/model/signal.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf } from "../http/paging.ts";
import { allSources } from "../work-items/describe.ts";
import type { SourceAnswer } from "../work-items/work-answers.ts";
import { AlertAnswer, describeAlert } from "./alert-answers.ts";
import type { Names } from "./alert-answers.ts";
import type { AlertsQuery } from "./filter-alerts.ts";
import type { AlertCounts } from "./list-alerts.ts";
import { fittingAlerts, sortKey } from "./list-alerts.ts";

const Named = z.strictObject({ id: z.string(), name: z.string() });

/** Alerts named in a group; its number is counted whatever it is. */
const namedMax = 10;

export const GroupAnswer = z
  .strictObject({
    key: z.string().meta({ description: "Give as `group` to list all of it" }),
    rule: z.string(),
    ruleTitle: z.string(),
    severity: Severity.meta({ description: "The highest in it" }),
    teams: z.array(Named),
    goal: Named.optional(),
    count: z.int(),
    open: z.int().meta({ description: "How many of them nobody has reacted to" }),
    oldestAt: z.string(),
    newestAt: z.string(),
    why: z.string(),
    nextStep: z.string(),
    alerts: z.array(AlertAnswer).meta({
      description: `The first ${namedMax}, in the order of the list of alerts`,
    }),
  })
  .meta({ id: "AlertGroup" });
export type GroupAnswer = z.input<typeof GroupAnswer>;

export interface GroupList {
  /** Groups, and alerts in them; absent where these would be figures about fewer than five people. */
  readonly total: number | undefined;
  readonly totalAlerts: number | undefined;
  readonly counts: AlertCounts | undefined;
  readonly groups: GroupAnswer[];
  readonly sources: SourceAnswer[];
  readonly next: string | undefined;
}

/** Alerts that fit, as matters: the same rule, teams and goal. The group whose first alert comes first is first. */
export async function listGroups(context: AppContext, query: AlertsQuery): Promise<GroupList> {
  const { names, counts, wanted } = await fittingAlerts(context, query);
  const sorted = wanted
    .map((alert) => ({ alert, sort: sortKey(alert) }))
    .toSorted((a, b) => (a.sort < b.sort ? -1 : 1));
  const groups = [...Map.groupBy(sorted, ({ alert }) => groupKeyOf(alert))].map(
    ([key, members]) => ({
      key,
      sort: members[0]?.sort ?? key,
      alerts: members.map(({ alert }) => alert),
    }),
  );
  const { page, next } = pageOf(groups, ({ sort }) => sort, query);
  return {
    total: counts && groups.length,
    totalAlerts: counts && wanted.length,
    counts,
    groups: page.flatMap(({ key, alerts }) => describeGroup(names, key, alerts) ?? []),
    sources: allSources(names.sources, names.nowMs),
    next,
  };
}

const severityRank: readonly Severity[] = ["critical", "warning", "info"];

function describeGroup(
  names: Names,
  key: string,
  alerts: readonly Alert[],
): GroupAnswer | undefined {
  const [first] = alerts;
  if (!first) return undefined;
  const described = alerts.slice(0, namedMax).map((alert) => describeAlert(names, alert));
  const goal = first.evidence.path.find(({ role }) => role === "goal");
  const opened = alerts.map(({ openedAt }) => openedAt).toSorted();
  const severity = severityRank.find((one) => alerts.some((alert) => alert.severity === one));
  const { ruleTitle = first.rule, teams = [] } = described[0] ?? {};
  return {
    key,
    rule: first.rule,
    ruleTitle,
    severity: severity ?? first.severity,
    teams: teams.map(({ id, name }) => ({ id, name })),
    ...(goal && { goal: { id: goal.id, name: goal.label } }),
    count: alerts.length,
    open: alerts.filter(({ status }) => status === "open").length,
    oldestAt: opened[0] ?? first.openedAt,
    newestAt: opened.at(-1) ?? first.openedAt,
    why: first.why,
    nextStep: first.nextStep,
    alerts: described,
  };
}
