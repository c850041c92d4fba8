import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";

import type { Source, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "./settings.ts";
import { connectionId, startConsentedSite } from "./simulator/consented-site.ts";
import { createJiraSource } from "./source.ts";
import { appSecretText } from "./webhook-token.ts";
import { jiraWebhook } from "./webhook.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Wanted = Parameters<typeof startConsentedSite>[0];

async function start(wanted: Wanted = {}) {
  const site = await startConsentedSite(wanted);
  cleanups.push(() => site.jira.close());
  const received: Delivery[] = [];
  const app = new Hono();
  app.post("/webhooks/jira/:connection", async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const receivedAt = site.clock.now();
    received.push({ headers: c.req.header(), query: c.req.query(), body, receivedAt });
    return c.body(null, 202);
  });
  const hub = await serveSimulator({ app });
  cleanups.push(() => hub.close());
  const request = (id: string, connection: string = connectionId): SubscriptionRequest => ({
    id,
    targetUrl: `${hub.url}/webhooks/jira/${connection}?subscription=${id}`,
    resource: "*",
  });
  return { ...site, received, request };
}

async function subscribe(source: Source, request: SubscriptionRequest) {
  const made = await source.subscribe?.(request);
  if (!made) throw new Error("not made");
  return made;
}

const inspect = async (source: Source, ...known: SubscriptionRequest[]) => {
  const report = await source.inspectSubscriptions?.(known);
  return { found: Object.fromEntries(report?.found ?? []), strays: report?.strays };
};
const firstOf = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined) throw new Error("nothing came");
  return first;
};

describe("a webhook of an app", () => {
  test("arrives with a token that verifies with the subscription's secret, and becomes changes", async () => {
    const { source, jira, clock, received, request } = await start();
    expect(await source.subscriptionResources?.()).toEqual(["*"]);
    const { secret = "", expiresAt } = await subscribe(source, request("sub_1"));
    expect(expiresAt).toBe(instantOf(clock.nowMs() + 30 * dayMs));
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    jira.perform({ kind: "updateIssue", key: "MOB-2", summary: "In another project" });
    await jira.sender.settle();
    expect(received).toHaveLength(2);
    const delivery = firstOf(received);
    const verdict = await jiraWebhook.verify(delivery, [secret], clock.nowMs());
    const deliveryId = delivery.headers["x-atlassian-webhook-identifier"];
    expect(verdict).toEqual({ outcome: "accepted", deliveryId });
    expect((await source.interpret(delivery)).changes).toHaveLength(1);
  });

  test("is for the configured projects only", async () => {
    const { source, jira, received, request } = await start({ settings: { projects: ["MOB"] } });
    await subscribe(source, request("sub_1"));
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    jira.perform({ kind: "updateIssue", key: "MOB-2", summary: "Renamed" });
    await jira.sender.settle();
    expect(received).toHaveLength(1);
  });

  test("is found when it is registered again, and its address makes room for another", async () => {
    const { source, jira, request } = await start();
    const first = await subscribe(source, request("sub_1"));
    const again = await subscribe(source, request("sub_1"));
    expect(again).toEqual(first);
    const moved = await subscribe(source, request("sub_2"));
    expect(moved.nativeId).not.toBe(first.nativeId);
    expect(jira.state.dynamicWebhooks.size).toBe(1);
  });

  test("that another connection's address keeps out fails with Jira's own words", async () => {
    const { source, request } = await start();
    await subscribe(source, request("sub_1", "conn_9999999999"));
    await expect(subscribe(source, request("sub_2"))).rejects.toThrow(/single URL per app/u);
  });

  test("is renewed before its thirty days are over, and told apart from one that is gone", async () => {
    const { source, clock, request } = await start();
    const { nativeId } = await subscribe(source, request("sub_1"));
    clock.advance(20 * dayMs);
    const until = await source.renewSubscription?.(nativeId);
    expect(until && epochMsOf(until)).toBe(clock.nowMs() + 30 * dayMs);
    await source.unsubscribe?.(nativeId);
    await source.unsubscribe?.(nativeId);
    await expect(source.renewSubscription?.(nativeId)).rejects.toMatchObject({
      code: "connector.not-found",
    });
  });

  test("is not asked for by a consent that lacks the scope", async () => {
    const scopes = ["read:jira-work", "read:jira-user", "offline_access"];
    const { source } = await start({ scopes });
    expect(await source.subscriptionResources?.()).toEqual([]);
  });
});

