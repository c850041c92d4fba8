import { Hono } from "hono";

import { type JiraContext, type JiraEnv, needsCaller } from "../access.ts";
import type { Caller } from "../caller.ts";
import { statusBean, statusCategoryBeans } from "../part-beans.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { JiraState, Status } from "../state.ts";
import { findProject } from "./project-routes.ts";

const categoryNames = { new: "TODO", indeterminate: "IN_PROGRESS", done: "DONE" } as const;
const globalPermissions = new Set(["ADMINISTER", "USER_PICKER", "BULK_CHANGE", "SYSTEM_ADMIN"]);

/** Statuses in their two shapes, and what the caller is allowed. */
export function statusRoutes({ state }: Site): Hono<JiraEnv> {
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.get("/status", (c) => {
    return c.json(c.get("caller") ? state.statuses.map((each) => statusBean(state, each)) : []);
  });
  app.get("/statuscategory", needsCaller, (c) => c.json(statusCategoryBeans(state)));
  app.get("/statuses", needsCaller, (c) => {
    const asked = new URL(c.req.url).searchParams.getAll("id");
    const ids = new Set(asked.flatMap((each) => each.split(",")));
    return c.json(state.statuses.filter(({ id }) => ids.has(id)).map(shortBean));
  });
  app.get("/statuses/search", needsCaller, (c) => {
    const words = c.req.query("searchString")?.toLowerCase() ?? "";
    const all = state.statuses.filter(({ name }) => name.toLowerCase().includes(words));
    const startAt = Number(c.req.query("startAt") ?? 0);
    const maxResults = Math.min(200, Number(c.req.query("maxResults") ?? 200));
    const page = all.slice(startAt, startAt + maxResults);
    const isLast = startAt + page.length >= all.length;
    return c.json({ startAt, maxResults, total: all.length, isLast, values: page.map(shortBean) });
  });
  app.get("/mypermissions", (c) => {
    const asked = c.req.query("permissions");
    if (!asked) throw new Refusal(400, "The 'permissions' query parameter is required.");
    checkContext(state, c);
    const entries = asked.split(",").map((key) => [key, permission(key, c.get("caller"))]);
    return c.json({ permissions: Object.fromEntries(entries) });
  });
  return app;
}

function shortBean({ id, name, category }: Status): object {
  return { id, name, statusCategory: categoryNames[category], scope: { type: "GLOBAL" } };
}

/** A project or issue that is asked about has to be there for the caller. */
function checkContext(state: JiraState, c: JiraContext): void {
  const { projectKey, projectId, issueKey, issueId } = c.req.query();
  const issueRef = issueKey ?? issueId;
  const issue = issueRef === undefined ? undefined : state.issue(issueRef);
  if (issueRef !== undefined && !issue) throw new Refusal(404, "The issue does not exist.");
  const project = projectKey ?? projectId ?? issue?.projectId;
  if (project !== undefined) findProject(state, c.get("caller"), project);
}

function permission(key: string, caller: Caller | undefined): object {
  const isGlobal = globalPermissions.has(key);
  const havePermission = key.includes("ADMIN") ? caller?.isAdmin === true : caller !== undefined;
  const name = key.toLowerCase().replaceAll("_", " ");
  const type = isGlobal ? "GLOBAL" : "PROJECT";
  return { id: "0", key, name, type, description: name, havePermission };
}
