import { randomBytes } from "node:crypto";

import { Hono } from "hono";
import type { Context } from "hono";
import { html } from "hono/html";

import { accessTokenLifeSeconds } from "./consents.ts";
import type { BambooState } from "./state.ts";

type Form = Readonly<Record<string, string>>;

/**
 * A company's authorization server: `authorize.php` and `token.php` below the company's own host
 * (https://documentation.bamboohr.com/docs/getting-started, 2026-11). It knows no PKCE.
 */
export function oauthRoutes(
  state: BambooState,
  perform: (operation: unknown) => { readonly id: string },
): Hono {
  const app = new Hono();
  const { oauthApp } = state.seed;
  app.get("/authorize.php", (c) => {
    const problem = problemOf(oauthApp.clientId, c.req.query());
    if (problem !== undefined) return c.text(problem, 400);
    return c.html(
      html`<!doctype html>
        <title>Consent · simulated BambooHR</title>
        <form method="post">
          <p>Let ${oauthApp.name} see ${c.req.query("scope")}?</p>
          ${Object.entries(c.req.query()).map(
            ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
          )}
          <button name="decision" value="allow">Allow</button>
          <button name="decision" value="deny">Deny</button>
        </form>`,
    );
  });
  app.post("/authorize.php", async (c) => {
    const form = await formOf(c);
    const problem = problemOf(oauthApp.clientId, form);
    if (problem !== undefined) return c.text(problem, 400);
    const target = new URL(form["redirect_uri"] ?? "");
    target.searchParams.set("state", form["state"] ?? "");
    if (form["decision"] === "deny") {
      target.searchParams.set("error", "access_denied");
      return c.redirect(target.href, 302);
    }
    const code = randomBytes(16).toString("hex");
    perform({ kind: "authorizeApp", code, redirectUri: form["redirect_uri"] });
    target.searchParams.set("code", code);
    return c.redirect(target.href, 302);
  });
  app.post("/token.php", async (c) => {
    const form = await formOf(c);
    const isApp =
      form["client_id"] === oauthApp.clientId && form["client_secret"] === oauthApp.clientSecret;
    if (!isApp) return c.json({ error: "invalid_client" }, 401);
    return grant(state, perform, c, form);
  });
  return app;
}

function grant(
  state: BambooState,
  perform: (operation: unknown) => unknown,
  c: Context,
  form: Form,
): Response {
  const accessToken = randomBytes(20).toString("hex");
  const refreshToken = randomBytes(20).toString("hex");
  if (form["grant_type"] === "authorization_code") {
    const code = form["code"] ?? "";
    if (state.consents.codes.get(code)?.redirectUri !== form["redirect_uri"]) {
      return c.json({ error: "invalid_grant" }, 400);
    }
    perform({ kind: "redeemCode", code, accessToken, refreshToken });
  } else if (form["grant_type"] === "refresh_token") {
    const given = form["refresh_token"] ?? "";
    if (!state.consents.isRefreshToken(given)) return c.json({ error: "invalid_grant" }, 400);
    perform({
      kind: "refreshAccess",
      refreshToken: given,
      accessToken,
      nextRefreshToken: refreshToken,
    });
  } else {
    return c.json({ error: "unsupported_grant_type" }, 400);
  }
  return c.json({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: accessTokenLifeSeconds,
    refresh_token: refreshToken,
    companyDomain: state.seed.companyDomain,
  });
}

function problemOf(clientId: string, query: Form): string | undefined {
  if (query["request"] !== "authorize" || query["response_type"] !== "code") {
    return "request must be authorize, response_type must be code";
  }
  if (query["client_id"] !== clientId) return "The client_id is not known";
  return URL.canParse(query["redirect_uri"] ?? "") ? undefined : "The redirect_uri is no address";
}

async function formOf(c: Context): Promise<Form> {
  return Object.fromEntries(new URLSearchParams(await c.req.text()));
}