describe("what Jira has of the registrations", () => {
  test("is told by our own ids: working, ending, not as the settings want, or gone", async () => {
    const { source, clock, request, open, settings } = await start();
    const one = request("sub_1");
    const { nativeId } = await subscribe(source, one);
    const expiresAt = instantOf(clock.nowMs() + 30 * dayMs);
    expect(await inspect(source, one, request("sub_2"))).toEqual({
      found: { sub_1: { nativeId, isWorking: true, expiresAt } },
      strays: [],
    });
    const narrowed = open({ settings: { ...settings, projects: ["PAY"] } });
    expect((await inspect(narrowed, one)).found).toMatchObject({ sub_1: { isWorking: false } });
    clock.advance(31 * dayMs);
    expect((await inspect(source, one)).found).toEqual({});
  });

  test("names as strays what sends to this connection unknown, and nothing else", async () => {
    const { source, request } = await start();
    const { nativeId } = await subscribe(source, request("sub_1"));
    expect((await inspect(source, request("sub_2"))).strays).toEqual([nativeId]);
    expect((await inspect(source, request("sub_2", "conn_9999999999"))).strays).toEqual([]);
    expect((await inspect(source)).strays).toEqual([]);
  });

  test("is told for an administrator's webhooks too", async () => {
    const { jira, clock, request } = await start();
    const login = { email: "hub@acme.example", apiToken: "token-of-the-hub" };
    const settings = JiraSettings.parse({ baseUrl: jira.url, ...login, projects: ["PAY"] });
    const source = createJiraSource(sourceContext({ connectionId, settings, clock }));
    const one = request("sub_1");
    const { nativeId } = await subscribe(source, one);
    const hand = {
      name: "By hand",
      url: "https://elsewhere.example/",
      events: ["jira:issue_created"],
    };
    jira.perform({ kind: "registerWebhook", ...hand });
    expect(await inspect(source, one)).toEqual({
      found: { sub_1: { nativeId, isWorking: true } },
      strays: [],
    });
    const all = { ...settings, projects: [] };
    const widened = createJiraSource(sourceContext({ connectionId, settings: all, clock }));
    expect((await inspect(widened, one)).found).toMatchObject({ sub_1: { isWorking: false } });
    expect((await inspect(source, request("sub_2"))).strays).toEqual([nativeId]);
  });
});

describe("a delivery's token", () => {
  async function delivered() {
    const site = await start();
    const { secret = "" } = await subscribe(site.source, site.request("sub_1"));
    site.jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Renamed" });
    await site.jira.sender.settle();
    const delivery = firstOf(site.received);
    const outcome = async (secrets: readonly string[], nowMs = site.clock.nowMs()) =>
      (await jiraWebhook.verify(delivery, secrets, nowMs)).outcome;
    return { ...site, delivery, secret, outcome };
  }

  test("is refused for another app, another secret, another site, and outside of its time", async () => {
    const { app, jira, clock, secret, outcome } = await delivered();
    const own = { clientId: app.clientId, clientSecret: app.clientSecret };
    expect(await outcome([appSecretText(own)])).toBe("accepted");
    const wrong = [
      appSecretText({ ...own, clientId: "another" }),
      appSecretText({ ...own, clientSecret: "another" }),
      appSecretText({ ...own, cloudId: "another" }),
    ];
    expect(await outcome(wrong)).toBe("unverified");
    expect(await outcome([...wrong, secret])).toBe("accepted");
    expect(await outcome([secret], clock.nowMs() - 120_000)).toBe("unverified");
    expect(await outcome([secret], clock.nowMs() + 3_600_000)).toBe("unverified");
    expect(jira.state.cloudId).not.toBe("another");
  });

  test("is never taken where no app is known, and the app's secret signs no bodies", async () => {
    const { delivery, secret, outcome, clock } = await delivered();
    expect(await outcome([])).toBe("unverified");
    expect(await outcome(["a secret of an administrator's webhook"])).toBe("unverified");
    const headers = { ...delivery.headers, "x-hub-signature": "sha256=00" };
    const signed = await jiraWebhook.verify({ ...delivery, headers }, [secret], clock.nowMs());
    expect(signed.outcome).toBe("unverified");
    const unsigned = { ...delivery, headers: { authorization: "Bearer a.b.c" } };
    const verdict = await jiraWebhook.verify(unsigned, [secret], clock.nowMs());
    expect(verdict.outcome).toBe("unverified");
  });
});
