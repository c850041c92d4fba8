import { HubError } from "#shared/errors.ts";
import type { AccessTokens, OAuthApp } from "#shared/kit/oauth.ts";
import type { Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import type { SecretValues } from "#shared/ports/secrets.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { OpenDeps } from "./open-deps.ts";
import { TokenKeeper } from "./token-keeper.ts";

/** Where the OAuth app that an admin registered for a connector is kept: its id, secret and addresses. */
export function oauthAppSecretName(connector: string): string {
  return `oauth-app/${connector}`;
}

export function readOAuthApp(values: SecretValues | undefined): OAuthApp | undefined {
  const { clientId, clientSecret, authorizationUrl, apiUrl } = values ?? {};
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return {
    clientId,
    clientSecret,
    ...(authorizationUrl !== undefined && { authorizationUrl }),
    ...(apiUrl !== undefined && { apiUrl }),
  };
}

/** The tokens of a consent. Throws `connector.unauthorized` when there is no such consent any more. */
export async function openTokens(deps: OpenDeps, grantId: GrantId): Promise<AccessTokens> {
  const grant = await getDocument(deps.table, grantSpec, factKey(grantId));
  const provider = grant && (await deps.registry.find(grant.connector)?.oauth?.());
  const app = grant && readOAuthApp(await deps.secrets.read(oauthAppSecretName(grant.connector)));
  if (!grant || grant.status !== "active" || !provider || !app) {
    throw new HubError(
      "connector.unauthorized",
      "The consent that this connection rests on is over: give it again on the connection's page",
    );
  }
  const onRevoked = async () => {
    await updateDocument(deps.table, grantSpec, factKey(grantId), (current): Grant => ({
      ...current,
      status: "revoked",
      updatedAt: deps.clock.now(),
    }));
  };
  return new TokenKeeper(deps, { grantId, app, provider, onRevoked });
}
