import { describe, expect, test } from "vitest";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";

function count(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("limits", () => {
  test("past the minute's quota a token gets 429 with the wait that helps, another token does not", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { call, get, statistics } = await simulator({
      clock,
      limits: { requestsPerMinute: 2 },
      seed: {
        ...exampleSeed,
        tokens: [{ token: "dana-token", kind: "pat", user: "1200000000000002" }],
      },
    });
    await get("/users/me");
    clock.advance(10_000);
    await get("/users/me");
    const refused = await get("/users/me");
    // Itself counts, so the second one is in the way as well.
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    expect((await call("GET", "/users/me", undefined, "dana-token")).status).toBe(200);
    clock.advance(60_000);
    expect((await get("/users/me")).status).toBe(200);
    expect(statistics()).toMatchObject({
      requests: 5,
      endpoints: { "GET /users/me": 5 },
      statuses: { "200": 4, "429": 1 },
      refused: { rate: 1 },
    });
  });

  test("too many at once get 429, reads and writes apart", async () => {
    const { call, get, statistics, setLimits } = await simulator({
      latencyMs: 40,
      limits: { concurrentReads: 3, concurrentWrites: 1 },
    });
    const rename = () => call("PUT", "/tasks/1800000000000001", { name: "New" });
    const burst = () =>
      Promise.all([...Array.from({ length: 5 }, () => get("/users/me")), rename(), rename()]);
    const statuses = (await burst()).map(({ status }) => status);
    expect(count(statuses.slice(0, 5))).toEqual({ 200: 3, 429: 2 });
    expect(count(statuses.slice(5))).toEqual({ 200: 1, 429: 1 });
    expect(statistics()).toMatchObject({
      refused: { concurrency: 3 },
      concurrentMax: { reads: 3, writes: 1 },
    });
    setLimits({});
    expect((await burst()).map(({ status }) => status)).toEqual(Array(7).fill(200));
  });

  test("search has a quota of its own", async () => {
    const { get } = await simulator({ limits: { searchesPerMinute: 1 } });
    const search = `/workspaces/${workspace}/tasks/search?text=checkout`;
    expect((await get(search)).status).toBe(200);
    expect((await get(search)).status).toBe(429);
    expect((await get("/users/me")).status).toBe(200);
  });
});
