import type { Context, Hono } from "hono";

import { AlertId } from "#shared/model/ids.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { backPath, noticeOf, readFilters, readForm, withNotice } from "../page/page-input.ts";
import { rateOfFilter } from "../people/team-rate.ts";
import { alertPage } from "./alert-page.ts";
import { alertsPage } from "./alerts-page.ts";
import {
  Acknowledgement,
  Snooze,
  acknowledgeAlert,
  snoozeAlert,
  unsnoozeAlert,
} from "./change-alert.ts";
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

  app.post("/alerts/:id{.+}/acknowledge", async (c) => {
    const { back, ...said } = await readForm(c);
    await acknowledgeAlert(context, idOf(c), parseInput(Acknowledgement, said, ""));
    return c.redirect(withNotice(backPath(back, "/"), "acknowledged"), 303);
  });

  app.post("/alerts/:id{.+}/snooze", async (c) => {
    const { back, hours, ...said } = await readForm(c);
    const until = instantOf(context.clock.nowMs() + (Number(hours) || 0) * hourMs);
    await snoozeAlert(context, idOf(c), parseInput(Snooze, { ...said, until }, ""));
    return c.redirect(withNotice(backPath(back, "/"), "snoozed"), 303);
  });

  app.post("/alerts/:id{.+}/unsnooze", async (c) => {
    const { back, ...said } = await readForm(c);
    await unsnoozeAlert(context, idOf(c), parseInput(Acknowledgement, said, ""));
    return c.redirect(withNotice(backPath(back, "/"), "woken"), 303);
  });
}

function idOf(c: Context): AlertId {
  return parseInput(AlertId, c.req.param("id"), "id");
}

/** The address shown, without the word about what was just done. */
function here(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete("did");
  return url.pathname + url.search;
}
