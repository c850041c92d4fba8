import type { Hono } from "hono";
import { html } from "hono/html";

import { HubError } from "#shared/errors.ts";
import { AlertId, OrgUnitId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { noticeOf, readLists, withNotice } from "../page/page-input.ts";
import { routeLadder, routePreviewPage } from "./route-page.ts";
import { RoutingChange } from "./routing-answers.ts";
import { formOf, readRoutingForm } from "./routing-form-input.ts";
import { routingPage } from "./routing-page.ts";
import { describeRouting, routeOfAlert, routeOfTeams, saveRouting } from "./routing.ts";

/** The page of the routing, and who would get what. */
export function serveRoutingPages(app: Hono, context: AppContext): void {
  app.get("/routing", async (c) => {
    const routing = await describeRouting(context);
    const units = await unitsOf(context);
    return c.html(
      routingPage({ routing, form: formOf(routing), units, issues: [], notice: noticeOf(c) }),
    );
  });

  app.post("/routing", async (c) => {
    const form = await readLists(c);
    try {
      await saveRouting(context, parseInput(RoutingChange, readRoutingForm(form), ""));
      return c.redirect(withNotice("/routing", "changed"), 303);
    } catch (error) {
      if (!(error instanceof HubError) || error.traits.audience !== "customer") throw error;
      const issues =
        error.issues.length > 0 ? error.issues : [{ path: "", message: error.message }];
      const [routing, units] = await Promise.all([describeRouting(context), unitsOf(context)]);
      const status = error.code === "entity.conflict" ? 409 : 400;
      return c.html(routingPage({ routing, form, units, issues }), status);
    }
  });

  app.get("/routing/preview", async (c) => {
    const chosen = (c.req.queries("team") ?? []).flatMap(
      (id) => OrgUnitId.safeParse(id).data ?? [],
    );
    const [route, units] = await Promise.all([routeOfTeams(context, chosen), unitsOf(context)]);
    return c.html(routePreviewPage({ route, units, chosen }));
  });

  app.get("/alerts/:id{.+}/route", async (c) => {
    const id = parseInput(AlertId, c.req.param("id"), "id");
    const route = await routeOfAlert(context, id);
    return c.html(
      layout({
        title: "Who gets this, and why",
        room: "Alerts",
        crumbs: html`<a href="/">Alerts</a> / <a href="${pathTo("alerts", id)}">This alert</a>`,
        intro: "As things stand now. Whoever takes care of it ends the way up.",
        body: routeLadder(route),
      }),
    );
  });
}

/** By name, as people look for them. */
async function unitsOf({ orgReader }: AppContext) {
  const org = await orgReader.read();
  return [...org.units()]
    .map(({ id, name }) => ({ id, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}
