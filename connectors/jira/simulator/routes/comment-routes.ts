import { Hono } from "hono";
import * as z from "zod";

import type { JiraContext, JiraEnv } from "../access.ts";
import { readBody } from "../answers.ts";
import type { IssueComment } from "../entities.ts";
import { userBean } from "../part-beans.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { Issue } from "../state.ts";
import { actorOf, loadVisible } from "./issue-routes.ts";

const Node = z.looseObject({ type: z.string() });
/** API v3 takes Atlassian's document format and no text. */
const Body = z.looseObject({
  body: z.looseObject({ type: z.literal("doc"), version: z.literal(1), content: z.array(Node) }),
});
const base = "/issue/:idOrKey/comment";

/** Comments of an issue: read, added, changed, deleted. */
export function commentRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.get(base, (c) => {
    const issue = loadVisible(site, c);
    const comments = (state.comments.get(issue.id) ?? []).map((one) => bean(site, issue, one));
    const { length: total } = comments;
    return c.json({ startAt: 0, maxResults: 100, total, comments });
  });
  app.post(base, async (c) => {
    const issue = loadVisible(site, c);
    const body = z.json().parse((await readBody(c, Body)).body);
    const { result } = perform({ kind: "putComment", key: issue.key, body, ...actorOf(c) });
    return c.json(bean(site, issue, load(site, issue, String(result["id"]))), 201);
  });
  app.put(`${base}/:commentId`, async (c) => {
    const issue = loadVisible(site, c);
    const { id, authorId } = load(site, issue, c.req.param("commentId"));
    refuseOthers(c, authorId);
    const body = z.json().parse((await readBody(c, Body)).body);
    perform({ kind: "putComment", key: issue.key, id, body, ...actorOf(c) });
    return c.json(bean(site, issue, load(site, issue, id)));
  });
  app.delete(`${base}/:commentId`, (c) => {
    const issue = loadVisible(site, c);
    const { id } = load(site, issue, c.req.param("commentId"));
    perform({ kind: "deleteComment", key: issue.key, id, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}

/** Everybody may edit their own here, and nobody's else. */
function refuseOthers(c: JiraContext, authorId: string): void {
  if (actorOf(c).actorId === authorId) return;
  throw new Refusal(400, "You do not have the permission to edit this comment.");
}

function load({ state }: Site, issue: Issue, commentId: string): IssueComment {
  const found = state.comments.get(issue.id)?.find(({ id }) => id === commentId);
  if (found) return found;
  throw new Refusal(404, "Can not find a comment for the id.");
}

function bean({ state }: Site, issue: Issue, comment: IssueComment): object {
  const { id, body, authorId, created, updated } = comment;
  const author = state.users.get(authorId);
  const user = author && userBean(state, author);
  return {
    self: `${state.baseUrl}/rest/api/3/issue/${issue.id}/comment/${id}`,
    id,
    ...(user && { author: user, updateAuthor: user }),
    body,
    created,
    updated,
    jsdPublic: true,
  };
}
