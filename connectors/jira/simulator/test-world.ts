import type { Source, SourceContext } from "#shared/kit/connector.ts";
import type { RequestBudget } from "#shared/kit/request-budget.ts";
import type { Change } from "#shared/model/change.ts";
import { ConnectionId, type FactId, factId, type FactType, readFactId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "../settings.ts";
import { createJiraSource } from "../source.ts";
import type { JiraSeedInput } from "./seed.ts";
import { type JiraSimulator, type JiraSimulatorOptions, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

export const connectionId = ConnectionId.parse("conn_0123456789");
export const startedAt = "2026-11-21T08:00:00.000Z";

export interface JiraWorld {
  readonly clock: ManualClock;
  readonly jira: JiraSimulator;
  readonly source: Source;
  /** Endpoints asked since the start, in order: `POST /search/jql`. */
  readonly asked: string[];
  /** Another source on the same site, as the next invocation has it. */
  reopen(settings?: Partial<JiraSettings>, more?: Partial<SourceContext<JiraSettings>>): Source;
}

interface Options {
  readonly seed?: JiraSeedInput;
  readonly settings?: Partial<JiraSettings>;
  readonly context?: Partial<SourceContext<JiraSettings>>;
  readonly simulator?: Partial<JiraSimulatorOptions>;
  /** Reads by a consent to an app, through the gateway, instead of an API token. */
  readonly byConsent?: boolean;
}

const app = {
  clientId: "client-of-the-hub",
  clientSecret: "the secret of the hub's app",
  scopes: ["read:jira-work", "read:jira-user"],
};

/** A simulated site and a source that reads it, with every request counted. The caller closes `jira`. */
export async function connectJira(options: Options = {}): Promise<JiraWorld> {
  const clock = new ManualClock(startedAt);
  const jira = await startJiraSimulator({
    seed: { ...(options.seed ?? smallSite), oauthApps: [app] },
    clock,
    burstFactor: 1_000_000,
    ...options.simulator,
  });
  const token = options.byConsent === true ? await consent(jira) : undefined;
  const credentials =
    token === undefined
      ? { baseUrl: jira.url, email: "hub@acme.example", apiToken: "token-of-the-hub" }
      : { baseUrl: `${jira.url}/ex/jira/${jira.state.cloudId}`, siteUrl: jira.url };
  const tokens: Partial<SourceContext<JiraSettings>> =
    token === undefined ? {} : { tokens: { app, read: () => Promise.resolve(token) } };
  const asked: string[] = [];
  const budget: RequestBudget = {
    admit: ({ endpoint }) => {
      asked.push(endpoint);
      return Promise.resolve();
    },
    observe: () => Promise.resolve(),
  };
  const reopen: JiraWorld["reopen"] = (settings = {}, more = {}) =>
    createJiraSource(
      sourceContext({
        connectionId,
        clock,
        budget,
        settings: JiraSettings.parse({
          ...credentials,
          goalTypes: ["level 2=initiative", "level 3=objective"],
          ...options.settings,
          ...settings,
        }),
        ...tokens,
        ...options.context,
        ...more,
      }),
    );
  return { clock, jira, source: reopen(), asked, reopen };
}

/** An access token of the hub's app for the seed's first account. */
async function consent(jira: JiraSimulator): Promise<string> {
  const redirect_uri = "http://127.0.0.1:9/callback";
  const { clientId: client_id, clientSecret: client_secret } = app;
  const headers = { "content-type": "application/json" };
  const [accountId] = jira.state.users.keys();
  const scope = app.scopes.join(" ");
  const query = new URLSearchParams({ client_id, redirect_uri, scope, response_type: "code" });
  const answer = await fetch(`${jira.url}/authorize?${query.toString()}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ accountId, cloudId: jira.state.cloudId }),
    redirect: "manual",
  });
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code");
  const grant = { grant_type: "authorization_code", code, redirect_uri, client_id, client_secret };
  const body = JSON.stringify(grant);
  const made = await fetch(`${jira.url}/oauth/token`, { method: "POST", headers, body });
  const { access_token } = (await made.json()) as { readonly access_token: string };
  return access_token;
}

/** The id that the hub gives a record of the connected site. */
export function idOf(type: FactType, native: string): FactId {
  return factId(type, "jira", connectionId, native);
}

export function nativeIdOf(change: Change): string {
  return readFactId(change.kind === "upserted" ? change.record.id : change.id)?.nativeId ?? "";
}
