import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

import { afterEach, describe, expect, test } from "vitest";

import { HubError, isRetryable } from "#shared/errors.ts";
import { dayMs, hourMs } from "#shared/model/time.ts";

import { jiraOAuth } from "./oauth.ts";
import { startConsentedSite } from "./simulator/consented-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(wanted: Parameters<typeof startConsentedSite>[0] = {}) {
  const site = await startConsentedSite(wanted);
  cleanups.push(() => site.jira.close());
  return site;
}

/** An authorization server that answers everything alike. */
async function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { clientId: "hub", clientSecret: "hush-hush", authorizationUrl: url, apiUrl: url };
}

const refresh = (app: Parameters<typeof jiraOAuth.refresh>[0]) =>
  jiraOAuth
    .refresh(app, { refreshToken: "the-refresh-token", nowMs: 0 })
    .catch((error: unknown) => error);

describe("the consent", () => {
  test("sends the browser with all that Atlassian wants to know", async () => {
    const request = { state: "s", redirectUri: "https://hub.example/cb", codeChallenge: "c" };
    const app = { clientId: "id", clientSecret: "hush-hush" };
    const url = new URL(jiraOAuth.authorizeUrl(app, { ...request, scopes: jiraOAuth.scopes }));
    expect(url.origin + url.pathname).toBe("https://auth.atlassian.com/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      audience: "api.atlassian.com",
      client_id: "id",
      scope: "read:jira-work read:jira-user manage:jira-webhook offline_access",
      redirect_uri: "https://hub.example/cb",
      state: "s",
      response_type: "code",
      prompt: "consent",
    });
    expect(url.href).not.toContain("hush");
  });

  test("gives tokens for an hour, and the settings with which each of its sites begins", async () => {
    const { jira, app, clock, consent } = await start();
    const tokens = await consent();
    expect(tokens.expiresAtMs).toBe(clock.nowMs() + hourMs);
    expect(tokens.scopes).toContain("offline_access");
    const { cloudId } = jira.state;
    expect(await jiraOAuth.sites(app, tokens.accessToken)).toMatchObject([
      { id: cloudId, settings: { baseUrl: `${jira.url}/ex/jira/${cloudId}` } },
    ]);
  });

  test("a site that is listed for each of its products is one site, and one without Jira none", async () => {
    const site = { id: "a", name: "acme", url: "https://acme.example" };
    const app = await answering(200, [
      { ...site, scopes: ["read:jira-work"] },
      { ...site, scopes: ["read:jira-user", "read:jira-work"] },
      { id: "b", name: "wiki", url: "https://wiki.example", scopes: ["read:page:confluence"] },
    ]);
    expect(await jiraOAuth.sites(app, "token")).toMatchObject([
      { id: "a", scopes: ["read:jira-work", "read:jira-user"] },
    ]);
  });
});

describe("what the authorization server refuses", () => {
  test.each([
    [403, { error: "invalid_grant" }, "connector.unauthorized", false],
    [403, { error: "unauthorized_client" }, "connector.unauthorized", false],
    [401, { error: "access_denied" }, "connector.misconfigured", false],
    [429, "", "connector.rate-limited", true],
    [503, "<html>", "connector.unavailable", true],
    [200, { token: "odd" }, "connector.drifted", false],
  ])("%i %j is %s", async (status, body, code, retryable) => {
    const error = await refresh(await answering(status, body));
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(retryable);
    const shown = error instanceof HubError ? JSON.stringify([error.message, error.details]) : "";
    expect(shown).not.toMatch(/hush-hush|the-refresh-token/u);
  });

  test("asks to wait as long as it says", async () => {
    const error = await refresh(await answering(503, "", { "retry-after": "7" }));
    expect(error).toMatchObject({ retryAfterMs: 7000 });
  });

  test("that is nowhere to be reached is worth another try", async () => {
    const app = { clientId: "a", clientSecret: "b", authorizationUrl: "http://127.0.0.1:1" };
    expect(isRetryable(await refresh(app))).toBe(true);
  });
});

describe("a source that rests on a consent", () => {
  const idsOf = async (site: Awaited<ReturnType<typeof start>>) => {
    const ids = [];
    for await (const page of site.source.enumerate("issues")) ids.push(...page);
    return ids;
  };

  test("reads through the gateway, with a token that is refreshed when its hour ends", async () => {
    const site = await start();
    expect(await idsOf(site)).toHaveLength(10);
    expect(site.jira.state.oauth.counters.refreshes).toBe(0);
    site.clock.advance(hourMs);
    expect(await idsOf(site)).toHaveLength(10);
    expect(site.jira.state.oauth.counters.refreshes).toBe(1);
  });

  test("a token refused before its time is replaced once, by one refresh for all requests", async () => {
    const site = await start();
    site.jira.perform({ kind: "expireTokens" });
    const [first, second] = await Promise.all([idsOf(site), idsOf(site)]);
    expect([first.length, second.length]).toEqual([10, 10]);
    expect(site.jira.state.oauth.counters).toMatchObject({ refreshes: 1, reuseDetections: 0 });
  });

  test("ten functions that find the token ended together refresh it once, every time", async () => {
    const { jira, clock, openTokens } = await start();
    const rounds = 20;
    for (let round = 1; round <= rounds; round += 1) {
      clock.advance(hourMs);
      const all = Promise.all(Array.from({ length: 10 }, () => openTokens().read()));
      let isOver = false;
      void all.finally(() => (isOver = true));
      // Those that wait for the one that refreshes sleep on the site's clock.
      while (!isOver) {
        await setTimeout(1);
        clock.advance(5);
      }
      expect(new Set(await all).size).toBe(1);
      expect(jira.state.oauth.counters).toMatchObject({ refreshes: round, reuseDetections: 0 });
    }
  });

  test("a consent that was taken back is an error that says so, never an empty site", async () => {
    const site = await start();
    site.jira.perform({ kind: "revokeGrant" });
    await expect(idsOf(site)).rejects.toMatchObject({ code: "connector.unauthorized" });
    expect(site.revocations).toHaveLength(1);
    const idle = await start();
    idle.clock.advance(91 * dayMs);
    await expect(idsOf(idle)).rejects.toMatchObject({ code: "connector.unauthorized" });
  });
});
