import { afterEach, describe, expect, test } from "vitest";

import { hourMs, instantOf } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { type JiraSimulatorOptions, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const startMs = Date.UTC(2026, 10, 21, 8, 30);
const authorization = `Basic ${Buffer.from("hub@acme.example:token-of-the-hub").toString("base64")}`;

async function start(options: Partial<JiraSimulatorOptions> = {}) {
  const clock = new ManualClock(instantOf(startMs));
  const jira = await startJiraSimulator({ seed: smallSite, clock, ...options });
  cleanups.push(() => jira.close());
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${jira.url}/rest/api/3${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    const headers = response.headers;
    return { status: response.status, reason: headers.get("ratelimit-reason"), headers };
  };
  return { jira, clock, call };
}

describe("the hourly quota", () => {
  test("costs one point per request, one per object and two per identity, and starts anew on the hour", async () => {
    const { jira, clock, call } = await start({ points: { perHour: 14 } });
    await call("POST", "/issue/bulkfetch", { issueIdsOrKeys: ["PAY-1", "PAY-2"] });
    expect(jira.statistics().points).toBe(3);
    await call("GET", "/users/search?maxResults=4");
    expect(jira.statistics().points).toBe(12);
    const near = await call("PUT", "/issue/PAY-2", { fields: { summary: "Renamed" } });
    expect(near.headers.get("beta-ratelimit-policy")).toBe('"tenant-app-quota";q=14;w=3600');
    expect(near.headers.get("beta-ratelimit")).toBe('"tenant-app-quota";r=1;t=1800');
    expect(near.headers.get("x-ratelimit-nearlimit")).toBe("true");
    expect((await call("GET", "/serverInfo")).status).toBe(200);
    const refused = await call("GET", "/serverInfo");
    expect([refused.status, refused.reason]).toEqual([429, "jira-quota-tenant-based"]);
    expect(refused.headers.get("retry-after")).toBe("1800");
    expect(refused.headers.get("x-ratelimit-reset")).toBe("2026-11-21T09:00:00.000Z");
    clock.advance(hourMs / 2);
    expect((await call("GET", "/serverInfo")).status).toBe(200);
  });

  test("the app's own quota over all sites is told apart, and tokens may be spared as Jira does", async () => {
    const { call } = await start({ points: { perHour: 100, globalPerHour: 1 } });
    await call("GET", "/serverInfo");
    expect((await call("GET", "/serverInfo")).reason).toBe("jira-quota-global-based");
    const spared = await start({ points: { perHour: 1, onlyOAuth: true } });
    for (let count = 0; count < 3; count += 1) {
      expect((await spared.call("GET", "/serverInfo")).status).toBe(200);
    }
  });
});

describe("writes to one issue", () => {
  test("twenty in two seconds, then 429 with a reason of its own; others go on", async () => {
    const { jira, clock, call } = await start();
    const write = (key: string, value: number) => call("PUT", `/issue/${key}/properties/p`, value);
    for (let count = 0; count < 20; count += 1) {
      expect((await write("PAY-2", count)).status).toBeLessThan(300);
    }
    const refused = await write("10103", 20);
    expect([refused.status, refused.reason]).toEqual([429, "jira-per-issue-on-write"]);
    expect(refused.headers.get("retry-after")).toBe("2");
    expect((await write("PAY-1", 0)).status).toBe(201);
    clock.advance(2000);
    expect((await write("PAY-2", 21)).status).toBe(200);
    expect(jira.statistics().throttledByReason).toEqual({ "jira-per-issue-on-write": 1 });
  });
});

describe("statistics", () => {
  test("count requests by endpoint, whichever issue, and through the gateway", async () => {
    const { jira, call } = await start();
    await call("GET", "/issue/PAY-1");
    await call("GET", "/issue/10103/changelog");
    await fetch(`${jira.url}/ex/jira/${jira.state.cloudId}/rest/api/3/issue/PAY-2`, {
      headers: { authorization },
    });
    jira.faults.arm({ on: "request", kind: "status", status: 429, times: 1 });
    await call("GET", "/myself");
    expect(jira.statistics()).toMatchObject({
      requests: 4,
      byEndpoint: {
        "GET /rest/api/3/issue/*": 2,
        "GET /rest/api/3/issue/*/changelog": 1,
        "GET /rest/api/3/myself": 1,
      },
      throttled: 1,
    });
    jira.resetStatistics();
    expect(jira.statistics().requests).toBe(0);
  });
});

test("latency passes on the clock that was given for it", async () => {
  const { call } = await start({ latencyMs: 30, latencyClock: wallClock });
  const startedMs = performance.now();
  await call("GET", "/serverInfo");
  expect(performance.now() - startedMs).toBeGreaterThan(25);
});
