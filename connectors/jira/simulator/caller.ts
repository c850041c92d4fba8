import { epochMsOf } from "#shared/model/time.ts";

import type { AccountAccess, ApiToken } from "./entities.ts";
import type { JiraState, User } from "./state.ts";

/** Who calls: an account of the site, with what it may; or nobody. */
export interface Caller extends AccountAccess {
  readonly user: User;
  /** What the token allows; undefined: all that the account may. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** The sites that were consented to; undefined for an API token. */
  readonly cloudIds: readonly string[] | undefined;
  /** Client id of the OAuth app through which it comes; undefined for an API token. */
  readonly appId: string | undefined;
}

/**
 * Who an Authorization header stands for; undefined for nobody. `cloudId` says that the call came
 * through the gateway: scoped API tokens and access tokens of OAuth work there only.
 */
export function callerOf(
  state: JiraState,
  authorization: string | undefined,
  cloudId: string | undefined,
  nowMs: number,
): Caller | undefined {
  const [, kind, secret = ""] = /^(Basic|Bearer) (.+)$/u.exec(authorization ?? "") ?? [];
  if (kind === "Basic") {
    const given = Buffer.from(secret, "base64").toString();
    const token = state.apiTokens.find((each) => `${each.email}:${each.token}` === given);
    return token && byApiToken(state, token, cloudId, nowMs);
  }
  if (kind !== "Bearer" || cloudId === undefined) return undefined;
  const grant = state.oauth.grantOf(secret, nowMs);
  if (grant) {
    const { accountId, cloudIds, clientId } = grant;
    return account(state, accountId, { scopes: new Set(grant.scopes), cloudIds, appId: clientId });
  }
  // Service accounts may send their scoped tokens as Bearer as well.
  const token = state.apiTokens.find((each) => each.token === secret && each.scopes !== undefined);
  return token && byApiToken(state, token, cloudId, nowMs);
}

function byApiToken(
  state: JiraState,
  { accountId, scopes, expiresAt }: ApiToken,
  cloudId: string | undefined,
  nowMs: number,
): Caller | undefined {
  const isExpired = expiresAt !== undefined && epochMsOf(expiresAt) <= nowMs;
  if (isExpired || (scopes && cloudId === undefined)) return undefined;
  const allowed = scopes && new Set(scopes);
  return account(state, accountId, { scopes: allowed, cloudIds: undefined, appId: undefined });
}

function account(
  state: JiraState,
  accountId: string,
  rights: Pick<Caller, "scopes" | "cloudIds" | "appId">,
): Caller | undefined {
  const user = state.users.get(accountId);
  return user?.active === true ? { user, ...state.accountAccess(accountId), ...rights } : undefined;
}
