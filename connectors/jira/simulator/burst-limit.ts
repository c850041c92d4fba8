import type { MiddlewareHandler } from "hono";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { JiraEnv } from "./access.ts";
import { errorBody } from "./answers.ts";
import { endpointOf } from "./endpoint.ts";

// Requests per second per endpoint and method
// (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/, 2026-10).
const usualLimits: Readonly<Record<string, number>> = { GET: 100, POST: 100, PUT: 50, DELETE: 50 };
const ownLimits: Readonly<Record<string, number>> = {
  "GET /rest/api/3/issue/*": 150,
  "GET /rest/api/3/issue/*/changelog": 200,
  "GET /rest/api/3/user": 150,
  "POST /rest/api/3/search/approximate-count": 150,
};

/** Jira's burst limit and its headers. `factor` widens it: 10 allows ten times as much. */
export function burstLimit(clock: Clock, factor = 1): MiddlewareHandler<JiraEnv> {
  let second = 0;
  let used = new Map<string, number>();
  return async (c, next) => {
    const nowMs = clock.nowMs();
    if (Math.floor(nowMs / 1000) !== second) {
      second = Math.floor(nowMs / 1000);
      used = new Map();
    }
    const endpoint = endpointOf(c.req.method, c.req.path);
    const limit = (ownLimits[endpoint] ?? usualLimits[c.req.method] ?? 100) * factor;
    const count = (used.get(endpoint) ?? 0) + 1;
    used.set(endpoint, count);
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - count)),
      ...(limit - count < limit * 0.2 && { "x-ratelimit-nearlimit": "true" }),
    };
    if (count > limit) {
      return c.json(errorBody(["Rate limit exceeded."]), 429, {
        ...headers,
        "retry-after": "1",
        "x-ratelimit-reset": instantOf((second + 1) * 1000),
        "ratelimit-reason": "jira-burst-based",
      });
    }
    await next();
    // A refusal by another limit speaks of that one.
    if (c.res.headers.has("ratelimit-reason")) return undefined;
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    return undefined;
  };
}
