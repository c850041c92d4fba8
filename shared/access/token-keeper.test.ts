import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { HubError } from "#shared/errors.ts";
import type { OAuthProvider } from "#shared/kit/oauth.ts";
import { grantId } from "#shared/model/ids.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";
import { takeLease } from "#shared/store/refresh-lease.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { firstTokens, grantSecretName, TokenKeeper } from "./token-keeper.ts";

const id = grantId("0123456789");
const app = { clientId: "hub", clientSecret: "s" };

/** A vendor whose refresh tokens rotate: using one twice ends the consent, as Atlassian's do. */
class RotatingVendor implements Pick<OAuthProvider, "refresh"> {
  refreshes = 0;
  reuses = 0;
  live = "refresh-0";
  failNext: HubError | undefined;

  refresh: OAuthProvider["refresh"] = async (_app, { refreshToken, nowMs }) => {
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.failNext;
    this.failNext = undefined;
    if (failure) throw failure;
    if (refreshToken !== this.live) {
      this.reuses += 1;
      this.live = "nothing";
      throw new HubError("connector.unauthorized", "invalid_grant");
    }
    this.refreshes += 1;
    this.live = `refresh-${this.refreshes}`;
    return {
      accessToken: `access-${this.refreshes}`,
      refreshToken: this.live,
      expiresAtMs: nowMs + 3_600_000,
      scopes: [],
    };
  };
}

/** Secrets with the cache that every function has of its own, so that most reads are stale. */
function cachedSecrets(shared: Map<string, SecretValues>, delay: () => Promise<void>): Secrets {
  const cache = new Map<string, SecretValues>();
  return {
    read: async (name, options = {}) => {
      await delay();
      const kept = options.fresh === true ? undefined : cache.get(name);
      const values = kept ?? shared.get(name);
      if (values) cache.set(name, values);
      return values;
    },
    write: async (name, values) => {
      await delay();
      shared.set(name, values);
    },
    merge: async (name, values) => void shared.set(name, { ...shared.get(name), ...values }),
    remove: async (name) => void shared.delete(name),
  };
}

function race(seed: number) {
  const random = seededRandom(seed);
  const delay = async () => {
    for (let left = Math.floor(random() * 4); left > 0; left -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const vendor = new RotatingVendor();
  const shared = new Map<string, SecretValues>([
    [
      grantSecretName(id),
      firstTokens({
        accessToken: "access-0",
        refreshToken: "refresh-0",
        expiresAtMs: systemClock.nowMs() - 1,
        scopes: [],
      }),
    ],
  ]);
  const table = createMemoryTable();
  const revoked: string[] = [];
  const clock = { ...systemClock, sleep: async () => delay() };
  const worker = (name: number) =>
    new TokenKeeper(
      {
        table,
        clock,
        secrets: cachedSecrets(shared, delay),
        logger: createSilentLogger(),
        random: () => `worker-${name}`,
      },
      {
        grantId: id,
        app,
        provider: vendor,
        onRevoked: async ({ code }) => void revoked.push(code),
      },
    );
  return { vendor, shared, table, clock, revoked, worker };
}

describe("tokens whose refresh token rotates", () => {
  test("ten functions meeting one expired token refresh it exactly once, a thousand times over", async () => {
    for (let round = 0; round < 1000; round += 1) {
      const { vendor, worker, revoked } = race(round);
      const workers = Array.from({ length: 10 }, (_, name) => worker(name));
      const tokens = await Promise.all(workers.map((each) => each.read()));
      expect(new Set(tokens)).toEqual(new Set(["access-1"]));
      expect([vendor.refreshes, vendor.reuses, revoked.length]).toEqual([1, 0, 0]);
    }
  });

  test("a token that the vendor refused early is refreshed once, whoever saw the refusal", async () => {
    for (let round = 0; round < 50; round += 1) {
      const { vendor, worker } = race(round);
      const workers = Array.from({ length: 6 }, (_, name) => worker(name));
      await Promise.all(workers.map((each) => each.read()));
      const again = await Promise.all(workers.map((each) => each.read({ refused: "access-1" })));
      expect(new Set(again)).toEqual(new Set(["access-2"]));
      expect([vendor.refreshes, vendor.reuses]).toEqual([2, 0]);
    }
  });

  test("a holder that died keeps nobody out for longer than its lease", async () => {
    const { vendor, worker, table, clock } = race(1);
    const deadAtMs = systemClock.nowMs() - 61_000;
    await takeLease({ table, clock: { ...clock, nowMs: () => deadAtMs } }, id, "dead");
    expect(await worker(1).read()).toBe("access-1");
    expect(vendor.refreshes).toBe(1);
  });

  test("a vendor that is down leaves the consent as it was", async () => {
    const { vendor, worker, revoked } = race(2);
    vendor.failNext = new HubError("connector.unavailable", "502");
    await expect(worker(1).read()).rejects.toMatchObject({ code: "connector.unavailable" });
    expect(await worker(2).read()).toBe("access-1");
    expect(revoked).toEqual([]);
  });

  test("a refused refresh token ends the consent once and says what to do", async () => {
    const { vendor, worker, revoked } = race(3);
    vendor.live = "another";
    await expect(worker(1).read()).rejects.toMatchObject({
      code: "connector.unauthorized",
      message: expect.stringContaining("give it again"),
    });
    expect(revoked).toEqual(["connector.unauthorized"]);
  });

  test("tokens older than the last saved refresh are never used to refresh", async () => {
    const { vendor, worker, shared } = race(4);
    const stale = shared.get(grantSecretName(id)) ?? {};
    expect(await worker(1).read()).toBe("access-1");
    const fresh = shared.get(grantSecretName(id)) ?? {};
    // A secret store that shows a replaced value for a while.
    shared.set(grantSecretName(id), stale);
    setTimeout(() => shared.set(grantSecretName(id), fresh), 30);
    expect(await worker(2).read()).toBe("access-1");
    expect([vendor.refreshes, vendor.reuses]).toEqual([1, 0]);
  });
});
