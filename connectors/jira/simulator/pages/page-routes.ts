import { Hono } from "hono";
import { csrf } from "hono/csrf";
import * as z from "zod";

import type { JiraEnv } from "../access.ts";
import { JiraOperation } from "../operation.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import { issuePage } from "./issue-page.ts";
import { listPage } from "./list-page.ts";

/** What a form of the issue page asks for, by the last parts of its path. */
const forms: Readonly<
  Record<string, (site: Site, key: string, form: Readonly<Record<string, string>>) => unknown>
> = {
  status: (_, key, form) => ({ kind: "transitionIssue", key, statusId: form["statusId"] }),
  parent: (_, key, form) => ({ kind: "updateIssue", key, parentKey: form["parentKey"] || null }),
  field: (_, key, form) => ({
    kind: "updateIssue",
    key,
    custom: { [form["id"] ?? ""]: form["value"]?.trim() || null },
  }),
  link: ({ state }, key, form) => ({
    kind: "linkIssues",
    typeId: state.linkTypes[0]?.id ?? "",
    sourceKey: form["sourceKey"]?.trim().toUpperCase() ?? "",
    destinationKey: key,
  }),
  unlink: (_site, _key, form) => ({ kind: "unlinkIssues", linkId: form["linkId"] }),
};

/**
 * Pages for people: no login, so that anybody at this computer may change the simulated Jira by hand
 * and watch the hub react. Forms are taken from these pages only, not from other sites.
 */
export function pageRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>();
  app.use("/browse/*", csrf());
  app.get("/", (c) => c.html(listPage(state, c.req.query("q") ?? "")));
  app.get("/browse/:key", (c) => {
    const issue = state.issue(c.req.param("key"));
    if (!issue) return c.html("<h1>There is no such work item.</h1>", 404);
    // A key from before a move leads on, as in Jira.
    if (issue.key !== c.req.param("key")) return c.redirect(`/browse/${issue.key}`);
    return c.html(issuePage(state, issue));
  });
  app.post("/browse/:key/:form/:id?", async (c) => {
    const issue = state.issue(c.req.param("key"));
    const operationOf = forms[c.req.param("form")];
    if (!issue || !operationOf) return c.notFound();
    const fields = z.record(z.string(), z.string()).parse(await c.req.parseBody());
    const form = { ...fields, id: c.req.param("id") ?? "" };
    try {
      perform(JiraOperation.parse(operationOf(site, issue.key, form)));
    } catch (error) {
      if (error instanceof Refusal) return c.html(issuePage(state, issue, error.message), 400);
      if (!(error instanceof z.ZodError)) throw error;
      return c.html(issuePage(state, issue, `That is not a valid ${c.req.param("form")}.`), 400);
    }
    return c.redirect(`/browse/${issue.key}`, 303);
  });
  return app;
}
