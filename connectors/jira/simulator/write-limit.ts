import type { MiddlewareHandler } from "hono";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { JiraEnv } from "./access.ts";
import { errorBody } from "./answers.ts";
import type { JiraState } from "./state.ts";

// Writes to one issue (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/, 2026-10).
const windows = [
  { spanMs: 2000, writesMax: 20 },
  { spanMs: 30_000, writesMax: 100 },
] as const;
const longestMs = 30_000;

/** Jira's limit of writes per issue. `factor` widens it. */
export function writeLimit(state: JiraState, clock: Clock, factor = 1): MiddlewareHandler<JiraEnv> {
  const writes = new Map<string, number[]>();
  return async (c, next) => {
    const issueRef = /^\/rest\/api\/[^/]+\/issue\/([^/]+)/u.exec(c.req.path)?.[1] ?? "";
    const issue = c.req.method === "GET" ? undefined : state.issue(issueRef);
    if (!issue) return next();
    const nowMs = clock.nowMs();
    const recent = (writes.get(issue.id) ?? []).filter((atMs) => atMs > nowMs - longestMs);
    for (const { spanMs, writesMax } of windows) {
      const inWindow = recent.filter((atMs) => atMs > nowMs - spanMs);
      const [first] = inWindow;
      if (first === undefined || inWindow.length < writesMax * factor) continue;
      const freeMs = first + spanMs;
      return c.json(errorBody(["Rate limit exceeded."]), 429, {
        "retry-after": String(Math.max(1, Math.ceil((freeMs - nowMs) / 1000))),
        "x-ratelimit-limit": String(writesMax * factor),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": instantOf(freeMs),
        "ratelimit-reason": "jira-per-issue-on-write",
      });
    }
    writes.set(issue.id, [...recent, nowMs]);
    return next();
  };
}
