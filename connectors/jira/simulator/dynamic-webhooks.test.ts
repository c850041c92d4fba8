import { Hono } from "hono";
import { jwtVerify } from "jose";
import { afterEach, describe, expect, test } from "vitest";

import { dayMs, instantOf } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const clientSecret = "the secret of the app";
const scopes = ["read:jira-work", "manage:jira-webhook"];
const oauthApps = [{ clientId: "client-1", clientSecret, scopes }];
const startMs = Date.UTC(2026, 10, 21, 8);
const hub = `Basic ${Buffer.from("hub@acme.example:token-of-the-hub").toString("base64")}`;

type Body = Record<string, unknown>;

async function start(seed: object = {}) {
  const received: { headers: Record<string, string>; body: Body }[] = [];
  const app = new Hono();
  app.post("/hook", async (c) => {
    received.push({ headers: c.req.header(), body: await c.req.json<Body>() });
    return c.body(null, 202);
  });
  const receiver = await serveSimulator({ app });
  cleanups.push(() => receiver.close());
  const clock = new ManualClock(instantOf(startMs));
  const jira = await startJiraSimulator({ seed: { ...smallSite, oauthApps, ...seed }, clock });
  cleanups.push(() => jira.close());
  const base = `${jira.url}/ex/jira/${jira.state.cloudId}/rest/api/3/webhook`;
  const call = async (method: string, path = "", body?: unknown, authorization = token(jira)) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text === "" ? "{}" : text) as Body };
  };
  const url = `${receiver.url}/hook`;
  const register = async (jqlFilter: string, more: object = {}) => {
    const webhook = { events: ["jira:issue_updated"], jqlFilter, ...more };
    const { body } = await call("POST", "", { url, webhooks: [webhook] });
    return (body["webhookRegistrationResult"] as Body[])[0];
  };
  return { jira, clock, call, register, received, url };
}

/** An access token of the administrator, as if just consented to and exchanged. */
function token(jira: Awaited<ReturnType<typeof startJiraSimulator>>): string {
  const app = { clientId: "client-1", redirectUri: "http://127.0.0.1:9/" };
  const consent = { ...app, accountId: "svc-1", scopes, cloudIds: [jira.state.cloudId] };
  const { code } = jira.perform({ kind: "grantConsent", ...consent }).result;
  const exchange = { kind: "exchangeCode", ...app, code: String(code) } as const;
  return `Bearer ${String(jira.perform(exchange).result["accessToken"])}`;
}

