import { createHash } from "node:crypto";

import { HubError } from "#shared/errors.ts";
import type { ConsentAttempt, Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { saveConsentAttempt } from "#shared/store/consent-attempts.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { hashOf } from "./browser-binding.ts";
import { consentConnector, loadOAuthApp, redirectUriOf } from "./oauth-apps.ts";

/** 36^32 values are more than 165 bits: nobody guesses one in ten minutes. */
const stateLength = 32;
const browserKeyLength = 32;
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
  readonly state: string;
  /** What that browser must show when it comes back. */
  readonly browserKey: string;
}

/**
 * Begins a consent: what comes back within ten minutes, once, with this very `state`, from the browser
 * that holds the key is ours. With a grant it is given anew, and all that rests on it works again.
 */
export async function beginConsent(context: AppContext, name: string, wish: Wish): Promise<Begun> {
  const { connector, provider, app, grant } = await assertPossible(context, name, wish);
  const { grantId, writesBack = false } = wish;
  const { scopes, writeScopes = [] } = provider;
  // A consent that is given anew keeps what it allowed.
  const mayWrite = writesBack || writeScopes.some((scope) => grant?.scopes.includes(scope));
  const browserKey = context.random(browserKeyLength);
  const attempt: ConsentAttempt = {
    type: "consent-attempt",
    state: context.random(stateLength),
    connector: connector.name,
    codeVerifier: context.random(verifierLength),
    redirectUri: redirectUriOf(context),
    browserHash: hashOf(browserKey),
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
    state: attempt.state,
    browserKey,
  };
}

/**
 * Where an admin begins such a consent in a browser. Nothing is begun yet: the attempt belongs to the
 * browser that begins it. Throws what beginning it would throw.
 */
export async function consentAddress(
  context: AppContext,
  name: string,
  wish: Wish,
): Promise<string> {
  const { connector } = await assertPossible(context, name, wish);
  const query = new URLSearchParams({
    ...(wish.grantId !== undefined && { grantId: wish.grantId }),
    ...(wish.writesBack === true && { writesBack: "on" }),
  });
  const address = `${context.publicUrl}/connectors/${connector.name}/consents`;
  return query.size === 0 ? address : `${address}?${query.toString()}`;
}

async function assertPossible(context: AppContext, name: string, { grantId }: Wish) {
  const { connector, provider } = await consentConnector(context, name);
  const grant = grantId && (await loadGrant(context, connector.name, grantId));
  return { connector, provider, grant, app: await loadOAuthApp(context, connector) };
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
