import * as z from "zod";

import { AlertId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { next, pageOf, pageQuery, untoldOfFew } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { SourceAnswer } from "../work-items/work-answers.ts";
import { AlertAnswer, AlertDetail, SignalAnswer, describeSignal } from "./alert-answers.ts";
import { alertVerbRoutes } from "./alert-verb-routes.ts";
import { bulkRoute } from "./bulk-alerts.ts";
import { AlertsQuery } from "./filter-alerts.ts";
import { GroupAnswer, listGroups } from "./group-alerts.ts";
import { listAlerts } from "./list-alerts.ts";
import { readAlert } from "./read-alert.ts";
import { readNames } from "./read-names.ts";

const topic = "Alerts";
const params = z.strictObject({ id: AlertId });
const count = z.int();
const counts = z.strictObject({
  pending: count,
  open: count,
  acknowledged: count,
  snoozed: count,
  resolved: count,
});

const toldCounts = counts.optional().meta({ description: "By status; absent as `total` is" });

/** Signals as found, and alerts as people handle them. */
export function alertRoutes(context: AppContext): readonly Route[] {
  return [
    signalsRoute(context),
    defineRoute({
      method: "get",
      path: "/api/alerts",
      topic,
      summary: "Alerts, what needs somebody first",
      query: AlertsQuery,
      answer: z.strictObject({
        total: untoldOfFew,
        counts: toldCounts,
        alerts: z.array(AlertAnswer),
        sources: z.array(SourceAnswer),
        next,
      }),
      run: ({ query }) => listAlerts(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/alerts/{id}",
      topic,
      summary: "One alert with its evidence, history and notifications",
      params,
      answer: AlertDetail,
      refusals: ["entity.not-found"],
      run: ({ params }) => readAlert(context, params.id),
    }),
    defineRoute({
      method: "get",
      path: "/api/alert-groups",
      topic,
      summary: "Alerts as matters: the same rule, teams and goal",
      query: AlertsQuery,
      answer: z.strictObject({
        total: untoldOfFew,
        totalAlerts: untoldOfFew,
        counts: toldCounts,
        groups: z.array(GroupAnswer),
        sources: z.array(SourceAnswer),
        next,
      }),
      run: ({ query }) => listGroups(context, query),
    }),
    bulkRoute(context),
    ...alertVerbRoutes(context),
  ];
}

function signalsRoute(context: AppContext): Route {
  return defineRoute({
    method: "get",
    path: "/api/signals",
    topic,
    summary: "Findings of the rules, by id",
    query: z.strictObject({
      rule: z.string().optional(),
      state: z.enum(["open", "cleared"]).default("open"),
      ...pageQuery,
    }),
    answer: z.strictObject({
      asOf: z.string(),
      total: count,
      signals: z.array(SignalAnswer),
      next,
    }),
    run: async ({ query }) => {
      const [names, snapshot] = await Promise.all([readNames(context), context.snapshots.read()]);
      const all = query.state === "open" ? snapshot.openSignals : snapshot.clearedSignals;
      const fitting = all
        .filter((signal) => !query.rule || signal.rule === query.rule)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const { page, next } = pageOf(fitting, (signal) => signal.id, query);
      const signals = page.map((signal) => describeSignal(names, signal));
      return { asOf: snapshot.asOf, total: fitting.length, signals, next };
    },
  });
}
