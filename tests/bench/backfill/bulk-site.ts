import { jiraOAuth } from "#connectors/jira/oauth.ts";
import type { JiraSeedInput } from "#connectors/jira/simulator/seed.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { smallSite } from "#connectors/jira/simulator/small-site.ts";
import type { TokenSet } from "#shared/kit/oauth.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";

/** Credentials of the simulated sites that are read here. */
export const siteAccount = { email: "hub@acme.example", apiToken: "token-of-the-hub" } as const;
export const siteApp = { clientId: "bench-app", clientSecret: "secret of the bench app" } as const;
const redirectUri = "http://127.0.0.1:9/callback";

/** A site with nothing but so many generated issues in ten projects, created evenly over two years. */
export function bulkSeed(issues: number, untilMs: number): JiraSeedInput {
  return {
    siteName: "bulk",
    users: smallSite.users,
    credentials: smallSite.credentials,
    statuses: smallSite.statuses,
    fields: smallSite.fields,
    oauthApps: [{ ...siteApp, scopes: [...jiraOAuth.scopes] }],
    bulk: { issues, from: instantOf(untilMs - 730 * dayMs), until: instantOf(untilMs) },
  };
}

/** Tokens of a consent to the app, as a person would have given it. */
export async function consentTo(jira: JiraSimulator, nowMs: number): Promise<TokenSet> {
  const { code } = jira.perform({
    kind: "grantConsent",
    clientId: siteApp.clientId,
    accountId: "svc-1",
    scopes: [...jiraOAuth.scopes],
    cloudIds: [jira.state.cloudId],
    redirectUri,
  }).result;
  const app = { ...siteApp, authorizationUrl: jira.url, apiUrl: jira.url };
  return jiraOAuth.exchange(app, { code: String(code), redirectUri, codeVerifier: "", nowMs });
}
