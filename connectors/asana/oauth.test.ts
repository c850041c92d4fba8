import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";

import type { OAuthApp } from "#shared/kit/oauth.ts";

import { asanaOAuth } from "./oauth.ts";
import { defaultOauthApp } from "./simulator/access.ts";
import { testSource } from "./simulator/test-source.ts";
import { serving, world } from "./simulator/test-world.ts";

const redirectUri = "https://hub.example/consents/return";
const codeVerifier = "a".repeat(64);
const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");
const nowMs = Date.parse("2026-11-21T08:00:00.000Z");

async function consented() {
  const all = await world();
  const app: OAuthApp = {
    clientId: defaultOauthApp.client_id,
    clientSecret: defaultOauthApp.client_secret,
    authorizationUrl: all.simulator.url,
    apiUrl: all.simulator.url,
  };
  const address = asanaOAuth.authorizeUrl(app, {
    state: "s".repeat(32),
    redirectUri,
    codeChallenge,
    scopes: asanaOAuth.scopes,
  });
  const form = new URL(address);
  form.searchParams.set("decision", "allow");
  const answer = await fetch(`${all.simulator.url}/-/oauth_authorize`, {
    method: "POST",
    body: form.searchParams,
    redirect: "manual",
  });
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
  return { ...all, app, address: new URL(address), code };
}

describe("the consent", () => {
  test("is asked for with PKCE, all permissions, and the state that must come back", async () => {
    const { address } = await consented();
    expect(address.pathname).toBe("/-/oauth_authorize");
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      code_challenge: codeChallenge,
      redirect_uri: redirectUri,
      scope: "default",
      state: "s".repeat(32),
    });
    const own = { clientId: "1", clientSecret: "2" };
    const request = { state: "s", redirectUri, codeChallenge, scopes: ["default"] };
    expect(asanaOAuth.authorizeUrl(own, request)).toMatch(
      /^https:\/\/app\.asana\.com\/-\/oauth_authorize\?/u,
    );
  });

  test("gives tokens that are refreshed without rotating, and the workspaces that it covers", async () => {
    const { app, code, clock } = await consented();
    const first = await asanaOAuth.exchange(app, { code, redirectUri, codeVerifier, nowMs });
    expect(first.expiresAtMs).toBe(nowMs + 3_600_000);
    const refreshToken = first.refreshToken ?? "";
    for (let times = 0; times < 2; times += 1) {
      const next = await asanaOAuth.refresh(app, { refreshToken, nowMs });
      expect(next.accessToken).not.toBe(first.accessToken);
      expect(next).not.toHaveProperty("refreshToken");
    }
    const [site, ...others] = await asanaOAuth.sites(app, first.accessToken);
    expect([site?.id, site?.name, others]).toEqual(["1100000000000001", "Acme", []]);
    const tokens = { app, read: () => Promise.resolve(first.accessToken) };
    const source = testSource({ settings: { ...site?.settings, token: undefined }, clock, tokens });
    expect((await source.probe()).identity).toContain("in Acme");
  });

  test("is taken back at Asana: its refresh token is dead from then on", async () => {
    const { app, code } = await consented();
    const first = await asanaOAuth.exchange(app, { code, redirectUri, codeVerifier, nowMs });
    const refreshToken = first.refreshToken ?? "";
    await expect(
      asanaOAuth.revoke?.({ ...app, clientSecret: "wrong" }, { refreshToken }),
    ).rejects.toMatchObject({ code: "connector.misconfigured" });
    await asanaOAuth.revoke?.(app, { refreshToken });
    await expect(asanaOAuth.refresh(app, { refreshToken, nowMs })).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
  });

  test("a code that is used, or brought by somebody else, is refused for good", async () => {
    const { app, code } = await consented();
    const request = { code, redirectUri, codeVerifier, nowMs };
    const stolen = { ...request, codeVerifier: "b".repeat(64) };
    await expect(asanaOAuth.exchange(app, stolen)).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
    await asanaOAuth.exchange(app, request);
    await expect(asanaOAuth.exchange(app, request)).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
  });

  test("that was taken back is over; a wrong secret of the app is not the consent's end", async () => {
    const { app, code, simulator } = await consented();
    const { refreshToken = "" } = await asanaOAuth.exchange(app, {
      code,
      redirectUri,
      codeVerifier,
      nowMs,
    });
    const wrong = { ...app, clientSecret: "not-the-secret-of-it" };
    const failure = await asanaOAuth.refresh(wrong, { refreshToken, nowMs }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "connector.misconfigured" });
    expect(JSON.stringify(failure)).not.toContain(wrong.clientSecret);
    simulator.perform({ kind: "revokeToken", token: refreshToken });
    await expect(asanaOAuth.refresh(app, { refreshToken, nowMs })).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
  });

  test.each([
    ["an outage", 503, "connector.unavailable"],
    ["too many requests", 429, "connector.rate-limited"],
    ["an answer of another form", 200, "connector.drifted"],
  ])("%s is not the consent's end", async (_case, status, code) => {
    const url = await serving((_request, response) => {
      response.statusCode = status;
      response.end("<html>");
    });
    const app = { clientId: "1", clientSecret: "2", authorizationUrl: url, apiUrl: url };
    await expect(asanaOAuth.refresh(app, { refreshToken: "2/x", nowMs })).rejects.toMatchObject({
      code,
    });
    await expect(asanaOAuth.sites(app, "1/x")).rejects.toMatchObject({ code });
  });

  test("a server that is not there is unreachable", async () => {
    // Port 1 would be refused by `fetch` itself.
    const url = "http://127.0.0.1:2";
    const app = { clientId: "1", clientSecret: "2", authorizationUrl: url };
    await expect(asanaOAuth.refresh(app, { refreshToken: "2/x", nowMs })).rejects.toMatchObject({
      code: "connector.unreachable",
    });
  });
});
