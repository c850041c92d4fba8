import { describe, expect, test } from "vitest";

import { minuteMs } from "#shared/model/time.ts";

import { isNearLimit, quotaIn, refusalIn, UnexplainedRefusals } from "./limits.ts";

const nowMs = Date.UTC(2026, 10, 21, 10, 40);
const refusal = (headers: Record<string, string>, status = 429) =>
  refusalIn({ status, headers: new Headers(headers), nowMs });

describe("each reason of a refusal is answered in its own way", () => {
  test.each([
    ["jira-quota-global-based", "tenant", 20 * minuteMs],
    ["jira-quota-tenant-based", "tenant", 20 * minuteMs],
    ["jira-burst-based", "endpoint", 1000],
    ["jira-per-issue-on-write", "record", 2000],
    ["conf-global-based", "tenant", 20 * minuteMs],
    ["something-new", "endpoint", 10_000],
  ])("%s holds back the %s for %i ms", (reason, scope, retryAfterMs) => {
    expect(refusal({ "ratelimit-reason": reason })).toEqual({ reason, scope, retryAfterMs });
  });

  test("the time that Jira gives goes before ours, and a clock gone wrong counts a day", () => {
    const quota = { "ratelimit-reason": "jira-quota-tenant-based" };
    expect(refusal({ ...quota, "retry-after": "7" })?.retryAfterMs).toBe(7000);
    const reset = { ...quota, "x-ratelimit-reset": "2026-11-21T11:00:00Z" };
    expect(refusal(reset)?.retryAfterMs).toBe(20 * minuteMs);
    expect(refusal({ "retry-after": "9999999" })?.retryAfterMs).toBe(24 * 60 * minuteMs);
  });

  test("a 503 is a limit only if it says when to come back", () => {
    expect(refusal({ "retry-after": "30" }, 503)).toMatchObject({ retryAfterMs: 30_000 });
    expect(refusal({}, 503)).toBeUndefined();
    expect(refusal({ "retry-after": "30" }, 500)).toBeUndefined();
  });

  test("refusals without reason and time wait longer each time, until one answer succeeds", () => {
    const refusals = new UnexplainedRefusals();
    const headers = new Headers();
    const waits = Array.from({ length: 9 }, () => {
      const unexplainedBefore = refusals.count("a");
      refusals.note("a", { status: 429, headers });
      return refusalIn({ status: 429, headers, nowMs, unexplainedBefore })?.retryAfterMs;
    });
    expect(waits.slice(0, 3)).toEqual([10_000, 20_000, 40_000]);
    expect(waits.at(-1)).toBe(15 * minuteMs);
    refusals.note("b", { status: 200, headers });
    expect(refusals.count("a")).toBe(9);
    refusals.note("a", { status: 200, headers });
    expect(refusals.count("a")).toBe(0);
  });
});

describe("the hourly quota", () => {
  const quota = (policy: string, state: string) =>
    quotaIn(new Headers({ "beta-ratelimit-policy": policy, "beta-ratelimit": state }), nowMs);

  test("is what the policy and the state say together", () => {
    const policy = '"global-app-quota";q=65000;w=3600';
    expect(quota(policy, '"global-app-quota";r=11000;t=1199')).toEqual({
      limit: 65_000,
      remaining: 11_000,
      windowSeconds: 3600,
      resetAtMs: nowMs + 20 * minuteMs,
    });
    // A missing rest means that there is plenty.
    expect(quota(policy, '"global-app-quota";t=1200')?.remaining).toBe(65_000);
  });

  test("of several the one that ends first counts, and nonsense is none", () => {
    const both = quota('"a";q=100;w=3600, "b";q=1000;w=3600', '"a";r=90;t=60, "b";r=20;t=60');
    expect(both?.limit).toBe(1000);
    expect(quota("nonsense", ";;=")).toBeUndefined();
    // Windows of no length, and ends that no clock reaches.
    for (const [window, end] of [
      ["0", "10"],
      ["-5", "10"],
      ["1e300", "10"],
      ["3600", "1e300"],
    ]) {
      expect(quota(`"q";q=100;w=${window}`, `"q";r=5;t=${end}`)).toBeUndefined();
    }
    expect(quotaIn(new Headers({ "x-ratelimit-limit": "100" }), nowMs)).toBeUndefined();
  });

  test("a burst that comes near its limit is noticed", () => {
    expect(isNearLimit(new Headers({ "x-ratelimit-nearlimit": "true" }))).toBe(true);
    expect(isNearLimit(new Headers())).toBe(false);
  });
});
