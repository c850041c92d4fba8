import { epochMsOf } from "#shared/model/time.ts";

import type { Done, Moment } from "../moment.ts";
import { Refusal } from "../refusal.ts";
import type { JiraState } from "../state.ts";
import type { OAuthOperation } from "./oauth-operation.ts";
import type { Exchange } from "./oauth-state.ts";

/** Consents and tokens; none of these tells anybody. */
export function applyOAuthOperation(moment: Moment, operation: OAuthOperation): Done {
  const { state, at } = moment;
  const nowMs = epochMsOf(at);
  switch (operation.kind) {
    case "grantConsent": {
      const { redirectUri, clientId, accountId, scopes, cloudIds } = operation;
      checkConsent(state, operation);
      const allowed = { clientId, accountId, scopes, cloudIds };
      return done({ code: state.oauth.consent(allowed, redirectUri, nowMs) });
    }
    case "exchangeCode": {
      const { clientId, code, redirectUri } = operation;
      const given = { clientId, code, ...(redirectUri !== undefined && { redirectUri }) };
      return done(flat(state.oauth.exchangeCode(given, nowMs)));
    }
    case "refreshGrant": {
      const { clientId, refreshToken } = operation;
      const graceMs = state.oauthApps.find((app) => app.clientId === clientId)?.graceMs ?? 0;
      return done(flat(state.oauth.refresh({ clientId, refreshToken, graceMs }, nowMs)));
    }
    default:
      return end(moment, operation);
  }
}

/** What takes consents and tokens away. */
function end(
  { state, at }: Moment,
  operation: Extract<OAuthOperation, { kind: "revokeGrant" | "revokeToken" | "expireTokens" }>,
): Done {
  if (operation.kind === "revokeGrant") {
    const { clientId, accountId } = operation;
    const grants = [...state.oauth.grants.values()].filter(
      (grant) =>
        (clientId ?? grant.clientId) === grant.clientId &&
        (accountId ?? grant.accountId) === grant.accountId,
    );
    for (const grant of grants) state.oauth.revoke(grant);
    return done({ count: grants.length });
  }
  if (operation.kind === "revokeToken") {
    const isFound = state.oauth.revokeToken(operation.token);
    if (isFound || state.revokeApiToken(operation.token)) return done({});
    throw new Refusal(404, "There is no such token.");
  }
  state.oauth.expireAccessTokens(operation.clientId);
  if (operation.apiTokens) for (const token of state.apiTokens) token.expiresAt = at;
  return done({});
}

function checkConsent(
  state: JiraState,
  { clientId, accountId, scopes, cloudIds }: Extract<OAuthOperation, { kind: "grantConsent" }>,
): void {
  const app = state.oauthApps.find((each) => each.clientId === clientId);
  if (!app) throw new Refusal(404, "There is no such app.");
  if (state.users.get(accountId)?.active !== true)
    throw new Refusal(404, "No such active account.");
  const beyond = scopes.filter((scope) => !app.scopes.includes(scope));
  if (beyond.length > 0) throw new Refusal(400, `The app may not ask for ${beyond.join(" ")}.`);
  const unknown = cloudIds.filter((id) => !state.cloudIds().has(id));
  if (unknown.length > 0) throw new Refusal(400, `There is no site ${unknown.join(" ")}.`);
}

function done(result: Done["result"]): Done {
  return { result, events: [] };
}

function flat(exchange: Exchange): Done["result"] {
  return { ...exchange };
}
