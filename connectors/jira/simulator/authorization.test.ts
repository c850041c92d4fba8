import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { dayMs, hourMs, instantOf } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { type JiraSimulator, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const startMs = Date.UTC(2026, 10, 21, 8);
const otherCloudId = "0f3c1c3e-9b0a-4d52-8f5e-2a7b1c9d0e4e";
const app = {
  clientId: "client-1",
  clientSecret: "the secret of the app",
  scopes: ["read:jira-work", "read:jira-user", "offline_access"],
};
const callback = "http://127.0.0.1:9/callback";

async function start({
  graceMs = 0,
  journalPath,
}: { graceMs?: number; journalPath?: string } = {}) {
  const clock = new ManualClock(instantOf(startMs));
  const scoped = {
    accountId: "svc-2",
    displayName: "Scoped Service",
    apiTokens: [
      {
        token: "scoped-token",
        email: "svc@acme.example",
        scopes: ["read:jira-work", "read:jira-user"],
        expiresAt: instantOf(startMs + dayMs),
      },
      { token: "plain-token", email: "svc@acme.example", expiresAt: instantOf(startMs + dayMs) },
    ],
  };
  const seed = {
    ...smallSite,
    users: [...smallSite.users, scoped],
    oauthApps: [{ ...app, graceMs }],
    otherSites: [
      {
        cloudId: otherCloudId,
        name: "acme-two",
        url: "https://two.example",
        scopes: ["read:jira-work"],
      },
    ],
  };
  const jira = await startJiraSimulator({
    seed,
    clock,
    ...(journalPath !== undefined && { journalPath }),
  });
  cleanups.push(() => jira.close());
  return { jira, clock, gateway: `/ex/jira/${jira.state.cloudId}` };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

async function get(jira: JiraSimulator, path: string, authorization: string) {
  const response = await fetch(jira.url + path, { headers: { authorization } });
  const body = (await response.json()) as Record<string, unknown> & Record<string, unknown>[];
  return { status: response.status, headers: response.headers, body };
}

async function consent(jira: JiraSimulator, cloudId: string | string[] = jira.state.cloudId) {
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: callback,
    scope: app.scopes.join(" "),
    response_type: "code",
    state: "xyz",
  });
  const response = await fetch(`${jira.url}/authorize?${query.toString()}`, {
    method: "POST",
    body: JSON.stringify({ accountId: "acc-dana", cloudId }),
    headers: { "content-type": "application/json" },
    redirect: "manual",
  });
  const target = new URL(response.headers.get("location") ?? "");
  expect(target.searchParams.get("state")).toBe("xyz");
  return target.searchParams.get("code") ?? "";
}

