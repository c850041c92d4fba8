import { describe, expect, test } from "vitest";

import { isRetryable } from "#shared/errors.ts";

import { failureOfAnswer, failureOfNetwork } from "./errors.ts";

const nowMs = Date.UTC(2026, 10, 21, 10, 40);
const failure = (status: number, headers: Record<string, string> = {}, text = "") =>
  failureOfAnswer({ status, headers: new Headers(headers), text, what: "the search", nowMs });

describe("what Jira's refusals mean", () => {
  test.each([
    [400, "connector.misconfigured", false],
    [401, "connector.unauthorized", false],
    [403, "connector.forbidden", false],
    [404, "connector.not-found", false],
    [302, "connector.misconfigured", false],
    [410, "connector.drifted", false],
    [429, "connector.rate-limited", true],
    [500, "connector.unavailable", true],
    [503, "connector.unavailable", true],
  ])("%i is %s", (status, code, retryable) => {
    const error = failure(status);
    expect([error.code, isRetryable(error)]).toEqual([code, retryable]);
  });

  test("a token without the scope is told from a wrong token", () => {
    const text = '{"message":"Unauthorized; scope does not match"}';
    expect(failure(401, {}, text).code).toBe("connector.forbidden");
  });

  test("a site that the consent does not cover is told from a right that is missing", () => {
    const text = '{"code":403,"message":"The app is not installed on this instance"}';
    expect(failure(403, {}, text).message).toContain("does not cover this site");
    expect(failure(403).message).toContain("give it the permission");
  });

  test("the wait is Retry-After, else the reset, else what the limit's kind suggests", () => {
    const wait = (headers: Record<string, string>) => failure(429, headers).retryAfterMs;
    expect(wait({ "retry-after": "7" })).toBe(7000);
    expect(wait({ "x-ratelimit-reset": "2026-11-21T10:41:00Z" })).toBe(60_000);
    expect(wait({ "ratelimit-reason": "jira-burst-based" })).toBe(1000);
    // Quotas start again at the full hour.
    expect(wait({ "ratelimit-reason": "jira-quota-tenant-based" })).toBe(20 * 60_000);
    expect(wait({})).toBe(10_000);
    expect(failure(503, { "retry-after": "30" }).retryAfterMs).toBe(30_000);
  });

  test("Jira's own sentence about a query reaches the admin, and nothing else of the body", () => {
    const text = JSON.stringify({
      errorMessages: ["The value 'X' does not exist for the field 'project'."],
      errors: { customfield_1: "secret" },
    });
    expect(failure(400, {}, text).message).toContain("The value 'X' does not exist");
    expect(failure(400, {}, text).message).not.toContain("secret");
  });

  test("no answer names the host and why", () => {
    const refused = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
    });
    const error = failureOfNetwork(refused, "acme.atlassian.net");
    expect(error.code).toBe("connector.unreachable");
    expect(error.message).toContain("acme.atlassian.net refused the connection");
  });
});
