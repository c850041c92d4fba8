import type { Context, Hono } from "hono";

import type { Org } from "#shared/graph/org.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { backPath, noticeOf, readFilters, readLists, withNotice } from "../page/page-input.ts";
import { rateOfFilter } from "../people/team-rate.ts";
import { listSettableRules } from "../rules/settable-rules.ts";
import { idOf, serveAlertForms } from "./alert-forms.ts";
import { alertPage } from "./alert-page.ts";
import { alertsPage } from "./alerts-page.ts";
import { BulkAction, changeAlerts, tickedAlerts } from "./bulk-alerts.ts";
import { AlertsQuery } from "./filter-alerts.ts";
import { listGroups } from "./group-alerts.ts";
import { listAlerts } from "./list-alerts.ts";
import { readAlert } from "./read-alert.ts";
import { readUnseen } from "./read-unseen.ts";

/** The alert pages and the forms on them. */
export function serveAlertPages(app: Hono, context: AppContext): void {
  app.get("/", async (c) => {
    const query = readFilters(AlertsQuery, c);
    const isList = c.req.query("view") === "list";
    const [shown, all, org] = await Promise.all([
      isList ? listAlerts(context, query) : listGroups(context, query),
      listConnections(context.table),
      context.orgReader.read(),
    ]);
    // One that is being set up is no source yet, and brings no alert.
    const connections = all.filter(({ status }) => status !== "draft");
    const isReading = connections.some(
      (one) => context.registry.isSource(one) && one.readyAt === undefined,
    );
    const { clock } = context;
    return c.html(
      alertsPage({
        shown,
        query,
        rules: await listSettableRules(context),
        teams: unitsWithPeople(org),
        connections,
        isReading,
        matchRate: rateOfFilter(org, query.team),
        here: here(c),
        notice: noticeOf(c),
        nowMs: clock.nowMs(),
      }),
    );
  });

  app.post("/alerts/bulk", async (c) => serveBulk(context, c));

  app.get("/alerts/:id{.+}", async (c) => {
    const alert = await readAlert(context, idOf(c));
    const unseen = await readUnseen(context, alert);
    return c.html(alertPage(alert, { unseen, here: here(c), notice: noticeOf(c) }));
  });

  serveAlertForms(app, context);
}

/** Units that somebody is in, and those above them: any of them can be filtered by. */
function unitsWithPeople(org: Org): readonly { readonly id: string; readonly name: string }[] {
  const teams = [...org.units()].filter(({ id }) => org.membersOf(id).length > 0);
  const ids = new Set(teams.flatMap(({ id }) => org.pathUp(id)));
  return [...org.units()]
    .filter(({ id }) => ids.has(id))
    .map(({ id, name }) => ({ id, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

/** What was ticked, one by one or as whole groups of what the page shows. */
async function serveBulk(context: AppContext, c: Context): Promise<Response> {
  const { id: ids = [], group: groups = [], do: [verb] = [], ...fields } = await readLists(c);
  const [back] = fields["back"] ?? [];
  const to = backPath(back, "/");
  const filters = Object.fromEntries(new URLSearchParams(fields["query"]?.[0] ?? ""));
  const { view: _view, after: _after, ...given } = filters;
  const query = AlertsQuery.safeParse(given).data ?? AlertsQuery.parse({});
  const ticked = await tickedAlerts(context, { ids, groups }, query);
  if (ticked.length === 0) return c.redirect(withNotice(to, "none-ticked"), 303);
  const action = parseInput(BulkAction, wantedOf(verb, fields["days"]?.[0]), "do");
  const results = await changeAlerts(context, { ids: [...ticked], action });
  const isWhole = results.every(({ outcome }) => outcome !== "refused");
  return c.redirect(withNotice(to, isWhole ? "bulk-done" : "bulk-some"), 303);
}

function wantedOf(verb: string | undefined, days = "7") {
  if (verb !== "snooze") return { verb };
  return days === "change" ? { verb: "snooze-until-change" } : { verb, days: Number(days) };
}

/** The address shown, without the word about what was just done. */
function here(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete("did");
  return url.pathname + url.search;
}