describe("dynamic webhooks", () => {
  test("carry a token signed with the app's secret, and the ids of all that matched", async () => {
    const { jira, register, received } = await start();
    const first = await register("project = PAY AND issuetype in (Epic)");
    const second = await register("project != null");
    await register("status = Erledigt");
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    await jira.sender.settle();
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toMatchObject({
      webhookEvent: "jira:issue_updated",
      matchedWebhookIds: [first?.["createdWebhookId"], second?.["createdWebhookId"]],
    });
    const jwt = received[0]?.headers["authorization"]?.replace("Bearer ", "") ?? "";
    const { payload } = await jwtVerify(jwt, new TextEncoder().encode(clientSecret), {
      currentDate: new Date(startMs),
    });
    const { cloudId } = jira.state;
    expect(payload).toMatchObject({
      iss: "client-1",
      sub: "svc-1",
      context: { cloudId, resourceId: cloudId, resourceType: "site" },
    });
    expect(received[0]?.headers["x-atlassian-webhook-flow"]).toBe("Primary");
  });

  test("a corrupted token does not verify", async () => {
    const { jira, register, received } = await start();
    await register("project = PAY");
    jira.faults.arm({ on: "webhook", kind: "corrupt-signature" });
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    await jira.sender.settle();
    const jwt = received[0]?.headers["authorization"]?.replace("Bearer ", "") ?? "";
    const key = new TextEncoder().encode(clientSecret);
    await expect(jwtVerify(jwt, key, { currentDate: new Date(startMs) })).rejects.toThrow(
      "signature verification failed",
    );
  });

  test("what the filter may not hold is said per webhook, with 200 for the whole", async () => {
    const { register, call, url } = await start();
    expect(await register("watchCount > 3")).toEqual({
      errors: ["The clause watchcount is unsupported"],
    });
    expect(await register("project is not EMPTY")).toEqual({
      errors: ["Operator is not is unsupported"],
    });
    expect(await register("")).toEqual({ errors: ["The JQL filter must not be empty"] });
    const events = ["issuelink_created"];
    const body = { url, webhooks: [{ events, jqlFilter: "project = PAY" }] };
    expect((await call("POST", "", body)).status).toBe(400);
  });

  test("at most five per app and user, at one URL, and only for apps", async () => {
    const { register, call, url } = await start();
    for (let count = 0; count < 5; count += 1) await register("project = PAY");
    expect(await register("project = PAY")).toHaveProperty("errors");
    const elsewhere = {
      url: `${url}/2`,
      webhooks: [{ events: ["jira:issue_created"], jqlFilter: "project = PAY" }],
    };
    expect((await call("POST", "", elsewhere)).body).toMatchObject({
      webhookRegistrationResult: [{ errors: [expect.stringContaining("single URL")] }],
    });
    expect((await call("GET", "", undefined, hub)).status).toBe(403);
    const listed = await call("GET", "?maxResults=2");
    expect(listed.body).toMatchObject({ total: 5, isLast: false });
    expect(listed.body["values"]).toHaveLength(2);
  });

  test("live thirty days unless refreshed, and end when deleted", async () => {
    const { jira, clock, register, received, call } = await start();
    const webhook = await register("project = PAY");
    const webhookIds = [webhook?.["createdWebhookId"], 999_999];
    clock.advance(20 * dayMs);
    const refreshed = await call("PUT", "/refresh", { webhookIds });
    expect(refreshed.body).toEqual({ expirationDate: startMs + 50 * dayMs });
    clock.advance(29 * dayMs);
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Once" });
    clock.advance(dayMs);
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Twice" });
    await jira.sender.settle();
    expect(received).toHaveLength(1);
    await register("project = PAY");
    const [left] = (await call("GET")).body["values"] as Body[];
    expect((await call("DELETE", "", { webhookIds: [left?.["id"]] })).status).toBe(202);
    expect((await call("GET")).body["total"]).toBe(0);
  });

  test("tell nothing of projects that their user may not see, nor to an app that was thrown out", async () => {
    const { jira, register, received } = await start();
    await register("project != null");
    jira.perform({ kind: "hideProject", projectKey: "PAY", accountId: "svc-1" });
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Unseen" });
    jira.perform({ kind: "updateIssue", key: "MOB-1", summary: "Seen" });
    jira.perform({ kind: "revokeGrant", clientId: "client-1" });
    jira.perform({ kind: "updateIssue", key: "MOB-1", summary: "Too late" });
    await jira.sender.settle();
    expect(received).toMatchObject([{ body: { issue: { fields: { summary: "Seen" } } } }]);
  });

  test("a filter that names a project deleted since lets nothing through, and harms nothing", async () => {
    const { jira, register, received, url } = await start();
    await register("project = OPS");
    const events = ["jira:issue_updated"];
    jira.perform({ kind: "registerWebhook", name: "hub", url, events, filter: "project = OPS" });
    jira.perform({ kind: "deleteProject", projectKey: "OPS" });
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    await jira.sender.settle();
    expect(received).toEqual([]);
    expect(jira.state.issue("PAY-4")?.summary).toBe("Renamed");
  });

  test("a private app hears only of what its owner registered", async () => {
    const ownedApps = oauthApps.map((app) => ({ ...app, ownerAccountId: "acc-dana" }));
    const { jira, register, received } = await start({ oauthApps: ownedApps });
    await register("project != null");
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    await jira.sender.settle();
    expect(received).toEqual([]);
  });

  const file = specsPath("openapi", "jira-cloud-v3.examples-parsed.json");
  test.skipIf(file === undefined)("every answer fits Atlassian's own document", async () => {
    const validator = new OpenApiValidator(file ?? "");
    const { call, url } = await start();
    const events = ["jira:issue_updated", "issue_property_set"];
    const good = { events, jqlFilter: "project = PAY", fieldIdsFilter: ["summary"] };
    const body = { url, webhooks: [good, { events, jqlFilter: "watchCount = 1" }] };
    const calls: readonly (readonly [string, string, unknown?, string?])[] = [
      ["POST", "", body],
      ["GET", "?maxResults=1"],
      ["PUT", "/refresh", { webhookIds: [1] }],
      ["DELETE", "", { webhookIds: [1] }],
      ["GET", "", undefined, hub],
    ];
    for (const [method, path, sent, authorization] of calls) {
      const answer = await call(method, path, sent, authorization);
      const [plain = "", query] = `/rest/api/3/webhook${path}`.split("?");
      const request = {
        query: new URLSearchParams(query),
        ...(sent !== undefined && { body: sent }),
      };
      const received = answer.status === 202 ? undefined : answer.body;
      const problems = [
        ...validator.validateRequest(method, plain, request),
        ...validator.validateResponse(method, plain, answer.status, received),
      ];
      expect({ method, path, problems }).toEqual({ method, path, problems: [] });
    }
  });
});
