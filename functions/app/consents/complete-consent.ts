import { grantSecretName, firstTokens } from "#shared/access/token-keeper.ts";
import { HubError } from "#shared/errors.ts";
import type { ConsentedSite, TokenSet } from "#shared/kit/oauth.ts";
import { shortText } from "#shared/model/facts.ts";
import type { ConsentAttempt, Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { grantId as newGrantId } from "#shared/model/ids.ts";
import { takeConsentAttempt } from "#shared/store/consent-attempts.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { releaseLease, takeLease } from "#shared/store/refresh-lease.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { isSameBrowser } from "./browser-binding.ts";
import { consentConnector, loadOAuthApp } from "./oauth-apps.ts";
import { reviveConnections } from "./revive-connections.ts";

/** What the vendor sends the admin's browser back with. */
export interface Callback {
  readonly state: string;
  readonly code: string | undefined;
  /** RFC 6749, section 4.1.2.1: `access_denied` and others. */
  readonly error: string | undefined;
  /** What the browser holds of the attempt that it began. */
  readonly browserKey: string | undefined;
}

export type Consented =
  | {
      readonly outcome: "granted";
      readonly grant: Grant;
      readonly isAnew: boolean;
      /** Whether some connection's site is not among its sites any more. */
      readonly leavesOut: boolean;
    }
  /** Another browser began it. The code was not used, and nothing was stored. */
  | { readonly outcome: "stranger"; readonly connector: string }
  /** The admin, or the vendor, said no. Nothing was stored. */
  | { readonly outcome: "refused"; readonly connector: string; readonly isDenied: boolean };

/** How often a function that refreshes these very tokens is waited for. */
const leaseRounds = 40;
const leasePauseMs = 250;

/**
 * Ends a consent: exchanges the code, asks which sites it covers, keeps tokens and grant. Throws
 * `input.invalid` for a `state` that is unknown, used or too old, before anything else is looked at.
 */
export async function completeConsent(context: AppContext, callback: Callback): Promise<Consented> {
  const attempt = await takeConsentAttempt(context, callback.state);
  if (!attempt) throw notOurs();
  if (!isSameBrowser(attempt, callback.browserKey)) {
    context.logger.warn("consent.stranger", { connector: attempt.connector });
    return { outcome: "stranger", connector: attempt.connector };
  }
  if (callback.error !== undefined || callback.code === undefined) {
    context.logger.warn("consent.refused", { connector: attempt.connector });
    const isDenied = callback.error === "access_denied";
    return { outcome: "refused", connector: attempt.connector, isDenied };
  }
  const { connector, provider } = await consentConnector(context, attempt.connector);
  const app = await loadOAuthApp(context, connector);
  const tokens = await provider.exchange(app, {
    code: callback.code,
    redirectUri: attempt.redirectUri,
    codeVerifier: attempt.codeVerifier,
    nowMs: context.clock.nowMs(),
  });
  const sites = await provider.sites(app, tokens.accessToken);
  if (sites.length === 0) {
    throw new HubError(
      "connector.forbidden",
      `The consent covers no site of ${connector.title}: choose at least one when you are asked`,
    );
  }
  return keep(context, attempt, { tokens, sites });
}

function notOurs(): HubError {
  return new HubError(
    "input.invalid",
    "This way back is closed: it was used already, or it is more than ten minutes old. Begin the consent again.",
  );
}

interface Given {
  readonly tokens: TokenSet;
  readonly sites: readonly ConsentedSite[];
}

async function keep(
  context: AppContext,
  attempt: ConsentAttempt,
  { tokens, sites }: Given,
): Promise<Consented> {
  const { table, clock, secrets, logger } = context;
  const known = attempt.grantId && (await getDocument(table, grantSpec, factKey(attempt.grantId)));
  const id = known?.id ?? newGrantId(context.random(10));
  await saveTokens(context, id, tokens);
  const said = {
    scopes: [...tokens.scopes],
    sites: sites.map((site) => ({
      ...site,
      // Names come in any length, and empty: nobody could choose such a site.
      name: shortText(site.name, 120) ?? URL.parse(site.url)?.host ?? site.id,
      scopes: [...site.scopes],
      settings: { ...site.settings } as Grant["sites"][number]["settings"],
    })),
    status: "active" as const,
    updatedAt: clock.now(),
  };
  if (known) {
    const grant = await updateDocument(
      table,
      grantSpec,
      factKey(id),
      ({ leftAtVendorAt: _over, isBeingTakenBack: _stays, ...current }) => ({
        ...current,
        ...said,
      }),
    );
    const { leavesOut } = await reviveConnections(context, grant);
    logger.info("consent.renewed", { grantId: id, sites: sites.length });
    return { outcome: "granted", grant, isAnew: true, leavesOut };
  }
  const grant: Grant = {
    type: "grant",
    id,
    connector: attempt.connector,
    ...said,
    createdAt: said.updatedAt,
    revision: 0,
  };
  if (!(await createDocument(table, grantSpec, grant))) {
    await secrets.remove(grantSecretName(id));
    throw new HubError("entity.conflict", "This consent's id is taken: begin again");
  }
  logger.info("consent.given", { grantId: id, connector: attempt.connector, sites: sites.length });
  return { outcome: "granted", grant, isAnew: false, leavesOut: false };
}

/**
 * Under the same lease as a refresh, and a generation later than any: a function that refreshes the
 * old tokens at this moment can neither overwrite the new ones nor mistake older ones for them.
 */
async function saveTokens(context: AppContext, id: GrantId, tokens: TokenSet): Promise<void> {
  const { clock, secrets } = context;
  const owner = context.random(12);
  for (let round = 0; round < leaseRounds; round += 1) {
    const lease = await takeLease(context, id, owner);
    if (!lease) {
      await clock.sleep(leasePauseMs);
      continue;
    }
    const generation = lease.generation + 1;
    await secrets.write(grantSecretName(id), {
      ...firstTokens(tokens),
      generation: String(generation),
    });
    return releaseLease(context, id, { ...lease, generation });
  }
  throw new HubError("entity.conflict", "Its tokens are being refreshed elsewhere: begin again");
}
