import { createHmac } from "node:crypto";

import type { TokenSet } from "#shared/kit/oauth.ts";
import type { AccessTokens } from "#shared/kit/oauth.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type {
  CollectionCase,
  ContractCase,
  ShortId,
  SourceStage,
  Variant,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { jiraOAuth } from "../oauth.ts";
import { adminWebhookScope, usedScopes } from "../scopes.ts";
import type { JiraSeedInput } from "./seed.ts";
import { type JiraSimulator, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const goalIds = new Set(["10100", "10101"]);
const manyIssues = Array.from({ length: 250 }, (_, index) => {
  const at = instantOf(Date.UTC(2026, 8, 1) + index * minuteMs);
  return {
    id: String(20_000 + index),
    key: `PAY-${1000 + index}`,
    typeId: "10011",
    summary: `One story of many ${index}`,
    statusId: "1",
    created: at,
    updated: at,
  };
});

/** What the hub asks for when a person consents, writing included. */
const scopes = usedScopes.map(({ name }) => name);
const app = {
  clientId: "client-of-the-hub",
  clientSecret: "the secret of the hub's app",
  scopes: [...scopes, "offline_access"],
};
const scopedToken = {
  token: "scoped-token-of-the-hub",
  email: "scoped@acme.example",
  scopes: [...scopes, adminWebhookScope.name],
};
const users = smallSite.users.map((user) =>
  user.accountId === "svc-1" ? { ...user, isAdmin: true, apiTokens: [scopedToken] } : user,
);

/** A consent that is given anew whenever its access token ends. */
function consentTo(jira: JiraSimulator, clock: ManualClock): AccessTokens {
  const provided = { ...app, authorizationUrl: jira.url, apiUrl: jira.url };
  const redirectUri = "http://127.0.0.1:9/callback";
  let held: TokenSet | undefined;
  return {
    app,
    read: async ({ refused } = {}) => {
      const nowMs = clock.nowMs();
      const isGood = held && held.expiresAtMs > nowMs + minuteMs && held.accessToken !== refused;
      if (held && isGood) return held.accessToken;
      const { result } = jira.perform({
        kind: "grantConsent",
        clientId: app.clientId,
        accountId: "svc-1",
        scopes: app.scopes,
        cloudIds: [jira.state.cloudId],
        redirectUri,
      });
      const code = String(result["code"]);
      held = await jiraOAuth.exchange(provided, { code, redirectUri, codeVerifier: "", nowMs });
      return held.accessToken;
    },
  };
}

/** The ways in that lead through the gateway. */
function variantsOf(jira: JiraSimulator, clock: ManualClock): readonly Variant[] {
  const gateway = (root: string) => ({
    baseUrl: `${root}/ex/jira/${jira.state.cloudId}`,
    siteUrl: root,
  });
  const { email, token: apiToken } = scopedToken;
  return [
    { what: "by a scoped token", settings: (root) => ({ ...gateway(root), email, apiToken }) },
    {
      what: "of an app",
      settings: (root) => ({ ...gateway(root), email: undefined, apiToken: undefined }),
      tokens: consentTo(jira, clock),
    },
  ];
}

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const issues = [...smallSite.issues, ...(size === "small" ? [] : manyIssues)];
  const seed: JiraSeedInput = { ...smallSite, issues, users, oauthApps: [app] };
  const jira = await startJiraSimulator({ seed, clock, burstFactor: 1000 });
  const facts = issues.map(({ id }): ShortId => `${goalIds.has(id) ? "goal" : "work-item"} ${id}`);
  return {
    url: jira.url,
    clock,
    faults: jira.faults,
    settings: (root) => ({
      baseUrl: root,
      email: "hub@acme.example",
      apiToken: "token-of-the-hub",
      goalTypes: ["level 2=initiative", "level 3=objective"],
      goalLinkFields: ["goal link"],
      keptFields: ["Product area", "customfield_10061=Market", "Component"],
    }),
    collections: { accounts: accountsOf(jira), issues: issuesOf(jira, facts) },
    variants: variantsOf(jira, clock),
    settle: () => jira.sender.settle(),
    close: () => jira.close(),
  };
}

let renamed = 0;

/** A name that it did not have before. */
function anew(name: string): string {
  renamed += 1;
  return `${name}, changed ${renamed} times`;
}

