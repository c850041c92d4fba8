import { Hono } from "hono";
import { html } from "hono/html";
import { ZodError } from "zod";

import { appsPage } from "./apps-page.ts";
import { page } from "./page-layout.ts";
import type { PageContext } from "./page-rows.ts";
import { goalPage, portfolioPage, projectPage, searchPage } from "./pages.ts";
import { taskPage } from "./task-page.ts";
import { AsanaRefusal } from "./vendor-error.ts";

/** The pages behind `permalink_url`: a person can look at every object and change it by hand. */
export function pageRoutes(context: PageContext, perform: (operation: unknown) => unknown): Hono {
  const { state } = context;
  const app = new Hono();
  app.get("/", (c) => c.html(searchPage(context, c.req.query("q") ?? "")));
  app.get("/0/my-apps", (c) => c.html(appsPage(context)));
  app.post("/0/operations", async (c) => {
    const form = await c.req.parseBody();
    perform(operationOf(form));
    const isDeletion = form["kind"] === "deleteTask";
    return c.redirect(isDeletion ? "/" : (c.req.header("referer") ?? "/"), 303);
  });
  for (const path of ["/0/goal/:gid", "/0/goals/:gid"]) {
    app.get(path, (c) => c.html(goalPage(context, state.get("goal", c.req.param("gid") ?? ""))));
  }
  app.get("/0/portfolio/:gid/list", (c) =>
    c.html(portfolioPage(context, state.get("portfolio", c.req.param("gid")))),
  );
  app.get("/0/:project/list", (c) =>
    c.html(projectPage(context, state.get("project", c.req.param("project")))),
  );
  for (const path of ["/0/:project/:task", "/0/:project/:task/f"]) {
    app.get(path, (c) => c.html(taskPage(context, state.get("task", c.req.param("task") ?? ""))));
  }
  app.onError((error, c) => {
    const isRefused = error instanceof AsanaRefusal || error instanceof ZodError;
    if (!isRefused) throw error;
    const message =
      error instanceof ZodError ? "That is not a link or gid of this workspace." : error.message;
    const status = error instanceof AsanaRefusal && error.status === 404 ? 404 : 400;
    return c.html(
      page(
        "Not done",
        html`<p class="error">${message}</p>
          <p><a href="/">Back to the list</a></p>`,
      ),
      status,
    );
  });
  return app;
}

const references = new Set(["dependsOn", "resource", "goal", "task", "gid", "parent", "project"]);
const flags = new Set(["completed", "archived"]);

/** A form as an operation: links become gids, an emptied date is no date. */
function operationOf(form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const operation: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    if (typeof value !== "string") continue;
    if (references.has(name)) operation[name] = value.match(/\d+/gu)?.at(-1) ?? value;
    else if (flags.has(name)) operation[name] = value === "true";
    else if (name === "due_on") operation[name] = value === "" ? null : value;
    else operation[name] = value;
  }
  if (operation["kind"] === "createTask" && "project" in operation) {
    const { project, ...rest } = operation;
    return { ...rest, memberships: [{ project }] };
  }
  return operation;
}
