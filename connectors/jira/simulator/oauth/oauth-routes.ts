import { type Context, Hono } from "hono";
import * as z from "zod";

import type { JiraEnv } from "../access.ts";
import { jsonOf } from "../answers.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { JiraState } from "../state.ts";
import { type ConsentRequest, consentPage } from "./consent-page.ts";

const TokenRequest = z.looseObject({
  grant_type: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  refresh_token: z.string().optional(),
});

/**
 * What `auth.atlassian.com` and `api.atlassian.com` do for OAuth 2.0 (3LO), and the site's own answer to
 * "what is your cloud id" (https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/, 2026-11).
 */
export function oauthRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform, clock } = site;
  const app = new Hono<JiraEnv>();
  app.get("/_edge/tenant_info", (c) => c.json({ cloudId: state.cloudId }));
  app.get("/authorize", (c) => {
    const action = `/authorize${new URL(c.req.url).search}`;
    return c.html(consentPage(state, consentRequest(state, c.req.query()), action));
  });
  app.post("/authorize", async (c) => {
    const form = await formOf(c);
    const request = consentRequest(state, { ...single(form), ...c.req.query() });
    const accountId = form["accountId"]?.[0] ?? firstAdmin(state);
    const cloudIds = form["cloudId"] ?? [state.cloudId];
    const target = new URL(request.redirectUri);
    if (request.state !== undefined) target.searchParams.set("state", request.state);
    if (form["answer"]?.[0] === "cancel") {
      target.searchParams.set("error", "access_denied");
      target.searchParams.set("error_description", "User did not authorize the request");
      return c.redirect(target.href);
    }
    const { clientId, redirectUri, scopes } = request;
    const { result } = perform({
      kind: "grantConsent",
      clientId,
      redirectUri,
      accountId,
      cloudIds: [...cloudIds],
      scopes: [...scopes],
    });
    target.searchParams.set("code", String(result["code"]));
    return c.redirect(target.href);
  });
  app.post("/oauth/token", (c) => token(site, c));
  app.get("/oauth/token/accessible-resources", (c) => {
    const given = /^Bearer (.+)$/u.exec(c.req.header("authorization") ?? "")?.[1];
    const grant = given === undefined ? undefined : state.oauth.grantOf(given, clock.nowMs());
    if (!grant) return c.json({ code: 401, message: "Unauthorized" }, 401);
    const allowed = grant.scopes.filter((scope) => scope !== "offline_access");
    const sites = state.sites().filter(({ cloudId }) => grant.cloudIds.includes(cloudId));
    return c.json(
      sites.map(({ cloudId, url, name, scopes }) => ({
        id: cloudId,
        url,
        name,
        scopes: scopes ? allowed.filter((scope) => scopes.includes(scope)) : allowed,
        avatarUrl: `${url}/images/logo.png`,
      })),
    );
  });
  return app;
}

/** What an app asks for, checked. Throws `Refusal` where Atlassian shows an error page of its own. */
function consentRequest(state: JiraState, query: Readonly<Record<string, string>>): ConsentRequest {
  const app = state.oauthApps.find(({ clientId }) => clientId === query["client_id"]);
  if (!app) throw new Refusal(400, "The client is unknown.");
  if (query["response_type"] !== "code") throw new Refusal(400, "response_type must be code.");
  const redirectUri = query["redirect_uri"] ?? "";
  const isAllowed = app.redirectUris?.includes(redirectUri) ?? isOnThisComputer(redirectUri);
  if (!isAllowed) throw new Refusal(400, "The redirect_uri is not registered for the client.");
  const scopes = (query["scope"] ?? "").split(/\s+/u).filter((scope) => scope !== "");
  if (scopes.length === 0) throw new Refusal(400, "No scope is asked for.");
  return { clientId: app.clientId, redirectUri, scopes, state: query["state"] };
}

function isOnThisComputer(uri: string): boolean {
  return URL.canParse(uri) && ["127.0.0.1", "localhost"].includes(new URL(uri).hostname);
}

async function token({ state, perform }: Site, c: Context<JiraEnv>): Promise<Response> {
  const parsed = TokenRequest.safeParse(single(await formOf(c)));
  if (!parsed.success) return c.json(failure("invalid_request", "Missing parameters"), 400);
  const { grant_type, client_id, client_secret, code, redirect_uri, refresh_token } = parsed.data;
  const app = state.oauthApps.find(({ clientId }) => clientId === client_id);
  if (app?.clientSecret !== client_secret) {
    return c.json(failure("access_denied", "Unauthorized"), 401);
  }
  const clientId = app.clientId;
  const operation =
    grant_type === "refresh_token"
      ? ({ kind: "refreshGrant", clientId, refreshToken: refresh_token ?? "" } as const)
      : ({ kind: "exchangeCode", clientId, code: code ?? "", redirectUri: redirect_uri } as const);
  if (!["refresh_token", "authorization_code"].includes(grant_type)) {
    return c.json(failure("unsupported_grant_type", `Unsupported grant type: ${grant_type}`), 403);
  }
  const { result } = perform(operation);
  if (result["error"] !== undefined) {
    return c.json(failure(String(result["error"]), String(result["description"])), 403);
  }
  return c.json(
    {
      access_token: result["accessToken"],
      ...(result["refreshToken"] !== undefined && { refresh_token: result["refreshToken"] }),
      expires_in: result["expiresInSeconds"],
      token_type: "Bearer",
      scope: result["scope"],
    },
    200,
    { "cache-control": "no-store" },
  );
}

function failure(error: string, description: string): object {
  return { error, error_description: description };
}

function firstAdmin(state: JiraState): string {
  const ids = [...state.users.values()]
    .filter(({ active }) => active)
    .map((each) => each.accountId);
  return ids.find((id) => state.accountAccess(id).isAdmin) ?? ids[0] ?? "";
}

type Form = Readonly<Record<string, readonly string[]>>;
const Json = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** A form or a JSON object; every entry as a list. Empty for no body. */
async function formOf(c: Context): Promise<Form> {
  const text = await c.req.text();
  if (c.req.header("content-type")?.includes("json") === true) {
    const parsed = Json.safeParse(jsonOf(text));
    const entries = Object.entries(parsed.data ?? {});
    return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat()]));
  }
  const form = new URLSearchParams(text);
  return Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)]));
}

function single(form: Form): Record<string, string> {
  return Object.fromEntries(Object.entries(form).map(([name, [first = ""]]) => [name, first]));
}
