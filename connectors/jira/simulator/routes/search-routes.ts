import { Hono } from "hono";
import * as z from "zod";

import {
  addCost,
  isVisibleTo,
  type JiraContext,
  type JiraEnv,
  searchableProjects,
  visibleProjects,
} from "../access.ts";
import { errorBody, readBody } from "../answers.ts";
import { issueBean } from "../beans.ts";
import { type Caller, compileJql } from "../jql/evaluate.ts";
import { JqlError } from "../jql/jql-error.ts";
import { parseJql } from "../jql/parse.ts";
import { countMatches, searchPage } from "../search.ts";
import type { Site } from "../site.ts";
import type { Issue, JiraState } from "../state.ts";

const SearchBody = z.strictObject({
  jql: z.string().default(""),
  nextPageToken: z.string().nullish(),
  maxResults: z.int().nonnegative().max(5000).default(50),
  fields: z.array(z.string()).optional(),
  fieldsByKeys: z.boolean().optional(),
  expand: z.string().optional(),
  properties: z.array(z.string()).max(5).optional(),
  reconcileIssues: z.array(z.int()).max(50).default([]),
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
    const { fields, maxResults, jql, nextPageToken, properties, reconcileIssues } = c.req.query();
    const query = SearchBody.safeParse({
      jql,
      nextPageToken,
      ...(maxResults !== undefined && { maxResults: Number(maxResults) }),
      ...(fields !== undefined && { fields: fields.split(",") }),
      ...(properties !== undefined && { properties: properties.split(",") }),
      ...(reconcileIssues !== undefined && {
        reconcileIssues: reconcileIssues.split(",").map(Number),
      }),
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
    const reconciled = new Set<string>();
    return c.json({ count: countMatches(state, { jql, reconciled, ...asking(site, c) }) });
  });
  app.post("/issue/bulkfetch", async (c) => {
    const body = await readBody(c, BulkBody);
    const found = visibleIssues(state, c, body.issueIdsOrKeys);
    const issues = found.toSorted((a, b) => Number(a.id) - Number(b.id));
    const options = {
      fields: body.fields ?? ["*navigable"],
      properties: body.properties ?? [],
      timeZone: zoneOf(c),
      version: 3,
    } as const;
    const issueErrors: readonly unknown[] = [];
    addCost(c, { objects: issues.length });
    return c.json({ issues: issues.map((each) => issueBean(state, each, options)), issueErrors });
  });
  app.post("/jql/match", async (c) => {
    const { jqls, issueIds } = await readBody(c, MatchBody);
    const issues = visibleIssues(state, c, issueIds.map(String));
    const { caller } = asking(site, c);
    return c.json({ matches: jqls.map((jql) => matchOf(state, jql, issues, caller)) });
  });
  return app;
}

const BulkBody = z.looseObject({
  issueIdsOrKeys: z.array(z.string()).min(1).max(100),
  fields: z.array(z.string()).optional(),
  properties: z.array(z.string()).max(5).optional(),
});
const MatchBody = z.looseObject({ jqls: z.array(z.string()), issueIds: z.array(z.int()) });

export function zoneOf(c: JiraContext): string {
  return c.get("caller")?.user.timeZone ?? "Etc/UTC";
}

function asking({ state, clock }: Site, c: JiraContext) {
  const caller = c.get("caller");
  // To name a project that one may not see is an error; but nobody at all finds nothing.
  const named = caller && visibleProjects(state, caller);
  return {
    caller: { timeZone: zoneOf(c), nowMs: clock.nowMs(), projectIds: named },
    projectIds: searchableProjects(state, caller),
    isVisible: isVisibleTo(state, caller),
  };
}

/** Each once. What does not exist and what the caller may not see is left out without a word. */
export function visibleIssues(
  state: JiraState,
  c: JiraContext,
  idsOrKeys: readonly string[],
): readonly Issue[] {
  const isVisible = isVisibleTo(state, c.get("caller"));
  const found = new Map<string, Issue>();
  for (const each of idsOrKeys) {
    const issue = state.issue(each);
    if (issue && isVisible(issue)) found.set(issue.id, issue);
  }
  return [...found.values()];
}

function fullRowsMax({ pageRowsMax }: JiraState): number {
  return Math.min(pageRowsMax, fullPageMax);
}

function search(site: Site, c: JiraContext, body: SearchBody): object {
  const fields = body.fields ?? ["id"];
  const { properties = [] } = body;
  const isThin =
    properties.length === 0 && fields.every((field) => field === "id" || field === "key");
  const found = searchPage(site.state, {
    jql: body.jql,
    limit: Math.min(body.maxResults, isThin ? site.state.pageRowsMax : fullRowsMax(site.state)),
    pageToken: body.nextPageToken ?? undefined,
    reconciled: new Set(body.reconcileIssues.map(String)),
    ...asking(site, c),
  });
  const options = { fields, properties, timeZone: zoneOf(c), version: 3 } as const;
  const isOnlyId = isThin && !fields.includes("key");
  addCost(c, { objects: found.issues.length });
  return {
    issues: isOnlyId
      ? found.issues.map(({ id }) => ({ id }))
      : found.issues.map((issue) => issueBean(site.state, issue, options)),
    ...(found.nextPageToken !== undefined && { nextPageToken: found.nextPageToken }),
    isLast: found.nextPageToken === undefined,
  };
}

/** Which of the issues a query finds; what is wrong with the query is said beside. */
function matchOf(
  state: JiraState,
  jql: string,
  issues: readonly Issue[],
  caller: Caller,
): { readonly matchedIssues: readonly number[]; readonly errors: readonly string[] } {
  try {
    const { where } = parseJql(jql);
    const test = where ? compileJql(where, state, caller) : () => true;
    return { matchedIssues: issues.filter(test).map(({ id }) => Number(id)), errors: [] };
  } catch (error) {
    if (error instanceof JqlError) return { matchedIssues: [], errors: [error.message] };
    throw error;
  }
}
