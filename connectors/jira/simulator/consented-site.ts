import { firstTokens, grantSecretName, TokenKeeper } from "#shared/access/token-keeper.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { OAuthApp } from "#shared/kit/oauth.ts";
import { ConnectionId, grantId } from "#shared/model/ids.ts";
import type { SecretValues } from "#shared/ports/secrets.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { jiraOAuth } from "../oauth.ts";
import { JiraSettings } from "../settings.ts";
import { createJiraSource } from "../source.ts";
import { type JiraSimulatorOptions, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

export const connectionId = ConnectionId.parse("conn_0123456789");
const grant = grantId("0123456789");
const redirectUri = "http://127.0.0.1:9/callback";
const appScopes = [...jiraOAuth.scopes, ...(jiraOAuth.writeScopes ?? [])];

interface Wanted {
  /** What the person lets the app do; default: all that the hub asks for. */
  readonly scopes?: readonly string[];
  readonly accountId?: string;
  readonly settings?: Partial<JiraSettings>;
  readonly seed?: object;
  readonly points?: JiraSimulatorOptions["points"];
}

/** A simulated site, and a source that rests on a consent to it through the real provider and keeper. */
export async function startConsentedSite(wanted: Wanted = {}) {
  const clock = new ManualClock("2026-11-21T08:10:00.000Z");
  const client = { clientId: "client-1", clientSecret: "the secret of the app" };
  const seed = { ...smallSite, oauthApps: [{ ...client, scopes: appScopes }], ...wanted.seed };
  const jira = await startJiraSimulator({
    seed,
    clock,
    burstFactor: 100,
    ...(wanted.points && { points: wanted.points }),
  });
  const app: OAuthApp = { ...client, authorizationUrl: jira.url, apiUrl: jira.url };
  const consent = async (scopes = wanted.scopes ?? jiraOAuth.scopes) => {
    const { code } = jira.perform({
      kind: "grantConsent",
      clientId: app.clientId,
      accountId: wanted.accountId ?? "svc-1",
      scopes: [...scopes],
      cloudIds: [jira.state.cloudId],
      redirectUri,
    }).result;
    const nowMs = clock.nowMs();
    const given = { code: String(code), redirectUri, codeVerifier: "", nowMs };
    return jiraOAuth.exchange(app, given);
  };
  const kept = new Map<string, SecretValues>();
  kept.set(grantSecretName(grant), firstTokens(await consent()));
  let drawn = 0;
  const deps = {
    table: createMemoryTable(),
    secrets: memorySecrets(kept),
    clock,
    logger: createSilentLogger(),
    random: (length: number) => String((drawn += 1)).padStart(length, "0"),
  };
  const revocations: string[] = [];
  const onRevoked = async ({ message }: Error) => void revocations.push(message);
  /** What one function has of the consent. */
  const openTokens = () =>
    new TokenKeeper(deps, { grantId: grant, app, provider: jiraOAuth, onRevoked });
  const tokens = openTokens();
  const settings = JiraSettings.parse({
    baseUrl: `${jira.url}/ex/jira/${jira.state.cloudId}`,
    siteUrl: jira.url,
    ...wanted.settings,
  });
  const open = (more: Partial<SourceContext<JiraSettings>> = {}) =>
    createJiraSource(sourceContext({ connectionId, settings, clock, tokens, ...more }));
  return {
    jira,
    clock,
    app,
    tokens,
    openTokens,
    consent,
    revocations,
    open,
    settings,
    source: open(),
  };
}

function memorySecrets(kept: Map<string, SecretValues>) {
  return {
    read: async (name: string) => kept.get(name),
    write: async (name: string, values: SecretValues) => void kept.set(name, values),
    merge: async (name: string, values: SecretValues) =>
      void kept.set(name, { ...kept.get(name), ...values }),
    remove: async (name: string) => void kept.delete(name),
  };
}
