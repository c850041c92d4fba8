import type { Context, MiddlewareHandler } from "hono";

import type { Issue, JiraState, User } from "./state.ts";

type Credential = JiraState["credentials"][number];

/** Who calls: an account of the site, or nobody. */
export interface Caller {
  readonly user: User;
  readonly credential: Credential;
}

/** What middleware leaves for the routes. */
export interface JiraEnv {
  readonly Variables: { readonly caller: Caller | undefined };
}
export type JiraContext = Context<JiraEnv>;

/**
 * Basic authentication with an API token. Jira lets a dead token through as "anonymous" where anonymous
 * use is possible, says so only in a header, and shows nothing: 200 with empty lists
 * (https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/, 2026-11).
 */
export function identify(state: JiraState): MiddlewareHandler<JiraEnv> {
  return async (c, next) => {
    const given = c.req.header("authorization");
    const caller = given === undefined ? undefined : callerOf(state, given);
    c.set("caller", caller);
    await next();
    if (given !== undefined && !caller) {
      c.res.headers.set("x-seraph-loginreason", "AUTHENTICATED_FAILED");
    }
  };
}

/** For paths that need somebody: answers 401 to nobody. */
export const needsCaller: MiddlewareHandler<JiraEnv> = async (c, next) => {
  if (c.get("caller")) return next();
  return c.json(
    { message: "Client must be authenticated to access this resource.", "status-code": 401 },
    401,
    { "www-authenticate": 'OAuth realm="https%3A%2F%2Fjira"' },
  );
};

/** Whether the caller may browse the issue's project. Nobody may browse anything. */
export function isVisibleTo(state: JiraState, caller: Caller | undefined) {
  const allowed = visibleProjects(state, caller);
  return (issue: Issue): boolean => allowed.has(issue.projectId);
}

/** Ids of the projects that the caller may browse. */
export function visibleProjects(state: JiraState, caller: Caller | undefined): ReadonlySet<string> {
  if (!caller) return new Set();
  const keys = caller.credential.projectKeys;
  const projects = [...state.projects.values()];
  return new Set(projects.filter(({ key }) => keys?.includes(key) ?? true).map(({ id }) => id));
}

function callerOf(state: JiraState, authorization: string): Caller | undefined {
  const encoded = /^Basic (.+)$/u.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const given = Buffer.from(encoded, "base64").toString();
  const credential = state.credentials.find((each) => `${each.email}:${each.apiToken}` === given);
  const user = credential && state.users.get(credential.accountId);
  return credential && user?.active === true ? { credential, user } : undefined;
}
