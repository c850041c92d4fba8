import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { defaultOauthApp } from "./access.ts";
import { exampleSeed } from "./example-seed.ts";
import type { AsanaSimulatorOptions } from "./start-asana-simulator.ts";
import { Rows, simulator } from "./test-simulator.ts";

const redirectUri = "http://127.0.0.1/callback";
const dana = "1200000000000002";
const Granted = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  refresh_token: z.string().optional(),
  data: z.looseObject({ gid: z.string() }),
});

async function authorizing(options: Partial<AsanaSimulatorOptions> = {}) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const asana = await simulator({ clock, ...options });
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${asana.url}/-/${path}`, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
    });
  const request = {
    client_id: defaultOauthApp.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    state: "s-1",
  };
  const allow = async (more: Record<string, string> = {}) => {
    const answer = await post("oauth_authorize", { ...request, user: dana, ...more });
    return new URL(answer.headers.get("location") ?? "http://none").searchParams;
  };
  const { client_id, client_secret } = defaultOauthApp;
  const token = async (form: Record<string, string>) => {
    const sent = { client_id, client_secret, redirect_uri: redirectUri, ...form };
    const answer = await post("oauth_token", sent);
    return { status: answer.status, body: z.looseObject({}).parse(await answer.json()) };
  };
  const connected = async (more: Record<string, string> = {}) => {
    const code = (await allow(more)).get("code") ?? "";
    return Granted.parse((await token({ grant_type: "authorization_code", code })).body);
  };
  return { ...asana, clock, post, request, allow, token, connected };
}

describe("OAuth", () => {
  test("the consent page names the app, and allowing leads back with code and state", async () => {
    const { url, request, allow } = await authorizing();
    const page = await fetch(`${url}/-/oauth_authorize?${new URLSearchParams(request).toString()}`);
    expect(await page.text()).toMatch(/Allow Work hub[\s\S]*value="allow"/u);
    const back = await allow();
    expect([back.get("state"), back.has("code")]).toEqual(["s-1", true]);
    expect((await allow({ decision: "deny" })).get("error")).toBe("access_denied");
  });

  test("an unknown app, another redirect and a code twice are refused", async () => {
    const app = { ...defaultOauthApp, redirect_uris: [redirectUri] };
    const { post, request, allow, token } = await authorizing({
      seed: { ...exampleSeed, oauth_apps: [app] },
    });
    expect((await post("oauth_authorize", { ...request, client_id: "9" })).status).toBe(400);
    const elsewhere = { ...request, redirect_uri: "http://127.0.0.1/evil" };
    expect((await post("oauth_authorize", elsewhere)).status).toBe(400);
    const form = { grant_type: "authorization_code", code: (await allow()).get("code") ?? "" };
    expect((await token({ ...form, client_secret: "wrong" })).status).toBe(401);
    expect((await token(form)).status).toBe(200);
    expect((await token(form)).body).toMatchObject({ error: "invalid_grant" });
  });

  test("with PKCE only the verifier of the challenge redeems the code", async () => {
    const { allow, token } = await authorizing();
    const verifier = "a-verifier-of-more-than-forty-three-characters-length";
    const code_challenge = createHash("sha256").update(verifier).digest("base64url");
    const code = (await allow({ code_challenge, code_challenge_method: "S256" })).get("code") ?? "";
    const form = { grant_type: "authorization_code", code };
    expect((await token({ ...form, code_verifier: "another" })).status).toBe(400);
    expect((await token({ ...form, code_verifier: verifier })).status).toBe(200);
  });

  test("an access token lives an hour, and its refresh token stays the same after use", async () => {
    const { call, token, connected, clock } = await authorizing();
    const first = await connected();
    const me = (bearer: string) => call("GET", "/users/me", undefined, bearer);
    expect((await me(first.access_token)).body.data).toMatchObject({ gid: dana });
    clock.advance(3_600_000);
    const late = await me(first.access_token);
    expect([late.status, late.body.errors?.[0]?.message]).toEqual([
      401,
      expect.stringContaining("expired"),
    ]);
    const refresh = { grant_type: "refresh_token", refresh_token: first.refresh_token ?? "" };
    for (let time = 0; time < 2; time += 1) {
      const next = Granted.parse((await token(refresh)).body);
      expect(next.refresh_token).toBeUndefined();
      expect((await me(next.access_token)).status).toBe(200);
    }
  });

  test("revoking takes the refresh token only, and ends the access tokens with it", async () => {
    const { call, post, token, connected } = await authorizing();
    const { access_token, refresh_token = "" } = await connected();
    const { client_id, client_secret } = defaultOauthApp;
    const revoke = (text: string) =>
      post("oauth_revoke", { client_id, client_secret, token: text });
    expect((await revoke(access_token)).status).toBe(400);
    expect((await revoke(refresh_token)).status).toBe(200);
    expect((await call("GET", "/users/me", undefined, access_token)).status).toBe(401);
    expect((await token({ grant_type: "refresh_token", refresh_token })).status).toBe(400);
  });

  test("a token of few scopes is refused what they do not cover", async () => {
    const { call, connected } = await authorizing();
    const { access_token } = await connected({ scope: "projects:read users:read" });
    const status = async (method: string, path: string) =>
      (await call(method, path, method === "GET" ? undefined : {}, access_token)).status;
    expect(await status("GET", "/projects/1500000000000001")).toBe(200);
    expect(await status("PUT", "/projects/1500000000000001")).toBe(403);
    expect(await status("GET", "/tasks/1800000000000001")).toBe(403);
    expect(await status("GET", "/projects/1500000000000001/sections")).toBe(403);
  });
});

describe("tokens", () => {
  test("a service account sees its workspace whole and no other, a personal token what its user sees", async () => {
    const other = "1100000000000002";
    const { call } = await simulator({
      seed: {
        ...exampleSeed,
        workspaces: [...exampleSeed.workspaces, { gid: other, name: "Other" }],
        users: exampleSeed.users.map((user) =>
          user.gid === dana ? { ...user, workspaces: ["1100000000000001"] } : user,
        ),
        projects: exampleSeed.projects.map((project) =>
          project.gid === "1500000000000002" ? { ...project, members: [] } : project,
        ),
        tokens: [
          { token: "dana-token", kind: "pat", user: dana },
          {
            token: "service-token",
            kind: "service-account",
            user: "1200000000000001",
            workspace: "1100000000000001",
          },
        ],
      },
    });
    const gids = async (token: string, path: string) => {
      const { body } = await call("GET", path, undefined, token);
      return Rows.parse(body.data ?? []).map(({ gid }) => gid);
    };
    const projects = "/projects?workspace=1100000000000001&limit=10";
    expect(await gids("dana-token", projects)).not.toContain("1500000000000002");
    expect(await gids("service-token", projects)).toContain("1500000000000002");
    expect(await gids("dana-token", "/workspaces?limit=10")).toEqual(["1100000000000001"]);
    expect(await gids("service-token", "/workspaces?limit=10")).toEqual(["1100000000000001"]);
    expect(await gids(exampleSeed.token, "/workspaces?limit=10")).toHaveLength(2);
    const hidden = await call("GET", `/workspaces/${other}/teams`, undefined, "dana-token");
    expect(hidden.status).toBe(403);
    const portfolios = "/portfolios?workspace=1100000000000001&limit=10";
    expect(await gids("service-token", portfolios)).toEqual(["1400000000000001"]);
    expect((await call("GET", portfolios, undefined, "dana-token")).status).toBe(400);
  });

  test("a revoked and an expired token are refused from then on, a new one is not", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { call, get, perform } = await simulator({ clock });
    perform({ kind: "expireToken", token: exampleSeed.token });
    expect((await get("/users/me")).status).toBe(401);
    perform({ kind: "revokeToken", token: exampleSeed.token });
    expect((await get("/users/me")).body.errors?.[0]?.message).toBe("Not Authorized");
    perform({ kind: "addToken", token: "fresh-token", user: dana });
    expect((await call("GET", "/users/me", undefined, "fresh-token")).status).toBe(200);
  });

  test("what vanishes from a user takes all that hangs on it along, and returns with it", async () => {
    const { call, get, perform } = await simulator({
      seed: { ...exampleSeed, tokens: [{ token: "dana-token", kind: "pat", user: dana }] },
    });
    const hide = (hidden: boolean) =>
      perform({
        kind: "setHidden",
        gid: "1500000000000001",
        user: exampleSeed.me,
        as: "absent",
        hidden,
      });
    const mine = async () => [
      (await get("/projects/1500000000000001")).status,
      (await get("/tasks/1800000000000001")).status,
      (await get("/projects/1500000000000001/sections")).status,
    ];
    hide(true);
    expect(await mine()).toEqual([404, 404, 404]);
    const dana200 = await call("GET", "/tasks/1800000000000001", undefined, "dana-token");
    expect(dana200.status).toBe(200);
    hide(false);
    expect(await mine()).toEqual([200, 200, 200]);
  });
});