function accountsOf(jira: JiraSimulator): CollectionCase {
  const accountId = "acc-kim";
  return {
    facts: smallSite.users.map((user): ShortId => `account ${user.accountId}`),
    unknown: "account acc-nobody",
    isIncremental: false,
    change: {
      of: `account ${accountId}`,
      perform: () => jira.perform({ kind: "updateUser", accountId, displayName: anew("Kim Berg") }),
    },
  };
}

function issuesOf(jira: JiraSimulator, facts: readonly ShortId[]): CollectionCase {
  return {
    facts,
    unknown: "work-item 99999",
    isIncremental: true,
    change: {
      of: "work-item 10106",
      perform: () =>
        jira.perform({ kind: "updateIssue", key: "PAY-5", summary: anew("Fails on Sundays") }),
    },
    remove: {
      of: "work-item 10104",
      perform: () => jira.perform({ kind: "deleteIssue", key: "PAY-3" }),
    },
    hide: {
      of: "work-item 10107",
      brings: ["work-item 10108"],
      perform: () => jira.perform({ kind: "hideProject", projectKey: "MOB" }),
    },
  };
}

const search = "/rest/api/3/search/jql";
const bulk = "/rest/api/3/issue/bulkfetch";
const firstIssue = ["issues", 0, "fields"] as const;

export const contractCase: ContractCase = {
  source: {
    start,
    paged: ["issues"],
    refused: [
      {
        what: "a wrong API token",
        settings: { apiToken: "a-wrong-token" },
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: { baseUrl: "http://127.0.0.1:1" },
        codes: ["connector.unreachable"],
      },
      {
        what: "a project that the account cannot see",
        settings: { projects: ["GONE"] },
        codes: ["connector.forbidden"],
      },
    ],
    apiPath: "/rest/",
    drifts: [
      { collection: "issues", request: bulk, at: [...firstIssue, "status"], says: "status" },
      {
        collection: "issues",
        request: bulk,
        at: [...firstIssue, "issuetype", "id"],
        says: "issuetype.id",
      },
      { collection: "issues", request: search, at: ["issues"], says: "issues" },
      {
        collection: "accounts",
        request: "/rest/api/3/users/search",
        at: [0, "active"],
        says: "active",
      },
    ],
    openEnums: [
      {
        collection: "issues",
        request: bulk,
        at: [...firstIssue, "status", "statusCategory", "key"],
        value: "on-the-moon",
      },
      {
        collection: "accounts",
        request: "/rest/api/3/users/search",
        at: [1, "accountType"],
        value: "robot",
      },
    ],
    overlapMinutes: 10,
    document: {
      file: ["openapi", "jira-cloud-v3.examples-parsed.json"],
      // Through the gateway, the site's id stands in front.
      pathOf: (path) => path.replace(/^\/ex\/jira\/[^/]+/u, ""),
      operationsMin: 24,
      outside: [
        {
          path: /^\/oauth\/token\/accessible-resources$/u,
          why: "The gateway's own: developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps",
        },
        {
          path: /^(?:\/ex\/jira\/[^/]+)?\/rest\/webhooks\/1\.0\//u,
          why: "Administrators' webhooks are described on developer.atlassian.com/cloud/jira/platform/webhooks, not in the document",
        },
      ],
      knownErrors: [
        {
          in: "response",
          method: "GET",
          path: "/rest/api/3/issue/{issueIdOrKey}/remotelink",
          says: "body: Response body must be object",
          why: "The document's own example is a list, and its words are that all links are returned where no global id is given",
        },
        {
          in: "response",
          method: "PUT",
          path: "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}",
          says: 'The received media type "" does not match the one specified in the current response: application/json',
          why: "The document gives no schema and no example: Jira answers without a body, hence without a type",
        },
      ],
    },
    writeBack: ["entity-property", "remote-link"].map((way) => ({
      what: `as ${way}`,
      settings: { writeBack: way },
      collection: "issues",
    })),
    webhooks: [
      {
        isBodySigned: true,
        collection: "issues",
        sign: (body, secret) => ({
          "x-hub-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
        }),
      },
      // Their token is signed, with the secret of the app.
      { isBodySigned: false, collection: "issues", variant: "of an app" },
    ],
  },
};
