import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { ConsentedSite, OAuthApp, OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";

import { classify } from "./errors.ts";
import { ListWire, WorkspaceWire } from "./wire.ts";

const asanaRoot = "https://app.asana.com";
const apiPath = "/api/1.0";
/** Below `refreshMsMax`, the time for which the right to refresh is held. */
const timeoutMs = 12_000;

/**
 * Relationships of goals, memberships and event streams have no scope of their own in Asana's document
 * (read 2026-11-21): only an app with full permissions, whose scope is called `default`, reaches them.
 */
const scopes = ["default"];

const Tokens = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
});
const TokenFailure = z.looseObject({ error: z.string().default("unknown") });

/**
 * Asana's OAuth 2.0 with PKCE (https://developers.asana.com/docs/oauth, read 2026-11-21). A refresh
 * token stays good until the consent is taken back, and is told only when the code is exchanged.
 */
export const asanaOAuth: OAuthProvider = {
  scopes,
  rotatesRefreshTokens: false,

  authorizeUrl(app, { state, redirectUri, codeChallenge, scopes: asked }) {
    const url = new URL(`${authorizationRoot(app)}/-/oauth_authorize`);
    url.search = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: redirectUri,
      response_type: "code",
      state,
      code_challenge_method: "S256",
      code_challenge: codeChallenge,
      scope: asked.join(" "),
    }).toString();
    return url.href;
  },

  exchange: (app, { code, redirectUri, codeVerifier, nowMs }) =>
    askForTokens(app, nowMs, {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    }),

  refresh: (app, { refreshToken, nowMs }) =>
    askForTokens(app, nowMs, { grant_type: "refresh_token", refresh_token: refreshToken }),

  takenBackAt: { place: "your settings in Asana, under Apps", url: asanaRoot },

  async revoke(app, { refreshToken: token }) {
    const { clientId: client_id, clientSecret: client_secret } = app;
    const form = new URLSearchParams({ client_id, client_secret, token });
    const what = "the end of the consent";
    const url = `${authorizationRoot(app)}/-/oauth_revoke`;
    const answer = await send(what, url, { method: "POST", body: form });
    if (answer.status >= 200 && answer.status < 300) return;
    const failure = refused(answer, what);
    // It is over already: somebody was faster in Asana's own settings.
    if (failure.code !== "connector.unauthorized") throw failure;
  },

  async sites(app, accessToken) {
    const root = apiRoot(app);
    const url = `${root}/workspaces?limit=100&opt_fields=name`;
    const what = "the workspaces of the consent";
    const answer = await send(what, url, { headers: { authorization: `Bearer ${accessToken}` } });
    if (answer.status !== 200) throw classify(failureOf(answer), what);
    const list = ListWire.safeParse(answer.body);
    const workspaces = z.array(WorkspaceWire).safeParse(list.data?.data);
    if (!workspaces.success) throw classify(workspaces.error, what);
    return workspaces.data.map((workspace) => siteOf(app, root, workspace));
  },
};

function siteOf(app: OAuthApp, root: string, { gid, name }: WorkspaceWire): ConsentedSite {
  return {
    id: gid,
    name,
    url: `${new URL(root).origin}/1/${gid}/home`,
    scopes,
    settings: { ...(app.apiUrl !== undefined && { baseUrl: root }), workspaces: [gid] },
  };
}

function authorizationRoot({ authorizationUrl = asanaRoot }: OAuthApp): string {
  return authorizationUrl.replace(/(?:\/-)?\/*$/u, "");
}

/** Given with the path of the API or without it. */
function apiRoot({ apiUrl = asanaRoot }: OAuthApp): string {
  const root = apiUrl.replace(/\/+$/u, "");
  return new URL(root).pathname === "/" ? `${root}${apiPath}` : root;
}

async function askForTokens(
  app: OAuthApp,
  nowMs: number,
  grant: Readonly<Record<string, string>>,
): Promise<TokenSet> {
  const form = new URLSearchParams({
    client_id: app.clientId,
    client_secret: app.clientSecret,
    ...grant,
  });
  const what = "access tokens";
  const url = `${authorizationRoot(app)}/-/oauth_token`;
  const answer = await send(what, url, { method: "POST", body: form });
  if (answer.status !== 200) throw refused(answer, what);
  const parsed = Tokens.safeParse(answer.body);
  if (!parsed.success) throw classify(parsed.error, what);
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresAtMs: nowMs + expires_in * 1000,
    scopes: scope?.split(" ").filter((each) => each !== "") ?? scopes,
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One bounded attempt. A redirect would carry the secret to somebody else. */
async function send(what: string, url: string, init: RequestInit): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: jsonOf(text),
    };
  } catch (error) {
    throw classify(networkFailure(error), what);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page: the status says what to do.
    return undefined;
  }
}

/** `fetch` hides the network's code in its cause, where the `asana` package shows it. */
function networkFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "TimeoutError") return { timeout: true, cause: error };
  const code = z.looseObject({ code: z.string() }).safeParse(error.cause);
  return { ...(code.success && { code: code.data.code }), cause: error };
}

/** In the form in which failures of the package come. */
function failureOf({ status, headers, body }: Answer): unknown {
  return { status, response: { headers, body } };
}

/** RFC 6749, section 5.2: only the grant's own end is the consent's; the app's secret may be mended. */
function refused(answer: Answer, what: string): HubError {
  const { status } = answer;
  if (status === 429 || status >= 500) return classify(failureOf(answer), what);
  const reason = (TokenFailure.safeParse(answer.body).data?.error ?? "unknown").slice(0, 60);
  const details = { status, reason };
  if (reason === "invalid_grant") {
    return new HubError(
      "connector.unauthorized",
      "Asana no longer accepts this consent: it was taken back or has run out. Give it again",
      { details },
    );
  }
  return new HubError(
    "connector.misconfigured",
    `Asana refused the app itself (${reason}): check its client id, secret and redirect address in the developer console`,
    { details },
  );
}
