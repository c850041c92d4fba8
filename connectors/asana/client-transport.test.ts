import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { unlimitedBudget } from "#shared/kit/request-budget.ts";
import { factId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { pullAll } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { SleepyClock, testConnection, testSource, WitnessBudget } from "./simulator/test-source.ts";
import { serving, world } from "./simulator/test-world.ts";

const start = "2026-11-21T08:00:00.000Z";

/** Tokens of a consent: each refused one is followed by the next. */
function consent(...given: string[]) {
  const refused: (string | undefined)[] = [];
  const read = async (options: { readonly refused?: string } = {}) => {
    if (options.refused !== undefined) {
      refused.push(options.refused);
      if (given[0] === options.refused) given.shift();
    }
    await Promise.resolve();
    const [token] = given;
    if (token === undefined) throw new HubError("connector.unauthorized", "The consent is over");
    return token;
  };
  const app = { clientId: "1", clientSecret: "2" };
  return { tokens: { app, read }, refused };
}

describe("who asks", () => {
  test("a token of the consent is used, and no other", async () => {
    const { simulator, clock } = await world();
    const { tokens, refused } = consent(exampleSeed.token);
    const settings = { baseUrl: simulator.apiUrl, token: undefined };
    const source = testSource({ settings, clock, tokens });
    expect((await source.probe()).credential).toEqual({ kind: "OAuth consent" });
    expect(refused).toEqual([]);
  });

  test("a token that ended between two looks is replaced once, and the read goes on", async () => {
    const { simulator, clock } = await world();
    const { tokens, refused } = consent("1/ended", exampleSeed.token);
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, tokens });
    expect(await pullAll(source, "goals")).toMatchObject([{ recordsRead: 4 }]);
    expect(refused).toEqual(["1/ended"]);
  });

  test("a token that is refused again is the end, not a loop", async () => {
    const { simulator, clock } = await world();
    const { tokens, refused } = consent("1/ended", "1/ended-too", exampleSeed.token);
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, tokens });
    await expect(pullAll(source, "goals")).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
    expect(refused).toEqual(["1/ended"]);
  });

  test("without a token and without a consent nothing is asked", async () => {
    const { simulator, clock } = await world();
    const settings = { baseUrl: simulator.apiUrl, token: undefined };
    await expect(testSource({ settings, clock }).probe()).rejects.toMatchObject({
      code: "connector.misconfigured",
      issues: [{ path: "token" }],
    });
    expect(simulator.statistics().requests).toBe(0);
  });
});

describe("how much is asked", () => {
  test("every request is admitted first, by its endpoint", async () => {
    const { simulator, clock } = await world();
    const budget = new WitnessBudget();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, budget });
    for (const collection of ["users", "projects", "tasks", "goals"]) {
      await pullAll(source, collection);
    }
    await source.discover?.();
    expect(budget.admitted).toHaveLength(simulator.statistics().requests);
    expect(new Set(budget.admitted.filter((endpoint) => /\d/u.test(endpoint)))).toEqual(new Set());
    expect(new Set(budget.admitted)).toContain("GET /tasks/{gid}/subtasks");
  });

  test("what the budget does not admit is not asked, and its wait is passed on", async () => {
    const { simulator, clock } = await world();
    const retryAfterMs = 9000;
    const admit = () =>
      Promise.reject(new HubError("connector.rate-limited", "used up", { retryAfterMs }));
    const budget = { ...unlimitedBudget, admit };
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, budget });
    await expect(pullAll(source, "goals")).rejects.toMatchObject({
      code: "connector.rate-limited",
      retryAfterMs,
    });
    expect(simulator.statistics().requests).toBe(0);
  });

  test("a short wait is waited for, twice at most; the budget hears of each", async () => {
    for (const [times, isRead] of [
      [2, true],
      [3, false],
    ] as const) {
      const clock = new SleepyClock(start);
      const { simulator } = await world();
      const budget = new WitnessBudget();
      const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, budget });
      const pathPrefix = "/api/1.0/goals";
      const fault = { on: "request", kind: "status", status: 429, retryAfterSeconds: 2 } as const;
      simulator.faults.arm({ ...fault, pathPrefix, times });
      const outcome = await pullAll(source, "goals").then(
        () => true,
        (error: unknown) => error instanceof HubError && error.code !== "connector.rate-limited",
      );
      expect(outcome).toBe(isRead);
      expect(clock.slept).toEqual([2000, 2000]);
      expect(budget.refusals).toHaveLength(times);
      expect(budget.refusals[0]).toEqual({
        reason: "asana-rate-limit",
        scope: "tenant",
        retryAfterMs: 2000,
      });
    }
  });

  test("a longer wait is the caller's, and one refusal of many lanes is told once", async () => {
    const clock = new SleepyClock(start);
    const { simulator } = await world();
    const budget = new WitnessBudget();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock, budget });
    simulator.faults.arm({
      on: "request",
      kind: "status",
      status: 429,
      retryAfterSeconds: 30,
      pathPrefix: "/api/1.0/goal",
    });
    await expect(pullAll(source, "goals")).rejects.toMatchObject({ retryAfterMs: 30_000 });
    expect([clock.slept, budget.refusals.length]).toEqual([[], 1]);
  });

  test("never more than half of the 50 reads that Asana allows are under way", async () => {
    let underWay = 0;
    let most = 0;
    const url = await serving((_request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.setHeader("content-type", "application/json");
        response.end('{"data":{"gid":"12","name":"A goal"}}');
      }, 5);
    });
    const source = testSource({ settings: { baseUrl: url }, clock: new ManualClock(start) });
    const ids = Array.from({ length: 80 }, (_, index) =>
      factId("goal", "asana", testConnection, String(index)),
    );
    await source.confirm("goals", ids);
    expect(most).toBe(25);
  });
});

test("a webhook is not made a second time because the answer was lost", async () => {
  const asked: string[] = [];
  const url = await serving((request, response) => {
    asked.push(`${request.method} ${new URL(request.url ?? "/", "http://x").pathname}`);
    if (request.method === "POST") {
      request.socket.destroy();
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end('{"data":[],"next_page":null}');
  });
  const source = testSource({ settings: { baseUrl: url }, clock: new ManualClock(start) });
  const request = { id: "sub_0123456789", targetUrl: "https://hub.example/hook", resource: "12" };
  await expect(source.subscribe?.(request)).rejects.toMatchObject({
    code: "connector.unavailable",
  });
  expect(asked.filter((one) => one.startsWith("POST"))).toHaveLength(1);
});
