import type { Context, Hono } from "hono";

import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { noticeOf, readFilters } from "../page/page-input.ts";
import { rateOfFilter } from "../people/team-rate.ts";
import { idOf, serveAlertForms } from "./alert-forms.ts";
import { alertPage } from "./alert-page.ts";
import { alertsPage } from "./alerts-page.ts";
import { AlertsQuery, listAlerts } from "./list-alerts.ts";
import { readAlert } from "./read-alert.ts";

/** The alert pages and the forms on them. */
export function serveAlertPages(app: Hono, context: AppContext): void {
  app.get("/", async (c) => {
    const query = readFilters(AlertsQuery, c);
    const [list, all, org] = await Promise.all([
      listAlerts(context, query),
      listConnections(context.table),
      context.orgReader.read(),
    ]);
    const teams = [...org.units()]
      .filter(({ id }) => org.membersOf(id).length > 0)
      .map(({ id, name }) => ({ id, name }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
    // One that is being set up is no source yet, and brings no alert.
    const connections = all.filter(({ status }) => status !== "draft");
    const isReading = connections.some(
      (one) => context.registry.isSource(one) && one.readyAt === undefined,
    );
    const { rules } = context;
    return c.html(
      alertsPage({
        list,
        query,
        rules,
        teams,
        connections,
        isReading,
        matchRate: rateOfFilter(org, query.team),
        here: here(c),
        notice: noticeOf(c),
      }),
    );
  });

  app.get("/alerts/:id{.+}", async (c) => {
    const alert = await readAlert(context, idOf(c));
    return c.html(alertPage(alert, here(c), noticeOf(c)));
  });

  serveAlertForms(app, context);
}

/** The address shown, without the word about what was just done. */
function here(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete("did");
  return url.pathname + url.search;
}
