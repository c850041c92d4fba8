import { afterEach, describe, expect, test } from "vitest";

import type { OAuthApp } from "#shared/kit/oauth.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { bambooOAuth } from "./oauth.ts";
import { BambooSettings } from "./settings.ts";
import { startBambooSimulator } from "./simulator/start-bamboohr-simulator.ts";
import { createBambooSource } from "./source.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const redirectUri = "https://hub.example/consents/return";
const codeVerifier = "a".repeat(64);

async function consented() {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const lastChanged = clock.now();
  const simulator = await startBambooSimulator({
    seed: {
      companyDomain: "acme",
      apiKey: "key-of-the-simulator",
      employees: [
        { id: "7", employeeNumber: "E7", firstName: "Ana", lastName: "Silva", lastChanged },
      ],
    },
    clock,
  });
  closers.push(() => simulator.close());
  const { clientId, clientSecret } = simulator.state.seed.oauthApp;
  const app: OAuthApp = { clientId, clientSecret, authorizationUrl: simulator.url };
  const address = new URL(
    bambooOAuth.authorizeUrl(app, {
      state: "s".repeat(32),
      redirectUri,
      codeChallenge: "unused",
      scopes: bambooOAuth.scopes,
    }),
  );
  const form = new URLSearchParams(address.searchParams);
  form.set("decision", "allow");
  const answer = await fetch(`${simulator.url}/authorize.php`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
  const back = new URL(answer.headers.get("location") ?? "");
  expect(back.searchParams.get("state")).toBe("s".repeat(32));
  return { clock, simulator, app, address, code: back.searchParams.get("code") ?? "" };
}

describe("the consent", () => {
  test("is asked for at the company's own address, to read and never to write", async () => {
    const { address } = await consented();
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      request: "authorize",
      response_type: "code",
      redirect_uri: redirectUri,
    });
    const scopes = address.searchParams.get("scope")?.split(" ") ?? [];
    expect(scopes).toContain("offline_access");
    expect(scopes.filter((scope) => scope.endsWith(".write"))).toEqual([]);
    expect(scopes.filter((scope) => /sensitive|compensation|demographic/u.test(scope))).toEqual([]);
    const own = { clientId: "1", clientSecret: "2" };
    const request = { state: "s", redirectUri, codeChallenge: "", scopes };
    const acme = { ...own, authorizationUrl: "https://acme.bamboohr.com/" };
    expect(bambooOAuth.authorizeUrl(acme, request)).toMatch(
      /^https:\/\/acme\.bamboohr\.com\/authorize\.php\?/u,
    );
    expect(() => bambooOAuth.authorizeUrl(own, request)).toThrow(
      expect.objectContaining({ code: "connector.misconfigured" }),
    );
  });

  test("gives tokens with which the connection reads, and each refresh token once", async () => {
    const { app, code, clock, simulator } = await consented();
    const nowMs = clock.nowMs();
    const first = await bambooOAuth.exchange(app, { code, redirectUri, codeVerifier, nowMs });
    expect(first.expiresAtMs).toBe(nowMs + 3_600_000);
    const [site, ...others] = await bambooOAuth.sites(app, first.accessToken);
    expect([site?.name, others]).toEqual(["acme", []]);
    const next = await bambooOAuth.refresh(app, { refreshToken: first.refreshToken ?? "", nowMs });
    expect(next.refreshToken).not.toBe(first.refreshToken);
    const again = bambooOAuth.refresh(app, { refreshToken: first.refreshToken ?? "", nowMs });
    await expect(again).rejects.toMatchObject({ code: "connector.unauthorized" });
    const asked: unknown[] = [];
    const source = createBambooSource(
      sourceContext<BambooSettings>({
        connectionId: ConnectionId.parse("conn_0123456789"),
        settings: BambooSettings.parse(site?.settings),
        clock,
        tokens: {
          app,
          read: async (options) => {
            asked.push(options);
            return options?.refused === undefined ? "ended-meanwhile-0123" : next.accessToken;
          },
        },
      }),
    );
    const probe = await source.probe();
    expect(probe.credential).toEqual({ kind: "OAuth consent" });
    expect(asked).toContainEqual({ refused: "ended-meanwhile-0123" });
    simulator.perform({ kind: "revokeConsents" });
    await expect(source.probe()).rejects.toMatchObject({
      code: "connector.unauthorized",
      message: expect.stringContaining("consent") as string,
    });
  });

  test("a used code ends it, a wrong secret of the app does not and is told to nobody", async () => {
    const { app, code, clock } = await consented();
    const request = { code, redirectUri, codeVerifier, nowMs: clock.nowMs() };
    const wrong = { ...app, clientSecret: "not-the-secret-of-it" };
    const failure = await bambooOAuth.exchange(wrong, request).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "connector.misconfigured" });
    expect(JSON.stringify(failure)).not.toContain(wrong.clientSecret);
    await bambooOAuth.exchange(app, request);
    await expect(bambooOAuth.exchange(app, request)).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
  });

  test.each([
    [503, "connector.rate-limited"],
    [500, "connector.unavailable"],
    [429, "connector.rate-limited"],
  ])("status %i is no end of it", async (status, code) => {
    const { app, simulator, clock } = await consented();
    simulator.faults.arm({ on: "request", kind: "status", status, times: 1 });
    const nowMs = clock.nowMs();
    await expect(bambooOAuth.refresh(app, { refreshToken: "x", nowMs })).rejects.toMatchObject({
      code,
    });
  });
});
