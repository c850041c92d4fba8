import type { MiddlewareHandler } from "hono";

import { hourMs, instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { JiraEnv } from "./access.ts";
import { errorBody } from "./answers.ts";

/** The hourly quota. Hours are those of UTC. */
export interface PointsOptions {
  /** Points per hour for this site. */
  readonly perHour: number;
  /** Points per hour over all sites of an app, of which there is only this one here. Default: no limit. */
  readonly globalPerHour?: number;
  /** True, as Jira does: calls with API tokens cost nothing. Default false, so that every client can be measured. */
  readonly onlyOAuth?: boolean;
}

const policies = [
  ["global-app-quota", "jira-quota-global-based"],
  ["tenant-app-quota", "jira-quota-tenant-based"],
] as const;

/**
 * One point per request, one per object shown, two per identity; writes one
 * (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/, 2026-10). The answer that goes
 * beyond the quota is still given; the next one is refused until the hour is over.
 */
export function pointsQuota(
  clock: Clock,
  options: PointsOptions,
  charge: (points: number) => void,
): MiddlewareHandler<JiraEnv> {
  let hour = 0;
  let used = 0;
  const limits = [options.globalPerHour ?? Infinity, options.perHour] as const;
  return async (c, next) => {
    const nowMs = clock.nowMs();
    if (Math.floor(nowMs / hourMs) !== hour) {
      hour = Math.floor(nowMs / hourMs);
      used = 0;
    }
    const caller = c.get("caller");
    if (options.onlyOAuth === true && caller?.appId === undefined) return next();
    const resetMs = (hour + 1) * hourMs;
    const resetSeconds = Math.ceil((resetMs - nowMs) / 1000);
    const exceeded = limits.findIndex((limit) => used >= limit);
    const policy = policies[exceeded];
    if (policy) {
      const limit = limits[exceeded] ?? 0;
      return c.json(errorBody(["Rate limit exceeded."]), 429, {
        ...quotaHeaders(limits, used, resetSeconds),
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": instantOf(resetMs),
        "ratelimit-reason": policy[1],
        "retry-after": String(resetSeconds),
      });
    }
    const cost = { objects: 0, identities: 0 };
    c.set("cost", cost);
    await next();
    const points = 1 + cost.objects + 2 * cost.identities;
    used += points;
    charge(points);
    const headers = quotaHeaders(limits, used, resetSeconds);
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    return undefined;
  };
}

/** Of the narrowest limit; `X-RateLimit-NearLimit` says that less than a fifth is left. */
function quotaHeaders(
  limits: readonly [global: number, tenant: number],
  used: number,
  resetSeconds: number,
): Record<string, string> {
  const index = limits[0] < limits[1] ? 0 : 1;
  const limit = limits[index];
  const name = policies[index][0];
  const left = Math.max(0, limit - used);
  return {
    "beta-ratelimit-policy": `"${name}";q=${limit};w=3600`,
    "beta-ratelimit": `"${name}";r=${left};t=${resetSeconds}`,
    ...(left < limit * 0.2 && { "x-ratelimit-nearlimit": "true" }),
  };
}
