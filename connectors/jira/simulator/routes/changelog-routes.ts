import { Hono } from "hono";
import * as z from "zod";

import { epochMsOf } from "#shared/model/time.ts";

import { addCost, type JiraContext, type JiraEnv } from "../access.ts";
import { readBody } from "../answers.ts";
import type { History } from "../entities.ts";
import { userBean } from "../part-beans.ts";
import type { Site } from "../site.ts";
import type { Issue, JiraState } from "../state.ts";
import { jiraTime } from "../zone.ts";
import { loadVisible } from "./issue-routes.ts";
import { visibleIssues, zoneOf } from "./search-routes.ts";

const BulkBody = z.looseObject({
  issueIdsOrKeys: z.array(z.string()).min(1).max(1000),
  fieldIds: z.array(z.string()).max(10).optional(),
  maxResults: z.int().positive().max(10_000).default(1000),
  nextPageToken: z.string().optional(),
});

/** What happened to issues since the seed, oldest first. */
export function changelogRoutes(site: Site): Hono<JiraEnv> {
  const { state } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.post("/changelog/bulkfetch", async (c) => {
    const body = await readBody(c, BulkBody);
    const issues = visibleIssues(state, c, body.issueIdsOrKeys);
    return c.json(bulkPage(state, c, issues, body));
  });
  app.get("/issue/:idOrKey/changelog", (c) => {
    const issue = loadVisible(site, c);
    const all = state.histories.get(issue.id) ?? [];
    const startAt = Number(c.req.query("startAt") ?? 0);
    const maxResults = Math.min(100, Number(c.req.query("maxResults") ?? 100));
    const page = all.slice(startAt, startAt + maxResults);
    const url = `${state.baseUrl}/rest/api/3/issue/${issue.id}/changelog`;
    const isLast = startAt + page.length >= all.length;
    const next = `${url}?startAt=${startAt + page.length}&maxResults=${maxResults}`;
    addCost(c, { objects: page.length });
    return c.json({
      self: `${url}?startAt=${startAt}&maxResults=${maxResults}`,
      ...(!isLast && { nextPage: next }),
      startAt,
      maxResults,
      total: all.length,
      isLast,
      values: page.map((history) => {
        const author = state.users.get(history.authorId);
        return {
          ...historyBean(history, zoneOf(c)),
          ...(author && { author: userBean(state, author) }),
        };
      }),
    });
  });
  return app;
}

function historyBean({ id, created, items }: History, timeZone: string) {
  return { id, created: jiraTime(created, timeZone), items: items.map(withoutNulls) };
}

/** Webhooks say null where nothing was; the document of these endpoints allows text alone. */
function withoutNulls(item: object): object {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}

function bulkPage(
  state: JiraState,
  c: JiraContext,
  issues: readonly Issue[],
  { fieldIds, nextPageToken, maxResults }: z.infer<typeof BulkBody>,
): object {
  const start = Number(nextPageToken ?? 0);
  const all = issues.flatMap((issue) =>
    (state.histories.get(issue.id) ?? [])
      .map((history) => ({
        ...history,
        items: history.items.filter(({ fieldId }) => fieldIds?.includes(fieldId ?? "") ?? true),
      }))
      .filter(({ items }) => items.length > 0)
      .map((history) => ({ issueId: issue.id, history })),
  );
  // By date, then by issue: the changes of one issue may be on several pages.
  all.sort(
    (a, b) =>
      epochMsOf(a.history.created) - epochMsOf(b.history.created) ||
      Number(a.issueId) - Number(b.issueId),
  );
  const page = all.slice(start, start + maxResults);
  const byIssue = Map.groupBy(page, ({ issueId }) => issueId);
  const isLast = start + page.length >= all.length;
  addCost(c, { objects: page.length });
  return {
    issueChangeLogs: [...byIssue].map(([issueId, entries]) => ({
      issueId,
      changeHistories: entries.map(({ history }) => historyBean(history, zoneOf(c))),
    })),
    ...(!isLast && { nextPageToken: String(start + page.length) }),
  };
}
