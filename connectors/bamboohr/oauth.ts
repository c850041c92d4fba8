import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { OAuthApp, OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";

import { failureOfAnswer, failureOfNetwork } from "./errors.ts";

/** Below `refreshMsMax`, the time for which the right to refresh is held. */
const timeoutMs = 12_000;

/**
 * Reading of names, jobs and fields of the company's own, the list of fields and tables, webhooks, and a
 * refresh token, which is given only for `offline_access`. BambooHR's OpenAPI document (2026-11) names
 * the scopes; `public.user` is what the list of changes asks for.
 */
const scopes = [
  "openid",
  "offline_access",
  "public.user",
  "company:info",
  "employee",
  "employee:name",
  "employee:job",
  "employee:custom_fields",
  "field",
  "webhooks",
];

const Tokens = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.coerce.number().positive(),
  scope: z.string().optional(),
});
const TokenFailure = z.looseObject({ error: z.string().default("unknown") });
const Company = z.looseObject({
  displayName: z.string().nullish(),
  legalName: z.string().nullish(),
});

/**
 * BambooHR's OAuth 2.0: each company is its own authorization server, so the app must say which
 * (https://documentation.bamboohr.com/docs/getting-started, 2026-11). PKCE and a way to take tokens back
 * are not documented. Whether a refresh token outlives its use is not either: it is used by one, once.
 */
export const bambooOAuth: OAuthProvider = {
  scopes,
  rotatesRefreshTokens: true,

  authorizeUrl(app, { state, redirectUri, scopes: asked }) {
    const url = new URL(`${serverOf(app)}/authorize.php`);
    url.search = new URLSearchParams({
      request: "authorize",
      response_type: "code",
      client_id: app.clientId,
      redirect_uri: redirectUri,
      scope: asked.join(" "),
      state,
    }).toString();
    return url.href;
  },

  exchange: (app, { code, redirectUri, nowMs }) =>
    askForTokens(app, nowMs, {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
    }),

  refresh: (app, { refreshToken, nowMs }) =>
    askForTokens(app, nowMs, { grant_type: "refresh_token", refresh_token: refreshToken }),

  takenBackAt: { place: "BambooHR, Settings, Apps", url: "https://app.bamboohr.com" },

  async sites(app, accessToken) {
    const what = "the company of the consent";
    const root = apiRootOf(app);
    const headers = { authorization: `Bearer ${accessToken}`, accept: "application/json" };
    const answer = await send(`${root}/v1/company_information`, { headers });
    if (answer.status !== 200) throw failureOf(answer, what);
    const company = Company.safeParse(answer.body);
    if (!company.success) throw drifted(what);
    const companyDomain = companyOf(app);
    const name = company.data.displayName ?? company.data.legalName ?? companyDomain;
    return [
      {
        id: companyDomain,
        name,
        url: serverOf(app),
        scopes,
        settings: {
          companyDomain,
          companyName: name.slice(0, 80),
          ...(isVendors(app) && app.apiUrl === undefined ? {} : { baseUrl: root }),
        },
      },
    ];
  },
};

/** The company's own address; there is no other authorization server. */
function serverOf({ authorizationUrl }: OAuthApp): string {
  if (authorizationUrl !== undefined) return authorizationUrl.replace(/\/+$/u, "");
  const message = "Give your BambooHR's own address, https://<company>.bamboohr.com";
  throw new HubError(
    "connector.misconfigured",
    `Every company is its own authorization server at BambooHR. ${message}`,
    { issues: [{ path: "authorizationUrl", message }] },
  );
}

function isVendors(app: OAuthApp): boolean {
  return new URL(serverOf(app)).hostname.endsWith(".bamboohr.com");
}

function apiRootOf(app: OAuthApp): string {
  const root = (app.apiUrl ?? serverOf(app)).replace(/\/+$/u, "");
  return new URL(root).pathname === "/" ? `${root}/api` : root;
}

/** `acme` of `https://acme.bamboohr.com`; another server has the name of its host. */
function companyOf(app: OAuthApp): string {
  const { hostname } = new URL(serverOf(app));
  if (isVendors(app)) return hostname.split(".").at(0) ?? hostname;
  return hostname.replace(/[^a-z0-9-]/gu, "-");
}

async function askForTokens(
  app: OAuthApp,
  nowMs: number,
  grant: Readonly<Record<string, string>>,
): Promise<TokenSet> {
  const what = "access tokens";
  const form = new URLSearchParams({
    client_id: app.clientId,
    client_secret: app.clientSecret,
    ...grant,
  });
  const answer = await send(`${serverOf(app)}/token.php?request=token`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: form,
  });
  if (answer.status !== 200) throw refused(answer, what);
  const parsed = Tokens.safeParse(answer.body);
  if (!parsed.success) throw drifted(what);
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresAtMs: nowMs + expires_in * 1000,
    scopes: scope?.split(/[ +]/u).filter((each) => each !== "") ?? scopes,
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where it is not JSON: a proxy's page, whose status says what to do. */
  readonly body: unknown;
}

/** One bounded attempt. A redirect would carry the secret to somebody else. */
async function send(url: string, init: RequestInit): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: jsonOf(text) };
  } catch (error) {
    throw failureOfNetwork(error, new URL(url).host);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failureOf({ status, headers }: Answer, what: string): HubError {
  return failureOfAnswer({ status, headers, what, access: "consent" });
}

/** RFC 6749, section 5.2: only the grant's own end is the consent's; the app's secret may be mended. */
function refused(answer: Answer, what: string): HubError {
  if (answer.status === 429 || answer.status >= 500) return failureOf(answer, what);
  const reason = (TokenFailure.safeParse(answer.body).data?.error ?? "unknown").slice(0, 60);
  const details = { status: answer.status, reason };
  if (reason === "invalid_grant") {
    return new HubError(
      "connector.unauthorized",
      "BambooHR no longer accepts this consent: it was taken back or has run out. Give it again",
      { details },
    );
  }
  return new HubError(
    "connector.misconfigured",
    `BambooHR refused the app itself (${reason}): check its client id, secret and redirect address in the developer portal`,
    { details },
  );
}

function drifted(what: string): HubError {
  return new HubError("connector.drifted", `BambooHR's answer for ${what} is not as documented`);
}