async function exchange(jira: JiraSimulator, more: object) {
  const client = { client_id: app.clientId, client_secret: app.clientSecret };
  const response = await fetch(`${jira.url}/oauth/token`, {
    method: "POST",
    body: JSON.stringify({ ...client, ...more }),
    headers: { "content-type": "application/json" },
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function connect(jira: JiraSimulator, cloudId?: string | string[]) {
  const code = await consent(jira, cloudId);
  const grant = { grant_type: "authorization_code", code, redirect_uri: callback };
  return { code, ...(await exchange(jira, grant)) };
}

const refresh = (jira: JiraSimulator, token: string | undefined) =>
  exchange(jira, { grant_type: "refresh_token", refresh_token: token });

describe("API tokens and the gateway", () => {
  test("the site tells its cloud id, and everything answers below the gateway as on the site", async () => {
    const { jira, gateway } = await start();
    expect((await get(jira, "/_edge/tenant_info", "")).body).toEqual({
      cloudId: jira.state.cloudId,
    });
    const hub = basic("hub@acme.example:token-of-the-hub");
    const path = "/rest/api/3/issue/PAY-2";
    expect((await get(jira, gateway + path, hub)).body).toEqual((await get(jira, path, hub)).body);
    expect((await get(jira, `/ex/jira/${otherCloudId}0${path}`, hub)).status).toBe(404);
  });

  test("a scoped token works through the gateway only and is refused beyond its scopes", async () => {
    const { jira, gateway } = await start();
    const scoped = basic("svc@acme.example:scoped-token");
    expect((await get(jira, `${gateway}/rest/api/3/myself`, scoped)).status).toBe(200);
    expect((await get(jira, "/rest/api/3/myself", scoped)).status).toBe(401);
    const statuses = await get(jira, `${gateway}/rest/api/3/statuses?id=1`, scoped);
    expect([statuses.status, statuses.body]).toEqual([
      401,
      { code: 401, message: "Unauthorized; scope does not match" },
    ]);
    const asBearer = await get(jira, `${gateway}/rest/api/3/myself`, "Bearer scoped-token");
    expect(asBearer.body["accountId"]).toBe("svc-2");
  });

  test("an expired or revoked token is nobody: 401 on /myself, empty 200 with a header elsewhere", async () => {
    const { jira, clock } = await start();
    const plain = basic("svc@acme.example:plain-token");
    expect((await get(jira, "/rest/api/3/myself", plain)).status).toBe(200);
    clock.advance(dayMs);
    expect((await get(jira, "/rest/api/3/myself", plain)).status).toBe(401);
    const projects = await get(jira, "/rest/api/3/project/search", plain);
    expect([projects.status, projects.body["total"]]).toEqual([200, 0]);
    expect(projects.headers.get("x-seraph-loginreason")).toBe("AUTHENTICATED_FAILED");
    const hub = basic("hub@acme.example:token-of-the-hub");
    jira.perform({ kind: "revokeToken", token: "token-of-the-hub" });
    expect((await get(jira, "/rest/api/3/myself", hub)).status).toBe(401);
  });
});

describe("OAuth 2.0 (3LO)", () => {
  test("a code is worth tokens once, for the sites that were consented to", async () => {
    const { jira, gateway } = await start();
    const { code, body } = await connect(jira, [jira.state.cloudId, otherCloudId]);
    expect(body).toMatchObject({ expires_in: 3600, token_type: "Bearer" });
    const again = { grant_type: "authorization_code", code, redirect_uri: callback };
    expect((await exchange(jira, again)).body["error"]).toBe("invalid_grant");
    const bearer = `Bearer ${body["access_token"] ?? ""}`;
    const sites = await get(jira, "/oauth/token/accessible-resources", bearer);
    expect(sites.body).toMatchObject([
      { id: jira.state.cloudId, scopes: ["read:jira-work", "read:jira-user"] },
      { id: otherCloudId, scopes: ["read:jira-work"] },
    ]);
    const myself = await get(jira, `${gateway}/rest/api/3/myself`, bearer);
    expect(myself.body["accountId"]).toBe("acc-dana");
    expect((await get(jira, "/rest/api/3/myself", bearer)).status).toBe(401);
  });

  test("a site outside of the consent is refused, and so is a dead access token", async () => {
    const { jira, clock, gateway } = await start();
    const { body } = await connect(jira);
    const bearer = `Bearer ${body["access_token"] ?? ""}`;
    const other = await get(jira, `/ex/jira/${otherCloudId}/rest/api/3/myself`, bearer);
    expect(other.status).toBe(403);
    clock.advance(hourMs);
    expect((await get(jira, `${gateway}/rest/api/3/project/search`, bearer)).status).toBe(401);
    const next = await refresh(jira, body["refresh_token"]);
    const fresh = `Bearer ${next.body["access_token"] ?? ""}`;
    expect((await get(jira, `${gateway}/rest/api/3/project/search`, fresh)).status).toBe(200);
    jira.perform({ kind: "expireTokens" });
    expect((await get(jira, `${gateway}/rest/api/3/project/search`, fresh)).status).toBe(401);
  });

  test("a refresh token works once; used again it ends the whole grant", async () => {
    const { jira, gateway } = await start();
    const { body } = await connect(jira);
    const second = await refresh(jira, body["refresh_token"]);
    expect(second.status).toBe(200);
    const reused = await refresh(jira, body["refresh_token"]);
    expect([reused.status, reused.body["error"]]).toEqual([403, "invalid_grant"]);
    expect((await refresh(jira, second.body["refresh_token"])).status).toBe(403);
    const bearer = `Bearer ${second.body["access_token"] ?? ""}`;
    expect((await get(jira, `${gateway}/rest/api/3/myself`, bearer)).status).toBe(401);
    expect(jira.state.oauth.counters).toMatchObject({ refreshes: 1, reuseDetections: 1 });
  });

  test("with a grace the token replaced last gives the same successor for a while", async () => {
    const { jira, clock } = await start({ graceMs: 10_000 });
    const { body } = await connect(jira);
    const second = await refresh(jira, body["refresh_token"]);
    clock.advance(9_999);
    const graced = await refresh(jira, body["refresh_token"]);
    expect(graced.body["refresh_token"]).toBe(second.body["refresh_token"]);
    clock.advance(1);
    expect((await refresh(jira, body["refresh_token"])).status).toBe(403);
    expect(jira.state.oauth.counters).toMatchObject({ graceReuses: 1, reuseDetections: 1 });
  });

  test("ninety days of silence end a grant, and so does the person who takes it back", async () => {
    const { jira, clock } = await start();
    const first = await connect(jira);
    clock.advance(90 * dayMs + 1);
    expect((await refresh(jira, first.body["refresh_token"])).status).toBe(403);
    const second = await connect(jira);
    jira.perform({ kind: "revokeGrant", clientId: app.clientId });
    expect((await refresh(jira, second.body["refresh_token"])).status).toBe(403);
  });

  test("a restarted site knows its consents and tokens", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jira-oauth-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const journalPath = join(folder, "journal.jsonl");
    const first = await start({ journalPath });
    const { body } = await connect(first.jira);
    const second = await refresh(first.jira, body["refresh_token"]);
    await first.jira.close();
    const { jira, gateway } = await start({ journalPath });
    const bearer = `Bearer ${second.body["access_token"] ?? ""}`;
    expect((await get(jira, `${gateway}/rest/api/3/myself`, bearer)).status).toBe(200);
    expect((await refresh(jira, second.body["refresh_token"])).status).toBe(200);
    expect((await refresh(jira, body["refresh_token"])).status).toBe(403);
  });

  test("the page lists scopes and sites, and refuses an unknown app or callback", async () => {
    const { jira } = await start();
    const page = (query: Record<string, string>) =>
      fetch(`${jira.url}/authorize?${new URLSearchParams(query).toString()}`);
    const query = {
      client_id: app.clientId,
      redirect_uri: callback,
      scope: "read:jira-work",
      response_type: "code",
    };
    const text = await (await page(query)).text();
    expect(text).toContain("acme-two");
    expect(text).toContain("Accept");
    expect((await page({ ...query, client_id: "nobody" })).status).toBe(400);
    expect((await page({ ...query, redirect_uri: "https://evil.example/" })).status).toBe(400);
  });
});
