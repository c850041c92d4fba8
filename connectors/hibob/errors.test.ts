import { expect, test } from "vitest";

import { failureOfAnswer, quotaOf } from "./errors.ts";

const nowMs = Date.parse("2026-11-21T08:00:30.000Z");
const nextMinute = Date.parse("2026-11-21T08:01:00.000Z");

test.each([
  ["a wait in seconds", "30"],
  ["a moment in seconds", String(nextMinute / 1000)],
  ["a moment in milliseconds", String(nextMinute)],
])("the reset of a limit may be %s", (_what, reset) => {
  const headers = new Headers({
    "x-ratelimit-limit": "50",
    "x-ratelimit-remaining": "3",
    "x-ratelimit-reset": reset,
  });
  expect(quotaOf(headers, nowMs)).toEqual({
    limit: 50,
    remaining: 3,
    windowSeconds: 60,
    resetAtMs: nextMinute,
  });
  expect(failureOfAnswer({ status: 429, headers, what: "people", nowMs })).toMatchObject({
    code: "connector.rate-limited",
    retryAfterMs: 30_000,
  });
});

test("answers without numbers say nothing of the quota, and a refusal waits a minute", () => {
  const headers = new Headers({ "x-ratelimit-limit": "many" });
  expect(quotaOf(headers, nowMs)).toBeUndefined();
  expect(failureOfAnswer({ status: 429, headers, what: "people", nowMs })).toMatchObject({
    retryAfterMs: 60_000,
  });
});

test.each([
  [401, "connector.unauthorized"],
  [403, "connector.forbidden"],
  [404, "connector.not-found"],
  [400, "connector.misconfigured"],
  [302, "connector.misconfigured"],
  [503, "connector.unavailable"],
])("%i is %s", (status, code) => {
  const answer = { status, headers: new Headers(), what: "people", nowMs };
  expect(failureOfAnswer(answer)).toMatchObject({ code });
});
