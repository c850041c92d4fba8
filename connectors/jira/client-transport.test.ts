import { afterEach, describe, expect, test } from "vitest";

import { SharedBudget } from "#shared/access/shared-budget.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type {
  LimitObservation,
  PlannedRequest,
  RequestBudget,
} from "#shared/kit/request-budget.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraClient } from "./client.ts";
import { JiraSettings } from "./settings.ts";
import { connectionId, startConsentedSite } from "./simulator/consented-site.ts";
import { type JiraSimulatorOptions, startJiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Remembers what it is told, and admits everything until it is told not to. */
class RecordingBudget implements RequestBudget {
  readonly admitted: PlannedRequest[] = [];
  readonly seen: LimitObservation[] = [];

  async admit(request: PlannedRequest): Promise<void> {
    this.admitted.push(request);
  }

  async observe(_request: PlannedRequest, observation: LimitObservation): Promise<void> {
    this.seen.push(observation);
  }
}

/** Waits pass at once and are noted. */
class HastyClock extends ManualClock {
  readonly waits: number[] = [];

  override async sleep(ms: number): Promise<void> {
    this.waits.push(ms);
    this.advance(ms);
  }
}

async function start(options: Partial<JiraSimulatorOptions> = {}) {
  const clock = new HastyClock("2026-11-21T08:10:00.000Z");
  const jira = await startJiraSimulator({ seed: smallSite, clock, burstFactor: 100, ...options });
  cleanups.push(() => jira.close());
  const settings = JiraSettings.parse({
    baseUrl: jira.url,
    email: "hub@acme.example",
    apiToken: "token-of-the-hub",
  });
  const budget = new RecordingBudget();
  const client = new JiraClient(sourceContext({ connectionId, settings, clock, budget }));
  const refuse = (times: number, headers: Record<string, string>, retryAfterSeconds?: number) =>
    jira.faults.arm({
      on: "request",
      pathPrefix: "/rest/api/3/myself",
      times,
      kind: "status",
      status: 429,
      headers,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  return { clock, jira, budget, client, refuse };
}

describe("every request", () => {
  test("asks the budget before, and tells it after what it really cost", async () => {
    const { budget, client } = await start();
    await client.searchIds({ jql: "project = PAY ORDER BY created" });
    expect(budget.admitted).toEqual([{ endpoint: "POST /search/jql", points: 5001 }]);
    expect(budget.seen).toMatchObject([{ spentPoints: 6 }]);
  });

  test("that the budget refuses is not made", async () => {
    const { budget, client, jira } = await start();
    budget.admit = () => Promise.reject(new Error("no budget"));
    jira.resetStatistics();
    await expect(client.myself()).rejects.toThrow("no budget");
    expect(jira.statistics()).toMatchObject({ requests: 0 });
  });

  test("tells of the hourly quota that its answer names", async () => {
    const { budget, client } = await start({ points: { perHour: 1000 } });
    await client.myself();
    const { quota } = budget.seen[0] ?? {};
    expect(quota).toMatchObject({ limit: 1000, windowSeconds: 3600 });
    expect(quota?.resetAtMs).toBe(Date.UTC(2026, 10, 21, 9));
  });
});

describe("a refusal", () => {
  const burst = { "ratelimit-reason": "jira-burst-based" };

  test("of a burst is waited for within the call, twice at most", async () => {
    const { clock, client, refuse, budget, jira } = await start();
    refuse(2, burst, 1);
    await client.myself();
    expect(clock.waits).toHaveLength(2);
    for (const wait of clock.waits) expect(wait).toBeGreaterThanOrEqual(1000);
    expect(budget.seen[0]?.refusal).toMatchObject({ scope: "endpoint", retryAfterMs: 1000 });
    jira.faults.clear();
    refuse(3, burst, 1);
    await expect(client.myself()).rejects.toMatchObject({ code: "connector.rate-limited" });
    expect(clock.waits).toHaveLength(4);
  });

  test("that lasts longer is thrown with its time, and nobody sleeps", async () => {
    const { clock, client, refuse, budget } = await start();
    refuse(1, burst, 3);
    await expect(client.myself()).rejects.toMatchObject({ retryAfterMs: 3000 });
    refuse(1, { "ratelimit-reason": "jira-quota-tenant-based" }, 900);
    await expect(client.myself()).rejects.toMatchObject({ retryAfterMs: 900_000 });
    expect(budget.seen.at(-1)?.refusal?.scope).toBe("tenant");
    expect(clock.waits).toEqual([]);
  });

  test("of a gateway that says nothing waits longer each time, until an answer comes", async () => {
    const { client, refuse, budget } = await start();
    const waits: (number | undefined)[] = [];
    refuse(3, { "ratelimit-reason": "" });
    for (let round = 0; round < 3; round += 1) {
      await client.myself().catch(() => undefined);
      waits.push(budget.seen.at(-1)?.refusal?.retryAfterMs);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000]);
  });

  test("of the quota is not met by functions that share what is left of the hour", async () => {
    const site = await startConsentedSite({ points: { perHour: 2000, onlyOAuth: true } });
    cleanups.push(() => site.jira.close());
    const { settings, clock, tokens, jira } = site;
    const table = createMemoryTable();
    const open = () => {
      const budget = new SharedBudget(
        { table, clock },
        { owner: connectionId, isInteractive: false },
      );
      return new JiraClient(sourceContext({ connectionId, settings, clock, tokens, budget }));
    };
    const ids = smallSite.issues.map(({ id }) => id);
    const readAll = async (client: JiraClient) => {
      for (let count = 0; ; count += 1) {
        try {
          await client.issues(ids, ["summary"]);
        } catch (error) {
          return { count, error };
        }
      }
    };
    await open().myself();
    const both = await Promise.all([readAll(open()), readAll(open())]);
    for (const { error } of both) {
      expect(error).toMatchObject({ code: "connector.rate-limited", retryAfterMs: 50 * 60_000 });
    }
    // 11 points each, and three in a hundred are left to people.
    const requests = both.reduce((sum, { count }) => sum + count, 0);
    expect(requests).toBeGreaterThan(165);
    expect(requests).toBeLessThanOrEqual(Math.floor((2000 * 0.97) / 11));
    expect(jira.statistics().throttled).toBe(0);
  });

  test("of the quota stops an app at the hour's end", async () => {
    const site = await startConsentedSite({ points: { perHour: 5, onlyOAuth: true } });
    cleanups.push(() => site.jira.close());
    const { settings, clock, tokens } = site;
    const client = new JiraClient(sourceContext({ connectionId, settings, clock, tokens }));
    await client.myself();
    await client.myself();
    await expect(client.fields()).rejects.toMatchObject({
      code: "connector.rate-limited",
      retryAfterMs: 50 * 60_000,
    });
  });
});
