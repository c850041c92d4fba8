import type { Context, MiddlewareHandler } from "hono";

import { type Caller, callerOf } from "./caller.ts";
import { gatewayCloudId } from "./gateway.ts";
import { requiredScopes } from "./scopes.ts";
import type { Site } from "./site.ts";
import type { Issue, JiraState } from "./state.ts";

/** What one answer cost, for the hourly quota. */
export interface Cost {
  objects: number;
  identities: number;
}

/** What middleware leaves for the routes. */
export interface JiraEnv {
  readonly Variables: { readonly caller: Caller | undefined; readonly cost: Cost | undefined };
}
export type JiraContext = Context<JiraEnv>;

/**
 * API tokens with Basic authentication, access tokens as Bearer through the gateway. Jira lets a dead
 * API token through as "anonymous" where anonymous use is possible, says so only in a header, and shows
 * nothing: 200 with empty lists (https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/,
 * 2026-11). A token without the scope that a call needs is refused.
 */
export function identify(site: Site): MiddlewareHandler<JiraEnv> {
  return async (c, next) => {
    const given = c.req.header("authorization");
    const cloudId = gatewayCloudId(c.req.url);
    const caller = callerOf(site.state, given, cloudId, site.clock.nowMs());
    const refusal = refusalOf(site.state, c, caller, cloudId);
    if (refusal) {
      const [status, message] = refusal;
      return c.json({ code: status, message }, status);
    }
    c.set("caller", caller);
    await next();
    if (given !== undefined && !caller) {
      c.res.headers.set("x-seraph-loginreason", "AUTHENTICATED_FAILED");
    }
    return undefined;
  };
}

/** What the gateway itself refuses, before Jira sees the call. */
function refusalOf(
  state: JiraState,
  c: JiraContext,
  caller: Caller | undefined,
  cloudId: string | undefined,
): readonly [status: 401 | 403 | 404, message: string] | undefined {
  if (cloudId !== undefined) {
    if (!state.cloudIds().has(cloudId)) return [404, "No message available"];
    const isBearer = c.req.header("authorization")?.startsWith("Bearer ") === true;
    if (!caller && isBearer) return [401, "Unauthorized"];
    if (caller?.cloudIds?.includes(cloudId) === false) {
      return [403, "The app is not installed on this instance"];
    }
  }
  const needed = requiredScopes(c.req.method, c.req.path);
  const isMissing = needed.some((scope) => caller?.scopes?.has(scope) === false);
  return isMissing ? [401, "Unauthorized; scope does not match"] : undefined;
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

/** Notes what the answer shows, for the hourly quota. */
export function addCost(c: JiraContext, { objects = 0, identities = 0 }: Partial<Cost>): void {
  const cost = c.get("cost");
  if (!cost) return;
  cost.objects += objects;
  cost.identities += identities;
}

/** Whether the caller may browse the issue's project and see its security level. Nobody may anything. */
export function isVisibleTo(state: JiraState, caller: Caller | undefined) {
  const allowed = visibleProjects(state, caller);
  return (issue: Issue): boolean =>
    caller !== undefined &&
    allowed.has(issue.projectId) &&
    !state.isRestricted(issue, caller.user.accountId);
}

/** Ids of the projects that the caller may browse. */
export function visibleProjects(state: JiraState, caller: Caller | undefined): ReadonlySet<string> {
  return caller ? projectsSeenBy(state, caller.user.accountId, caller.projectKeys) : new Set();
}

/** Ids of the projects that search looks into for the caller: archived ones are left out. */
export function searchableProjects(
  state: JiraState,
  caller: Caller | undefined,
): ReadonlySet<string> {
  const visible = [...visibleProjects(state, caller)];
  return new Set(visible.filter((id) => !state.archivedProjects.has(id)));
}

/** Ids of the projects that an account may browse. */
export function projectsSeenBy(
  state: JiraState,
  accountId: string,
  keys: readonly string[] | undefined,
): ReadonlySet<string> {
  const seen = [...state.projects.values()].filter(
    ({ id, key }) => (keys?.includes(key) ?? true) && !state.isHidden(id, accountId),
  );
  return new Set(seen.map(({ id }) => id));
}
