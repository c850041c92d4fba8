import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

import { type Context, Hono } from "hono";

import type { Clock } from "#shared/ports/clock.ts";

import type { ConsentCode } from "./access.ts";
import { consentPage, type ConsentRequest } from "./consent-page.ts";
import type { SeedOauthApp } from "./seed.ts";
import type { AsanaState } from "./state.ts";
import { accessTokenLifeSeconds } from "./token-operations.ts";

interface OauthContext {
  readonly state: AsanaState;
  readonly clock: Clock;
  readonly perform: (operation: unknown) => unknown;
}

/** What OAuth answers where Asana's API would answer `errors` (RFC 6749, section 5.2). */
class OauthRefusal extends Error {
  override readonly name = "OauthRefusal";
  readonly error: string;
  readonly status: 400 | 401;

  constructor(error: string, description: string, status: 400 | 401 = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

type Form = Readonly<Record<string, string>>;

/** Asana's authorization server (https://developers.asana.com/docs/oauth, read 2026-11-21). */
export function oauthRoutes(context: OauthContext): Hono {
  const app = new Hono().basePath("/-");
  app.get("/oauth_authorize", (c) => {
    const request = consentRequest(context, c.req.query());
    return c.html(consentPage(context.state, request));
  });
  app.post("/oauth_authorize", async (c) => consent(context, c));
  app.post("/oauth_token", async (c) => {
    const form = await formOf(c);
    requireApp(context, form);
    return c.json(exchange(context, form));
  });
  app.post("/oauth_revoke", async (c) => {
    const form = await formOf(c);
    const client = requireApp(context, form);
    // The documentation: the refresh token is to be given, bearer tokens are rejected.
    const grant = context.state.access.grants.get(form["token"] ?? "");
    if (grant?.app !== client.client_id) {
      throw new OauthRefusal("invalid_request", "The token is not a refresh token of this app.");
    }
    context.perform({ kind: "revokeToken", token: grant.refresh_token });
    return c.json({});
  });
  app.onError((error, c) => {
    if (!(error instanceof OauthRefusal)) throw error;
    return c.json({ error: error.error, error_description: error.message }, error.status);
  });
  return app;
}

/** The form of the consent page, also for scripts: `decision` is `allow` or `deny`, `user` a gid. */
async function consent(context: OauthContext, c: Context): Promise<Response> {
  const form = await formOf(c);
  const request = consentRequest(context, form);
  const target = new URL(request.redirectUri);
  if (request.state !== undefined) target.searchParams.set("state", request.state);
  if (form["decision"] === "deny") {
    target.searchParams.set("error", "access_denied");
    return c.redirect(target.href, 302);
  }
  const code = `2/${randomBytes(16).toString("hex")}`;
  context.perform({
    kind: "authorizeApp",
    app: request.app.client_id,
    user: form["user"] ?? context.state.me,
    code,
    redirect_uri: request.redirectUri,
    ...(request.scopes ? { scopes: request.scopes } : {}),
    ...(request.challenge === undefined ? {} : { code_challenge: request.challenge }),
    ...(request.method === undefined ? {} : { code_challenge_method: request.method }),
  });
  target.searchParams.set("code", code);
  return c.redirect(target.href, 302);
}

function consentRequest({ state }: OauthContext, query: Form): ConsentRequest {
  const app = state.access.apps.get(query["client_id"] ?? "");
  if (!app) throw new OauthRefusal("invalid_client", "The client_id is not known.");
  const redirectUri = query["redirect_uri"] ?? "";
  const isRegistered = app.redirect_uris?.includes(redirectUri) ?? URL.canParse(redirectUri);
  if (!isRegistered) {
    throw new OauthRefusal("invalid_request", "The redirect_uri does not match the app's.");
  }
  if (query["response_type"] !== "code") {
    throw new OauthRefusal("unsupported_response_type", "The response_type must be code.");
  }
  const { state: kept, code_challenge: challenge } = query;
  const method = query["code_challenge_method"] === "S256" ? "S256" : "plain";
  return {
    app,
    redirectUri,
    ...(kept === undefined ? {} : { state: kept }),
    ...scopesOf(query["scope"] ?? ""),
    ...(challenge === undefined ? {} : { challenge, method }),
  };
}

function scopesOf(text: string): Pick<ConsentRequest, "scopes"> {
  const scopes = text.split(" ").filter((scope) => scope !== "");
  return scopes.length > 0 ? { scopes } : {};
}

function exchange({ state, clock, perform }: OauthContext, form: Form): Record<string, unknown> {
  // Shaped like Asana's: opaque, and long enough not to be guessed.
  const access_token = `1/${randomBytes(24).toString("base64url")}`;
  if (form["grant_type"] === "authorization_code") {
    const code = state.access.codes.get(form["code"] ?? "");
    requireFitting(code, form, clock.now());
    const refresh_token = `2/${randomBytes(24).toString("base64url")}`;
    perform({ kind: "redeemCode", code: code.code, access_token, refresh_token });
    return { ...granted(state, code.user, access_token), refresh_token };
  }
  if (form["grant_type"] === "refresh_token") {
    const grant = state.access.grants.get(form["refresh_token"] ?? "");
    if (grant?.app !== form["client_id"] || !grant) {
      throw new OauthRefusal("invalid_grant", "The refresh token is invalid or was revoked.");
    }
    perform({ kind: "refreshAccess", refresh_token: grant.refresh_token, access_token });
    // The refresh token does not rotate and is told only once, in exchange for the code.
    return granted(state, grant.user, access_token);
  }
  throw new OauthRefusal("unsupported_grant_type", "The grant_type is not supported.");
}

function requireFitting(
  code: ConsentCode | undefined,
  form: Form,
  now: string,
): asserts code is ConsentCode {
  if (!code || code.app !== form["client_id"] || code.expires_at <= now) {
    throw new OauthRefusal("invalid_grant", "The code is invalid, expired or already used.");
  }
  if (code.redirect_uri !== form["redirect_uri"]) {
    throw new OauthRefusal("invalid_grant", "The redirect_uri is not the one of the request.");
  }
  if (code.code_challenge === undefined) return;
  const verifier = form["code_verifier"] ?? "";
  const answer =
    code.code_challenge_method === "S256"
      ? createHash("sha256").update(verifier).digest("base64url")
      : verifier;
  if (answer !== code.code_challenge) {
    throw new OauthRefusal("invalid_grant", "The code_verifier does not fit the code_challenge.");
  }
}

function granted(state: AsanaState, user: string, token: string): Record<string, unknown> {
  const person = state.find("user", user);
  return {
    access_token: token,
    token_type: "bearer",
    expires_in: accessTokenLifeSeconds,
    data: { id: user, gid: user, name: person?.name ?? "", email: person?.email ?? null },
  };
}

function requireApp({ state }: OauthContext, form: Form): SeedOauthApp {
  const app = state.access.apps.get(form["client_id"] ?? "");
  if (!app || !isSame(app.client_secret, form["client_secret"] ?? "")) {
    throw new OauthRefusal("invalid_client", "The client credentials are invalid.", 401);
  }
  return app;
}

function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

async function formOf(c: Context): Promise<Form> {
  const parsed = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(parsed).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
