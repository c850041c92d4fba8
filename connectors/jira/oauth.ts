import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { OAuthApp, OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";

import { exchange } from "./exchange.ts";
import { failureOfAtlassian, readConsentedSites } from "./oauth-sites.ts";
import { parseJson } from "./parse-json.ts";
import { usedScopes, writeScope } from "./scopes.ts";

const atlassian = {
  authorizationUrl: "https://auth.atlassian.com",
  apiUrl: "https://api.atlassian.com",
};

/** Below `refreshMsMax`, the time for which the right to refresh is held. */
const tokenTimeoutMs = 12_000;

const Tokens = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive(),
  scope: z.string().default(""),
});
const TokenFailure = z.looseObject({ error: z.string().default("unknown") });

/**
 * Atlassian's OAuth 2.0 (3LO). A refresh token works once and lapses after 90 days without use
 * (https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/, 2026-11). Neither PKCE nor a way
 * for an app to take a consent back is offered there.
 */
export const jiraOAuth: OAuthProvider = {
  scopes: [
    ...usedScopes.filter((scope) => scope !== writeScope).map(({ name }) => name),
    "offline_access",
  ],
  writeScopes: [writeScope.name],
  rotatesRefreshTokens: true,
  refreshTokenIdleDays: 90,

  authorizeUrl(app, { state, redirectUri, scopes }) {
    const url = new URL(`${app.authorizationUrl ?? atlassian.authorizationUrl}/authorize`);
    url.search = new URLSearchParams({
      audience: "api.atlassian.com",
      client_id: app.clientId,
      scope: scopes.join(" "),
      redirect_uri: redirectUri,
      state,
      response_type: "code",
      prompt: "consent",
    }).toString();
    return url.href;
  },

  exchange: (app, { code, redirectUri, nowMs }) =>
    askForTokens(app, { grant_type: "authorization_code", code, redirect_uri: redirectUri }, nowMs),

  refresh: (app, { refreshToken, nowMs }) =>
    askForTokens(app, { grant_type: "refresh_token", refresh_token: refreshToken }, nowMs),

  takenBackAt: {
    place: "your Atlassian account, under Connected apps",
    url: "https://id.atlassian.com/manage-profile/apps",
  },

  sites: (app, accessToken) => readConsentedSites(app.apiUrl ?? atlassian.apiUrl, accessToken),
};

async function askForTokens(
  app: OAuthApp,
  grant: Readonly<Record<string, string>>,
  nowMs: number,
): Promise<TokenSet> {
  const url = new URL(`${app.authorizationUrl ?? atlassian.authorizationUrl}/oauth/token`);
  const { clientId: client_id, clientSecret: client_secret } = app;
  const { status, isOk, headers, text } = await exchange(
    url,
    {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ client_id, client_secret, ...grant }),
    },
    tokenTimeoutMs,
  );
  if (!isOk) throw refusedTokens({ status, headers, text, nowMs });
  const parsed = Tokens.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new HubError("connector.drifted", "Atlassian's answer with tokens is not as documented");
  }
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresAtMs: nowMs + expires_in * 1000,
    scopes: scope.split(" ").filter((each) => each !== ""),
  };
}

/** The words of RFC 6749 for a code or refresh token that is over; Atlassian has used both with 403. */
const overWords = new Set(["invalid_grant", "unauthorized_client"]);

function refusedTokens({
  status,
  headers,
  text,
  nowMs,
}: {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly nowMs: number;
}): HubError {
  if (status === 429 || status >= 500) return failureOfAtlassian(status, headers, nowMs);
  const error = TokenFailure.safeParse(parseJson(text)).data?.error ?? "unknown";
  const details = { status, reason: error.slice(0, 60) };
  if (overWords.has(error)) {
    return new HubError(
      "connector.unauthorized",
      "Atlassian no longer accepts this consent: it was taken back, unused for 90 days, or used twice. Give it again",
      { details },
    );
  }
  // The app's own secret is wrong: the consent may be as good as ever.
  return new HubError(
    "connector.misconfigured",
    `Atlassian refused the app itself (${details.reason}): check its client id, secret and callback address in the developer console`,
    { details },
  );
}
