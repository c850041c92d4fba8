import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";

import type { Source, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { ConnectionId, factId, type FactType } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import { sourceContext } from "#shared/testing/source-context.ts";
import { specsPath } from "#shared/testing/specs.ts";

import deleted from "./fixtures/webhook-issue-deleted.json" with { type: "json" };
import updated from "./fixtures/webhook-issue-updated.json" with { type: "json" };
import linked from "./fixtures/webhook-issuelink-created.json" with { type: "json" };
import { JiraSettings } from "./settings.ts";
import { startJiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";
import { createJiraSource } from "./source.ts";
import { verifySigned } from "./webhook.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const id = (type: FactType, native: string) => factId(type, "jira", connectionId, native);
const receivedAt = instantOf(Date.UTC(2026, 10, 21, 8));

async function connect(settings: Partial<JiraSettings> = {}) {
  const clock = new ManualClock(receivedAt);
  const jira = await startJiraSimulator({ seed: smallSite, clock });
  cleanups.push(() => jira.close());
  const context = sourceContext({
    connectionId,
    settings: JiraSettings.parse({
      baseUrl: jira.url,
      email: "hub@acme.example",
      apiToken: "token-of-the-hub",
      goalTypes: ["level 2=initiative", "level 3=objective"],
      ...settings,
    }),
    clock,
  });
  const source = createJiraSource(context);
  const interpret = (payload: object, at = soonAfter(payload)) =>
    source.interpret({ ...deliveryOf(JSON.stringify(payload)), receivedAt: at });
  return { jira, clock, source, interpret };
}

function deliveryOf(text: string, headers: Record<string, string> = {}): Delivery {
  return { headers, query: {}, body: Buffer.from(text), receivedAt };
}

/** A delivery comes a moment after its event. */
function soonAfter(payload: object) {
  const at = "timestamp" in payload ? Number(payload.timestamp) : Date.parse(receivedAt);
  return instantOf(Math.min(at + 1000, Date.parse(receivedAt)));
}

describe("issue events", () => {
  test("are taken from the body, as of the event's time, without asking Jira for the issue", async () => {
    const { interpret, jira } = await connect();
    jira.faults.arm({
      on: "request",
      kind: "status",
      status: 500,
      pathPrefix: "/rest/api/3/issue/",
    });
    const { changes } = await interpret(updated.payload);
    expect(changes).toMatchObject([
      {
        record: {
          id: id("work-item", "10102"),
          sourceVersion: Date.UTC(2026, 10, 3, 9),
          readAt: "2026-11-03T09:00:00.000Z",
        },
        edges: [{ type: "link", toId: id("goal", "10101") }],
      },
    ]);
  });

  test("a deletion buries the issue at the event's time, as what it was", async () => {
    const { interpret } = await connect();
    const sourceVersion = Date.UTC(2026, 10, 4, 9);
    const readAt = instantOf(sourceVersion);
    const removal = { kind: "removed", sourceVersion, readAt };
    expect((await interpret(deleted.payload)).changes).toEqual([
      { ...removal, id: id("work-item", "10102") },
    ]);
    const bodiless = { ...deleted.payload, issue: { id: "10102" } };
    expect((await interpret(bodiless)).changes).toEqual([
      { ...removal, id: id("work-item", "10102") },
      { ...removal, id: id("goal", "10102") },
    ]);
  });

  test("late news of a deletion is no deletion where the issue is still there", async () => {
    const { interpret } = await connect();
    const after = (minutes: number) => instantOf(updated.payload.timestamp + minutes * 60_000);
    const payload = { ...updated.payload, webhookEvent: "jira:issue_deleted" };
    expect((await interpret(payload, after(6))).changes).toMatchObject([{ kind: "upserted" }]);
    expect((await interpret(payload, after(4))).changes).toMatchObject([{ kind: "removed" }]);
  });

  test("a deletion whose body does not tell whether it was a goal buries both forms", async () => {
    const { interpret } = await connect();
    const { issue } = deleted.payload;
    const issuetype = { id: "10010", name: "Epic" };
    const payload = {
      ...deleted.payload,
      issue: { ...issue, fields: { ...issue.fields, issuetype } },
    };
    expect((await interpret(payload)).changes).toMatchObject([
      { kind: "removed", id: id("work-item", "10102") },
      { kind: "removed", id: id("goal", "10102") },
    ]);
  });

  test("a deletion right after an edit is never older than the edit, even if Jira's clock runs ahead", async () => {
    const { interpret } = await connect();
    const ahead = Date.UTC(2026, 10, 21, 8, 0, 30);
    const { issue } = deleted.payload;
    const fields = { ...issue.fields, updated: instantOf(ahead) };
    const payload = { ...deleted.payload, timestamp: ahead + 5, issue: { ...issue, fields } };
    expect((await interpret(payload)).changes).toMatchObject([
      { sourceVersion: ahead + 5, readAt: receivedAt },
    ]);
  });

  test("a burst of deliveries asks for the site's fields once", async () => {
    const { interpret, jira } = await connect();
    await interpret(updated.payload);
    const down = { kind: "status", status: 500, pathPrefix: "/rest/api/3/field" } as const;
    jira.faults.arm({ on: "request", ...down });
    expect((await interpret(updated.payload)).changes).toHaveLength(1);
  });

  test("a retried body may be overtaken: the issue is read as it is now", async () => {
    const { source } = await connect();
    const late = JSON.stringify(updated.payload);
    const delivery = deliveryOf(late, { "x-atlassian-webhook-retry": "2" });
    const { changes } = await source.interpret(delivery);
    expect(changes).toMatchObject([{ record: { readAt: receivedAt, title: "Payout engine" } }]);
  });

  test("a body that was long on its way may be overtaken as well", async () => {
    const { interpret } = await connect();
    const after = (minutes: number) => instantOf(updated.payload.timestamp + minutes * 60_000);
    expect((await interpret(updated.payload, after(6))).changes).toMatchObject([
      { record: { readAt: receivedAt, title: "Payout engine" } },
    ]);
    expect((await interpret(updated.payload, after(4))).changes).toMatchObject([
      { record: { title: updated.payload.issue.fields.summary } },
    ]);
  });

  test("a body that contradicts its changelog, or lacks a category, is read again", async () => {
    const { interpret } = await connect();
    const { fields } = updated.payload.issue;
    for (const thin of [
      { ...fields, parent: undefined },
      { ...fields, status: { name: "To Do" } },
      { ...fields, issuetype: { id: "10010", name: "Epic" } },
    ]) {
      const payload = { ...updated.payload, issue: { ...updated.payload.issue, fields: thin } };
      const { changes } = await interpret(payload);
      expect(changes).toMatchObject([{ record: { readAt: receivedAt, title: "Payout engine" } }]);
    }
  });

  test.each([["10500"], [{ id: "10500", name: "Board" }]])(
    "the security level is kept in either form that Jira writes: %j",
    async (security) => {
      const { interpret } = await connect();
      const { issue } = updated.payload;
      const fields = { ...issue.fields, security };
      const { changes } = await interpret({ ...updated.payload, issue: { ...issue, fields } });
      expect(changes).toMatchObject([{ record: { restrictedTo: "10500" } }]);
    },
  );

  test("an issue whose type became a goal's stops being work", async () => {
    const { interpret } = await connect();
    const { issue } = updated.payload;
    const issuetype = { id: "10002", name: "Initiative", hierarchyLevel: 2 };
    const payload = {
      ...updated.payload,
      issue: { ...issue, fields: { ...issue.fields, issuetype } },
      changelog: { items: [{ field: "issuetype", from: "10010", to: "10002" }] },
    };
    expect((await interpret(payload)).changes).toMatchObject([
      { kind: "upserted", record: { id: id("goal", "10102") } },
      { kind: "removed", id: id("work-item", "10102") },
    ]);
  });

  test("an issue of a project that is not read is left alone, unless it has just left one that is", async () => {
    const { interpret } = await connect({ projects: ["MOB"] });
    expect(await interpret(updated.payload)).toEqual({ changes: [], rejected: [] });
    const moved = { ...updated.payload, changelog: { items: [{ field: "Key", to: "PAY-1" }] } };
    expect((await interpret(moved)).changes).toMatchObject([
      { kind: "removed" },
      { kind: "removed" },
    ]);
  });

  test("a late or thin body of an issue that is in a project that is not read by now does not bring it back", async () => {
    const { interpret, jira } = await connect({ projects: ["PAY"] });
    jira.perform({ kind: "moveIssue", key: "PAY-1", projectKey: "OPS" });
    expect(await interpret(updated.payload, receivedAt)).toEqual({ changes: [], rejected: [] });
    const deletion = { ...updated.payload, webhookEvent: "jira:issue_deleted" };
    expect((await interpret(deletion, receivedAt)).changes).toMatchObject([{ kind: "removed" }]);
    const { issue } = updated.payload;
    const thin = { ...updated.payload, issue: { id: issue.id, key: issue.key } };
    expect(await interpret(thin)).toEqual({ changes: [], rejected: [] });
    const moved = { ...thin, changelog: { items: [{ field: "Key", to: "OPS-2" }] } };
    expect((await interpret(moved)).changes).toMatchObject([
      { kind: "removed" },
      { kind: "removed" },
    ]);
  });

  test("a clock that runs ahead at Jira cannot make a reading newer than its arrival", async () => {
    const { interpret } = await connect();
    const { changes } = await interpret({ ...updated.payload, timestamp: Date.UTC(2030, 0) });
    expect(changes).toMatchObject([{ record: { readAt: receivedAt } }]);
  });
});

describe("link events", () => {
  test("carry numbers only: both ends are read, and the blocked one names its blocker", async () => {
    const { interpret, jira } = await connect();
    jira.perform({
      kind: "linkIssues",
      typeId: "10000",
      sourceKey: "PAY-5",
      destinationKey: "PAY-2",
    });
    const { changes } = await interpret(linked.payload);
    expect(changes).toMatchObject([
      {
        record: { id: id("work-item", "10103") },
        edges: [{ type: "dependency", blockingId: id("work-item", "10106") }],
      },
      { record: { id: id("work-item", "10106") }, edges: [] },
    ]);
  });

  test("an end in a project that is not read is left alone, and so is a link of two such ends", async () => {
    const { interpret, jira } = await connect({ projects: ["MOB"] });
    const mobile = jira.state.issue("MOB-1")?.id ?? "";
    const { issueLink } = linked.payload;
    const oneEnd = { ...issueLink, sourceIssueId: Number(mobile) };
    expect((await interpret({ ...linked.payload, issueLink: oneEnd })).changes).toMatchObject([
      { record: { id: id("work-item", mobile) } },
    ]);
    expect(await interpret(linked.payload)).toMatchObject({ changes: [], rejected: [] });
  });

  test("a link between issues that we cannot read is rejected with the reason", async () => {
    const { interpret } = await connect();
    const issueLink = { ...linked.payload.issueLink, sourceIssueId: 1, destinationIssueId: 2 };
    const { changes, rejected } = await interpret({ ...linked.payload, issueLink });
    expect([changes, rejected]).toEqual([
      [],
      [{ record: "link of issues 1 and 2", reason: "neither end can be read" }],
    ]);
  });
});

describe("webhooks recorded from real sites", () => {
  const folder = specsPath("jira", "webhooks");
  const files =
    folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".json"));
  test.skipIf(folder === undefined)("are there", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  const kept = /issue-(?:created|updated|deleted|comment-created)/u;
  test.each(files)("%s is ingested, or refused with a reason", async (name) => {
    const text = readFileSync(join(folder ?? "", name), "utf8");
    const signature = `sha256=${createHmac("sha256", "secret").update(text).digest("hex")}`;
    const delivery = deliveryOf(text, { "x-hub-signature": signature });
    const verdict = verifySigned(delivery, ["secret"]);
    const { source } = await connect({ goalTypes: ["Initiative"] });
    const { changes, rejected } = await source.interpret(delivery);
    const outcome = {
      verdict: verdict.outcome,
      isIngested: changes.length > 0,
      isRefused: rejected.some(({ reason }) => reason !== ""),
    };
    const isKept = kept.test(name);
    expect(outcome).toEqual({
      verdict: isKept ? "accepted" : "ignored",
      isIngested: isKept,
      isRefused: !isKept,
    });
  });
});

describe("a webhook that the hub registers", () => {
  async function registered() {
    const connected = await connect();
    const received: Delivery[] = [];
    const app = new Hono();
    app.post("/hook", async (c) => {
      const body = new Uint8Array(await c.req.arrayBuffer());
      received.push({ headers: c.req.header(), query: c.req.query(), body, receivedAt });
      return c.body(null, 202);
    });
    const served = await serveSimulator({ app });
    cleanups.push(() => served.close());
    const targetUrl = `${served.url}/hook?subscription=1`;
    const subscribe = () =>
      subscribeOf(connected.source)({ id: "sub_0123456789", targetUrl, resource: "*" });
    return { ...connected, received, subscribe };
  }

  function subscribeOf(source: Source) {
    return async (request: SubscriptionRequest) => {
      const made = await source.subscribe?.(request);
      return { nativeId: made?.nativeId ?? "", secret: made?.secret ?? "" };
    };
  }

  test("arrives, verifies with its secret and becomes changes", async () => {
    const { source, jira, received, subscribe } = await registered();
    expect(await source.subscriptionResources?.()).toEqual(["*"]);
    const { secret } = await subscribe();
    jira.perform({ kind: "updateIssue", key: "PAY-4", parentKey: "STRAT-2" });
    await jira.sender.settle();
    const delivery = received[0] ?? deliveryOf("nothing came");
    expect(verifySigned(delivery, [secret]).outcome).toBe("accepted");
    expect((await source.interpret(delivery)).changes).toMatchObject([
      { record: { id: id("work-item", "10105") }, edges: [{ toId: id("goal", "10101") }] },
    ]);
  });

  test("is replaced when registered again, since nobody can read its secret, and removed once or twice", async () => {
    const { source, jira, subscribe } = await registered();
    const first = await subscribe();
    const second = await subscribe();
    expect(jira.state.webhooks.size).toBe(1);
    expect(second.secret).not.toBe(first.secret);
    await source.unsubscribe?.(second.nativeId);
    await source.unsubscribe?.(second.nativeId);
    expect(jira.state.webhooks.size).toBe(0);
  });
});
