import { Hono } from "hono";
import * as z from "zod";

import { isVisibleTo, type JiraContext, type JiraEnv } from "../access.ts";
import { errorBody, readBody } from "../answers.ts";
import { issueBean } from "../beans.ts";
import { countMatches, searchPage } from "../search.ts";
import type { Site } from "../site.ts";
import type { Issue, JiraState } from "../state.ts";
import { jiraTime } from "../zone.ts";

const SearchBody = z.strictObject({
  jql: z.string().default(""),
  nextPageToken: z.string().nullish(),
  maxResults: z.int().nonnegative().max(5000).default(50),
  fields: z.array(z.string()).optional(),
  fieldsByKeys: z.boolean().optional(),
  expand: z.string().optional(),
  properties: z.array(z.string()).max(5).optional(),
  reconcileIssues: z.array(z.int()).max(50).optional(),
});
type SearchBody = z.infer<typeof SearchBody>;

// With more than id and key asked for, Jira gives fewer than wanted; how many is its secret.
const fullPageMax = 100;

/** Search, counts, and bulk reads. Anonymous callers are answered, with nothing. */
export function searchRoutes(site: Site): Hono<JiraEnv> {
  const { state } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.post("/search/jql", async (c) => c.json(search(site, c, await readBody(c, SearchBody))));
  app.get("/search/jql", (c) => {
    const { fields, maxResults, jql, nextPageToken } = c.req.query();
    const query = SearchBody.safeParse({
      jql,
      nextPageToken,
      ...(maxResults !== undefined && { maxResults: Number(maxResults) }),
      ...(fields !== undefined && { fields: fields.split(",") }),
    });
    if (!query.success) return c.json(errorBody(["Invalid request payload."]), 400);
    return c.json(search(site, c, query.data));
  });
  // The old search is gone: https://developer.atlassian.com/changelog/#CHANGE-2046 (2025-08).
  app.all("/search", (c) =>
    c.json(
      errorBody([
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
      ]),
      410,
    ),
  );
  app.post("/search/approximate-count", async (c) => {
    const { jql } = await readBody(c, z.looseObject({ jql: z.string() }));
    return c.json({ count: countMatches(state, { jql, ...asking(site, c) }) });
  });
  app.post("/issue/bulkfetch", async (c) => {
    const body = await readBody(c, BulkBody);
    const found = visibleIssues(state, c, body.issueIdsOrKeys);
    const issues = [...found].toSorted((a, b) => Number(a.id) - Number(b.id));
    const options = {
      fields: body.fields ?? ["*navigable"],
      timeZone: zoneOf(c),
      version: 3,
    } as const;
    const issueErrors: readonly unknown[] = [];
    return c.json({ issues: issues.map((each) => issueBean(state, each, options)), issueErrors });
  });
  app.post("/changelog/bulkfetch", async (c) => {
    const body = await readBody(c, ChangelogBody);
    const issues = [...visibleIssues(state, c, body.issueIdsOrKeys)];
    return c.json(changelogPage(state, issues, body, zoneOf(c)));
  });
  return app;
}

const BulkBody = z.looseObject({
  issueIdsOrKeys: z.array(z.string()).min(1).max(100),
  fields: z.array(z.string()).optional(),
});
const ChangelogBody = z.looseObject({
  issueIdsOrKeys: z.array(z.string()).min(1).max(1000),
  fieldIds: z.array(z.string()).max(10).optional(),
  maxResults: z.int().positive().max(10_000).default(1000),
  nextPageToken: z.string().optional(),
});

export function zoneOf(c: JiraContext): string {
  return c.get("caller")?.user.timeZone ?? "Etc/UTC";
}

function asking({ state, clock }: Site, c: JiraContext) {
  const caller = { timeZone: zoneOf(c), nowMs: clock.nowMs() };
  return { caller, isVisible: isVisibleTo(state, c.get("caller")) };
}

/** What does not exist and what the caller may not see is left out without a word. */
function visibleIssues(state: JiraState, c: JiraContext, idsOrKeys: readonly string[]): Set<Issue> {
  const isVisible = isVisibleTo(state, c.get("caller"));
  return new Set(
    idsOrKeys.map((each) => state.issue(each)).filter((each) => each && isVisible(each)) as Issue[],
  );
}

function search(site: Site, c: JiraContext, body: SearchBody): object {
  const fields = body.fields ?? ["id"];
  const isThin = fields.every((field) => field === "id" || field === "key");
  const found = searchPage(site.state, {
    jql: body.jql,
    limit: isThin ? body.maxResults : Math.min(body.maxResults, fullPageMax),
    pageToken: body.nextPageToken ?? undefined,
    ...asking(site, c),
  });
  const options = { fields, timeZone: zoneOf(c), version: 3 } as const;
  const isOnlyId = fields.every((field) => field === "id");
  return {
    issues: isOnlyId
      ? found.issues.map(({ id }) => ({ id }))
      : found.issues.map((issue) => issueBean(site.state, issue, options)),
    ...(found.nextPageToken !== undefined && { nextPageToken: found.nextPageToken }),
    isLast: found.nextPageToken === undefined,
  };
}

/** Webhooks say null where nothing was; the document of this endpoint allows text alone. */
function withoutNulls(item: object): object {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}

function changelogPage(
  state: JiraState,
  issues: readonly Issue[],
  body: z.infer<typeof ChangelogBody>,
  timeZone: string,
): object {
  const start = Number(body.nextPageToken ?? 0);
  const all = issues.flatMap((issue) =>
    (state.histories.get(issue.id) ?? [])
      .map((history) => ({
        id: history.id,
        created: jiraTime(history.created, timeZone),
        items: history.items
          .filter(({ fieldId }) => body.fieldIds?.includes(fieldId ?? "") ?? true)
          .map(withoutNulls),
      }))
      .filter(({ items }) => items.length > 0)
      .map((history) => ({ issueId: issue.id, history })),
  );
  const page = all.slice(start, start + body.maxResults);
  const byIssue = Map.groupBy(page, ({ issueId }) => issueId);
  const isLast = start + page.length >= all.length;
  return {
    issueChangeLogs: [...byIssue].map(([issueId, entries]) => ({
      issueId,
      changeHistories: entries.map(({ history }) => history),
    })),
    ...(!isLast && { nextPageToken: String(start + page.length) }),
  };
}
