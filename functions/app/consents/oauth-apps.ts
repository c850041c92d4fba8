import * as z from "zod";

import { oauthAppSecretName, readOAuthApp } from "#shared/access/grants.ts";
import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { OAuthApp, OAuthProvider } from "#shared/kit/oauth.ts";
import { serverAddress } from "#shared/kit/server-address.ts";
import { listDocuments, updateDocument } from "#shared/store/documents.ts";
import { factKey, lists } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { callbackPath } from "./browser-binding.ts";

const Address = serverAddress().max(300).optional();

export const OAuthAppInput = z.strictObject({
  clientId: z.string().trim().min(1).max(200).meta({
    title: "Client id",
    description: "As the vendor shows it beside the app",
  }),
  clientSecret: z.string().trim().min(1).max(500).meta({
    title: "Client secret",
    description: "Kept with the other secrets and never given back",
    secret: true,
  }),
  authorizationUrl: Address.meta({
    title: "Address of the authorization server",
    description:
      "Leave it empty, unless the tool gives each company an address of its own, or you connect a test server",
  }),
  apiUrl: Address.meta({
    title: "Address of the API",
    description: "Leave it empty, unless you connect a test server",
  }),
});
export type OAuthAppInput = z.infer<typeof OAuthAppInput>;

/** What an admin must know to register an app at the vendor, and whether that was done. */
export const ConsentInfo = z
  .strictObject({
    isConfigured: z.boolean().meta({ description: "The hub has a client id and a secret" }),
    redirectUri: z.string().meta({ description: "To be registered with the vendor's app" }),
    scopes: z.array(z.string()).meta({ description: "To be allowed in the vendor's app" }),
    writeScopes: z
      .array(z.string())
      .meta({ description: "To be allowed as well where the hub shall write into the tool" }),
  })
  .meta({ id: "ConsentInfo" });
export type ConsentInfo = z.infer<typeof ConsentInfo>;

export function redirectUriOf({ publicUrl }: Pick<AppContext, "publicUrl">): string {
  return `${publicUrl}${callbackPath}`;
}

/** Undefined where the connector knows no consent. */
export async function consentInfo(
  context: AppContext,
  connector: Connector,
): Promise<ConsentInfo | undefined> {
  if (!connector.oauth) return undefined;
  const [provider, values] = await Promise.all([
    connector.oauth(),
    context.secrets.read(oauthAppSecretName(connector.name)),
  ]);
  return {
    isConfigured: readOAuthApp(values) !== undefined,
    redirectUri: redirectUriOf(context),
    scopes: [...provider.scopes],
    writeScopes: [...(provider.writeScopes ?? [])],
  };
}

/** Throws `entity.not-found` for a connector that people cannot consent to. */
export async function consentConnector(
  { registry }: AppContext,
  name: string,
): Promise<{ readonly connector: Connector; readonly provider: OAuthProvider }> {
  const connector = registry.get(name);
  const provider = await connector.oauth?.();
  if (provider) return { connector, provider };
  throw new HubError("entity.not-found", `${connector.title} is connected without an OAuth app`);
}

/** Keeps the hub's app for a connector; what was kept before is replaced. */
export async function saveOAuthApp(
  context: AppContext,
  name: string,
  app: OAuthAppInput,
): Promise<ConsentInfo> {
  const { connector } = await consentConnector(context, name);
  const { clientId, clientSecret, authorizationUrl, apiUrl } = app;
  const before = readOAuthApp(
    await context.secrets.read(oauthAppSecretName(connector.name), { fresh: true }),
  );
  // Tokens of one server are no other server's to see.
  if (before && serverOf(before) !== serverOf(app)) await endConsents(context, connector.name);
  await context.secrets.write(oauthAppSecretName(connector.name), {
    clientId,
    clientSecret,
    ...(authorizationUrl !== undefined && { authorizationUrl }),
    ...(apiUrl !== undefined && { apiUrl }),
  });
  context.logger.info("oauth-app.saved", { connector: connector.name });
  const info = await consentInfo(context, connector);
  if (!info) throw new HubError("invariant.broken", "A connector lost its consent on the way");
  return { ...info, isConfigured: true };
}

function serverOf({
  authorizationUrl,
}: Pick<OAuthAppInput, "authorizationUrl">): string | undefined {
  return authorizationUrl === undefined ? undefined : URL.parse(authorizationUrl)?.origin;
}

async function endConsents({ table, clock, logger }: AppContext, connector: string): Promise<void> {
  for (const { id, ...grant } of await listDocuments(table, grantSpec, lists.grants)) {
    if (grant.connector !== connector) continue;
    const over = { status: "revoked" as const, updatedAt: clock.now() };
    await updateDocument(table, grantSpec, factKey(id), (current) => ({ ...current, ...over }));
    logger.warn("consent.ended", { grantId: id, connector });
  }
}

/** Throws `connector.misconfigured` when no app was entered yet. */
export async function loadOAuthApp(
  { secrets }: AppContext,
  connector: Connector,
): Promise<OAuthApp> {
  const app = readOAuthApp(await secrets.read(oauthAppSecretName(connector.name), { fresh: true }));
  if (app) return app;
  throw new HubError(
    "connector.misconfigured",
    `The hub has no OAuth app for ${connector.title} yet: enter its client id and secret first`,
  );
}
