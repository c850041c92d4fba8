import { Hono } from "hono";
import * as z from "zod";

import type { JiraContext, JiraEnv } from "../access.ts";
import { readBody } from "../answers.ts";
import type { RemoteLink } from "../entities.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { Issue } from "../state.ts";
import { actorOf, loadVisible } from "./issue-routes.ts";

const Extra = z.record(z.string(), z.json());
const Body = z.looseObject({
  globalId: z.string().max(255).nullish(),
  relationship: z.string().nullish(),
  application: Extra.nullish(),
  object: z.looseObject({ url: z.url(), title: z.string() }),
});
const base = "/issue/:idOrKey/remotelink";

/** Links from an issue to elsewhere. Writing one replaces it whole: what is left out is gone. */
export function remoteLinkRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.get(base, (c) => {
    const issue = loadVisible(site, c);
    const globalId = c.req.query("globalId");
    const links = state.remoteLinks.get(issue.id) ?? [];
    if (globalId === undefined) return c.json(links.map((link) => bean(site, issue, link)));
    const found = links.find((link) => link.globalId === globalId);
    if (!found) throw missing();
    return c.json(bean(site, issue, found));
  });
  app.post(base, async (c) => {
    const issue = loadVisible(site, c);
    const { result } = perform(putOperation(c, issue, await readBody(c, Body)));
    const id = Number(result["id"]);
    return c.json({ id, self: selfOf(site, issue, id) }, result["isNew"] === true ? 201 : 200);
  });
  app.delete(base, (c) => {
    const { key } = loadVisible(site, c);
    const globalId = c.req.query("globalId");
    if (globalId === undefined) throw new Refusal(400, "The global id is missing.");
    perform({ kind: "deleteRemoteLink", key, globalId, ...actorOf(c) });
    return c.body(null, 204);
  });
  app.get(`${base}/:linkId`, (c) => {
    const issue = loadVisible(site, c);
    return c.json(bean(site, issue, load(site, issue, c)));
  });
  app.put(`${base}/:linkId`, async (c) => {
    const issue = loadVisible(site, c);
    const { id } = load(site, issue, c);
    perform({ ...putOperation(c, issue, await readBody(c, Body)), id });
    return c.body(null, 204);
  });
  app.delete(`${base}/:linkId`, (c) => {
    const issue = loadVisible(site, c);
    const { id } = load(site, issue, c);
    perform({ kind: "deleteRemoteLink", key: issue.key, id, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}

function putOperation(c: JiraContext, { key }: Issue, body: z.infer<typeof Body>) {
  const { globalId, relationship, application } = body;
  const { url, title, ...rest } = body.object;
  return {
    kind: "putRemoteLink",
    key,
    url,
    title,
    ...(typeof globalId === "string" && { globalId }),
    ...(typeof relationship === "string" && { relationship }),
    ...(application && { application }),
    ...(Object.keys(rest).length > 0 && { object: Extra.parse(rest) }),
    ...actorOf(c),
  } as const;
}

function load({ state }: Site, issue: Issue, c: JiraContext): RemoteLink {
  const id = Number(c.req.param("linkId"));
  const found = state.remoteLinks.get(issue.id)?.find((link) => link.id === id);
  if (found) return found;
  throw missing();
}

function missing(): Refusal {
  return new Refusal(404, "The remote issue link does not exist.");
}

function selfOf({ state }: Site, issue: Issue, id: number): string {
  return `${state.baseUrl}/rest/api/3/issue/${issue.id}/remotelink/${id}`;
}

function bean(site: Site, issue: Issue, link: RemoteLink): object {
  const { id, globalId, relationship, application, object } = link;
  return {
    id,
    self: selfOf(site, issue, id),
    ...(globalId !== undefined && { globalId }),
    ...(application && { application }),
    ...(relationship !== undefined && { relationship }),
    object,
  };
}
