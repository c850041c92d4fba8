import * as z from "zod";

import type { AccessToken, ConsentCode, OauthGrant } from "./access.ts";
import type { Happening } from "./happening.ts";
import { Gid } from "./task-fields.ts";
import { badRequest } from "./vendor-error.ts";

/** https://developers.asana.com/docs/oauth (read 2026-11-21) */
export const accessTokenLifeSeconds = 3600;
/** Asana does not say how long a code is good; OAuth 2.0 recommends at most ten minutes. */
const codeLifeMs = 10 * 60_000;

const Secret = z.string().min(8).max(500);
const Scopes = z.array(z.string()).optional();

/** A person allowed an app: what the consent page does. */
export const AuthorizeApp = z.strictObject({
  kind: z.literal("authorizeApp"),
  app: z.string(),
  user: Gid,
  code: Secret,
  redirect_uri: z.url(),
  scopes: Scopes,
  code_challenge: z.string().optional(),
  code_challenge_method: z.enum(["S256", "plain"]).optional(),
});
/** An app exchanged a code. */
export const RedeemCode = z.strictObject({
  kind: z.literal("redeemCode"),
  code: Secret,
  access_token: Secret,
  refresh_token: Secret,
});
export const RefreshAccess = z.strictObject({
  kind: z.literal("refreshAccess"),
  refresh_token: Secret,
  access_token: Secret,
});
/** Adds a token of any kind, or replaces the one with the same text. */
export const AddToken = z.strictObject({
  kind: z.literal("addToken"),
  token: Secret,
  token_kind: z.enum(["pat", "oauth", "service-account"]).default("pat"),
  user: Gid,
  workspace: Gid.optional(),
  app: z.string().optional(),
  scopes: Scopes,
  expires_at: z.iso.datetime().optional(),
  refresh_token: Secret.optional(),
});
/** Ends an access token, or a refresh token with all its access tokens. */
export const RevokeToken = z.strictObject({ kind: z.literal("revokeToken"), token: Secret });
/** The token's life ends now. */
export const ExpireToken = z.strictObject({ kind: z.literal("expireToken"), token: Secret });

/** Every sync token of event streams so far is answered with 412. */
export const ForgetEvents = z.strictObject({ kind: z.literal("forgetEvents") });

export function forgetEvents(on: Happening, _input: z.infer<typeof ForgetEvents>) {
  on.state.log.forget();
  return { gid: on.state.firstWorkspace };
}

/** Every paging offset so far has expired. */
export const ExpireOffsets = z.strictObject({ kind: z.literal("expireOffsets") });

export function expireOffsets(on: Happening, _input: z.infer<typeof ExpireOffsets>) {
  on.state.offsets.endAll();
  return { gid: on.state.firstWorkspace };
}

export function authorizeApp(on: Happening, input: z.infer<typeof AuthorizeApp>) {
  const { kind: _, code_challenge, code_challenge_method, scopes, ...rest } = input;
  on.state.get("user", input.user);
  if (!on.state.access.apps.has(input.app)) throw badRequest("client_id: Unknown app");
  const code: ConsentCode = {
    ...rest,
    ...(scopes ? { scopes } : {}),
    ...(code_challenge === undefined ? {} : { code_challenge }),
    ...(code_challenge_method === undefined ? {} : { code_challenge_method }),
    expires_at: later(on.at, codeLifeMs),
  };
  on.state.access.codes.set(code.code, code);
  return { gid: input.user };
}

/** A code is good once; the route has checked the app, its secret and the verifier. */
export function redeemCode(on: Happening, input: z.infer<typeof RedeemCode>) {
  const { access } = on.state;
  const code = access.codes.get(input.code);
  if (!code || code.expires_at <= on.at) throw badRequest("code: Invalid or expired");
  access.codes.delete(input.code);
  const grant: OauthGrant = {
    refresh_token: input.refresh_token,
    app: code.app,
    user: code.user,
    ...(code.scopes ? { scopes: code.scopes } : {}),
  };
  access.grants.set(grant.refresh_token, grant);
  access.tokens.set(input.access_token, tokenOf(grant, input.access_token, on.at));
  return { gid: grant.user };
}

export function refreshAccess(on: Happening, input: z.infer<typeof RefreshAccess>) {
  const { access } = on.state;
  const grant = access.grants.get(input.refresh_token);
  if (!grant) throw badRequest("refresh_token: Invalid");
  access.tokens.set(input.access_token, tokenOf(grant, input.access_token, on.at));
  return { gid: grant.user };
}

function tokenOf(grant: OauthGrant, token: string, at: string): AccessToken {
  const expires_at = later(at, accessTokenLifeSeconds * 1000);
  return { ...grant, token, kind: "oauth", expires_at };
}

export function addToken(on: Happening, input: z.infer<typeof AddToken>) {
  const { kind: _, token_kind, workspace, app, scopes, expires_at, refresh_token, ...rest } = input;
  on.state.get("user", input.user);
  const optional = {
    ...(workspace === undefined ? {} : { workspace }),
    ...(app === undefined ? {} : { app }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(refresh_token === undefined ? {} : { refresh_token }),
  };
  on.state.access.tokens.set(input.token, { ...rest, kind: token_kind, ...optional });
  if (refresh_token !== undefined && app !== undefined) {
    const grant = { refresh_token, app, user: input.user, ...(scopes ? { scopes } : {}) };
    on.state.access.grants.set(refresh_token, grant);
  }
  return { gid: input.user };
}

export function revokeToken(on: Happening, { token }: z.infer<typeof RevokeToken>) {
  const user = on.state.access.tokens.get(token)?.user ?? on.state.access.grants.get(token)?.user;
  if (!on.state.access.revoke(token)) throw badRequest("token: Unknown token");
  return { gid: user ?? "" };
}

export function expireToken(on: Happening, { token }: z.infer<typeof ExpireToken>) {
  const known = on.state.access.tokens.get(token);
  if (!known) throw badRequest("token: Unknown token");
  on.state.access.tokens.set(token, { ...known, expires_at: on.at });
  return { gid: known.user };
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
