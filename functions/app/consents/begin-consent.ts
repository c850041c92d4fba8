import { createHash } from "node:crypto";

import { HubError } from "#shared/errors.ts";
import type { ConsentAttempt, Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { consentMinutes, saveConsentAttempt } from "#shared/store/consent-attempts.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { consentConnector, loadOAuthApp, redirectUriOf } from "./oauth-apps.ts";

/** 36^32 values are more than 165 bits: nobody guesses one in ten minutes. */
const stateLength = 32;
/** RFC 7636 asks for 43 to 128 characters. */
const verifierLength = 64;

interface Wish {
  /** To be given anew; absent: a new one. */
  readonly grantId?: GrantId | undefined;
  /** Whether the hub may also write into the tool; off unless somebody asks for it. */
  readonly writesBack?: boolean | undefined;
}

interface Begun {
  /** Where the admin's browser goes. */
  readonly authorizeUrl: string;
  readonly expiresAt: Instant;
}

/**
 * Begins a consent: what comes back within ten minutes, once, with this very `state` is ours. With a
 * grant it is given anew, and everything that rests on it works again.
 */
export async function beginConsent(
  context: AppContext,
  name: string,
  { grantId, writesBack = false }: Wish,
): Promise<Begun> {
  const { connector, provider } = await consentConnector(context, name);
  const grant = grantId && (await loadGrant(context, connector.name, grantId));
  const { scopes, writeScopes = [] } = provider;
  // A consent that is given anew keeps what it allowed.
  const mayWrite = writesBack || writeScopes.some((scope) => grant?.scopes.includes(scope));
  const app = await loadOAuthApp(context, connector);
  const attempt: ConsentAttempt = {
    type: "consent-attempt",
    state: context.random(stateLength),
    connector: connector.name,
    codeVerifier: context.random(verifierLength),
    redirectUri: redirectUriOf(context),
    ...(grantId !== undefined && { grantId }),
    createdAt: context.clock.now(),
  };
  await saveConsentAttempt(context.table, attempt);
  context.logger.info("consent.begun", { connector: connector.name });
  return {
    authorizeUrl: provider.authorizeUrl(app, {
      state: attempt.state,
      redirectUri: attempt.redirectUri,
      codeChallenge: createHash("sha256").update(attempt.codeVerifier).digest("base64url"),
      scopes: mayWrite ? [...scopes, ...writeScopes] : scopes,
    }),
    expiresAt: instantOf(context.clock.nowMs() + consentMinutes * minuteMs),
  };
}

async function loadGrant(
  { table }: AppContext,
  connector: string,
  grantId: GrantId,
): Promise<Grant> {
  const grant = await getDocument(table, grantSpec, factKey(grantId));
  if (grant?.connector === connector) return grant;
  throw new HubError("entity.not-found", "There is no such consent");
}
