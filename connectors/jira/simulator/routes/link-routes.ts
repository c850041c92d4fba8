import { Hono } from "hono";
import * as z from "zod";

import { type JiraEnv, needsCaller } from "../access.ts";
import { readBody } from "../answers.ts";
import { wholeLinkBean } from "../part-beans.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { Link } from "../state.ts";
import { actorOf } from "./issue-routes.ts";

const End = z.looseObject({ key: z.string().optional(), id: z.string().optional() });
const LinkBody = z.looseObject({
  type: z.looseObject({ id: z.string().optional(), name: z.string().optional() }),
  inwardIssue: End,
  outwardIssue: End,
});
/** Links between issues. */
export function linkRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.use("/issueLink/*", needsCaller);
  app.post("/issueLink", needsCaller, async (c) => {
    const { type, inwardIssue, outwardIssue } = await readBody(c, LinkBody);
    const found = state.linkTypes.find(({ id, name }) => id === type.id || name === type.name);
    if (!found) throw new Refusal(404, `No issue link type with name '${type.name ?? ""}' found.`);
    // The inward issue is where the link starts: with Blocks it blocks the outward one. Jira's document
    // leaves it open; its clients and its own database say so (2026-11).
    const sourceKey = keyOf(site, inwardIssue);
    const destinationKey = keyOf(site, outwardIssue);
    perform({ kind: "linkIssues", typeId: found.id, sourceKey, destinationKey, ...actorOf(c) });
    return c.body(null, 201);
  });
  app.get("/issueLink/:id", (c) => {
    return c.json(wholeLinkBean(state, loadLink(site, c.req.param("id"))));
  });
  app.delete("/issueLink/:id", (c) => {
    const { id } = loadLink(site, c.req.param("id"));
    perform({ kind: "unlinkIssues", linkId: id, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}

function loadLink({ state }: Site, id: string): Link {
  const link = state.links.get(id);
  if (link) return link;
  throw new Refusal(404, `No issue link with id '${id}' exists.`);
}

function keyOf({ state }: Site, end: z.infer<typeof End>): string {
  const issue = state.issue(end.key ?? end.id ?? "");
  if (issue) return issue.key;
  throw new Refusal(404, "Issue does not exist or you do not have permission to see it.");
}
