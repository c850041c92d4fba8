import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";

import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { type JiraSimulator, type JiraSimulatorOptions, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const hub = basic("hub@acme.example:token-of-the-hub");
const narrow = basic("narrow@acme.example:token-of-the-narrow");

async function start(options: Partial<JiraSimulatorOptions> = {}) {
  const seed = smallSite;
  const jira = await startJiraSimulator({ seed, clock: wallClock, timeScale: 0.0001, ...options });
  cleanups.push(() => jira.close());
  return { jira, call: caller(jira) };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test reads is what it asserts; a wrong path fails there.
  readonly body: Record<string, never> & { readonly [key: string]: unknown };
}

function caller(jira: JiraSimulator) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    authorization = hub,
  ): Promise<Answer> => {
    const response = await fetch(jira.url + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: parsed as Answer["body"] };
  };
}

const keysOf = (answer: Answer) =>
  (answer.body["issues"] as unknown as { key?: string; id: string }[]).map(
    ({ key, id }) => key ?? id,
  );
const search = (jql: string, more: object = {}) =>
  ["POST", "/rest/api/3/search/jql", { jql, fields: ["key"], ...more }] as const;

describe("conformance with Atlassian's own document", () => {
  const file = specsPath("openapi", "jira-cloud-v3.examples-parsed.json");
  const issue = { fields: { project: { key: "PAY" }, issuetype: { id: "10011" }, summary: "New" } };
  const link = {
    type: { name: "Blocks" },
    inwardIssue: { key: "PAY-1" },
    outwardIssue: { key: "PAY-4" },
  };
  const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ["GET", "/rest/api/3/myself"],
    ["GET", "/rest/api/3/serverInfo"],
    ["GET", "/rest/api/3/field"],
    ["GET", "/rest/api/3/project/search?maxResults=2&expand=issueTypes"],
    ["GET", "/rest/api/3/issuetype"],
    ["GET", "/rest/api/3/status"],
    ["GET", "/rest/api/3/issueLinkType"],
    ["GET", "/rest/api/3/users/search?maxResults=2"],
    ["GET", "/rest/api/3/user?accountId=acc-dana"],
    ["GET", "/rest/api/3/mypermissions?permissions=ADMINISTER,BROWSE_PROJECTS"],
    ["POST", "/rest/api/3/search/jql", { jql: "project = PAY", fields: ["*all"], maxResults: 2 }],
    ["GET", "/rest/api/3/search/jql?jql=project%20%3D%20PAY&fields=summary,status"],
    ["POST", "/rest/api/3/search/approximate-count", { jql: "project = PAY" }],
    ["POST", "/rest/api/3/issue/bulkfetch", { issueIdsOrKeys: ["PAY-2", "10108", "NO-1"] }],
    ["GET", "/rest/api/3/issue/PAY-2"],
    ["GET", "/rest/api/3/issue/NO-1"],
    ["POST", "/rest/api/3/issue", issue],
    ["POST", "/rest/api/3/issue", { fields: { summary: "Nowhere" } }],
    ["PUT", "/rest/api/3/issue/PAY-2", { fields: { summary: "Renamed" } }],
    ["GET", "/rest/api/3/issue/PAY-2/transitions"],
    ["POST", "/rest/api/3/issue/PAY-2/transitions", { transition: { id: "5" } }],
    ["POST", "/rest/api/3/changelog/bulkfetch", { issueIdsOrKeys: ["PAY-2"] }],
    ["POST", "/rest/api/3/issueLink", link],
    ["GET", "/rest/api/3/issueLink/900"],
    ["DELETE", "/rest/api/3/issueLink/900"],
    [
      "POST",
      "/rest/api/3/issue/PAY-2/remotelink",
      { globalId: "g", object: { url: "https://x.example/", title: "X" } },
    ],
    ["DELETE", "/rest/api/3/issue/PAY-5"],
  ];

  test.skipIf(file === undefined)(
    "every answer, and every request we make here, fits it",
    async () => {
      const validator = new OpenApiValidator(file ?? "");
      const { call } = await start();
      for (const [method, path, body] of calls) {
        const answer = await call(method, path, body);
        const [plain = "", query] = path.split("?");
        const request = { query: new URLSearchParams(query), ...(body !== undefined && { body }) };
        const problems = [
          ...validator.validateRequest(method, plain, request),
          ...validator.validateResponse(method, plain, answer.status, answer.body),
        ];
        expect({ method, path, problems }).toEqual({ method, path, problems: [] });
      }
    },
  );
});

describe("search", () => {
  test("pages by token in the order asked for, and says which page is the last", async () => {
    const { call } = await start();
    const jql = "project in (PAY, MOB) ORDER BY id ASC";
    const first = await call(...search(jql, { maxResults: 4 }));
    expect([keysOf(first), first.body["isLast"]]).toEqual([
      ["PAY-1", "PAY-2", "PAY-3", "PAY-4"],
      false,
    ]);
    const nextPageToken = first.body["nextPageToken"];
    const second = await call(...search(jql, { maxResults: 4, nextPageToken }));
    expect([keysOf(second), second.body["isLast"]]).toEqual([["PAY-5", "MOB-1", "MOB-2"], true]);
  });

  test("dates are minutes on the clocks of the caller's profile, not UTC", async () => {
    const { call } = await start();
    // Everything changed at 09:30:15 UTC, which is 15:15 in Kathmandu.
    expect(
      keysOf(await call(...search('project = PAY AND updated >= "2026/11/02 15:15"'))),
    ).toHaveLength(5);
    expect(
      keysOf(await call(...search('project = PAY AND updated >= "2026/11/02 15:16"'))),
    ).toEqual([]);
    expect(
      keysOf(await call(...search('project = PAY AND updated >= "2026-11-02 09:31"', {}))),
    ).toHaveLength(5);
    // The other account lives in UTC.
    const inUtc = await call(...search('project = PAY AND updated >= "2026-11-02 09:31"'), narrow);
    expect(keysOf(inUtc)).toEqual([]);
  });

  test("knows keys, ids, parents, emptiness and negation", async () => {
    const { call } = await start();
    const find = async (jql: string) => keysOf(await call(...search(`${jql} ORDER BY id`)));
    expect(await find("parent = PAY-1")).toEqual(["PAY-2"]);
    expect(await find("issuekey in (PAY-2, MOB-2)")).toEqual(["PAY-2", "MOB-2"]);
    expect(await find("id in (10103)")).toEqual(["PAY-2"]);
    expect(await find("project = PAY AND parent is EMPTY")).toEqual(["PAY-4"]);
    expect(await find("project = PAY AND NOT (status = Erledigt OR parent != PAY-1)")).toEqual([
      "PAY-2",
      "PAY-4",
    ]);
    expect(await find("created <= -1w AND project != PAY AND project not in (STRAT, OPS)")).toEqual(
      ["MOB-1", "MOB-2"],
    );
  });

  test("refuses what Jira refuses, with its error body", async () => {
    const { call } = await start();
    for (const jql of [
      "",
      "ORDER BY id",
      "project = NOPE",
      "flavour = sweet",
      'updated = "2026/01/01"',
      "project in PAY",
    ]) {
      const answer = await call(...search(jql));
      expect([jql, answer.status]).toEqual([jql, 400]);
      expect(answer.body["errorMessages"]).toHaveLength(1);
    }
    expect((await call("GET", "/rest/api/3/search?jql=project%3DPAY")).status).toBe(410);
  });

  test("gives all ids in one page and 3,000 issues fast", async () => {
    const issues = Array.from({ length: 3000 }, (_, index) => ({
      ...smallSite.issues[5],
      id: String(20_000 + index),
      key: `PAY-${index + 1}`,
    }));
    const { call } = await start({
      seed: { ...smallSite, issues, links: [] },
    });
    expect(
      keysOf(await call(...search("project = PAY", { fields: ["id"], maxResults: 5000 }))),
    ).toHaveLength(3000);
    const startedMs = performance.now();
    let token: unknown;
    let read = 0;
    do {
      const page = await call(
        ...search("project = PAY ORDER BY id", {
          fields: ["*all"],
          maxResults: 100,
          nextPageToken: token,
        }),
      );
      read += keysOf(page).length;
      token = page.body["nextPageToken"];
    } while (token !== undefined);
    expect(read).toBe(3000);
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });
});

describe("access", () => {
  test("a dead token gets 401 where somebody is needed, and empty 200s with a telling header elsewhere", async () => {
    const { call } = await start();
    const dead = basic("hub@acme.example:revoked-token");
    expect((await call("GET", "/rest/api/3/myself", undefined, dead)).status).toBe(401);
    const [method, path, body] = search("project = PAY");
    const found = await call(method, path, body, dead);
    expect([found.status, keysOf(found)]).toEqual([200, []]);
    expect(found.headers.get("x-seraph-loginreason")).toBe("AUTHENTICATED_FAILED");
    expect((await call("GET", "/rest/api/3/project/search", undefined, dead)).body["total"]).toBe(
      0,
    );
  });

  test("what an account may not see is as if it did not exist", async () => {
    const { call } = await start();
    expect((await call("GET", "/rest/api/3/issue/MOB-1", undefined, narrow)).status).toBe(404);
    const bulk = await call(
      "POST",
      "/rest/api/3/issue/bulkfetch",
      { issueIdsOrKeys: ["MOB-1", "PAY-1"] },
      narrow,
    );
    expect(keysOf(bulk)).toEqual(["PAY-1"]);
    expect((await call("GET", "/rest/webhooks/1.0/webhook", undefined, narrow)).status).toBe(403);
  });

  test("bursts beyond the documented limit get 429 with the reason", async () => {
    const { call } = await start({ clock: { ...wallClock, nowMs: () => 5 } });
    const answers: Answer[] = [];
    for (let count = 0; count <= 100; count += 1)
      answers.push(await call("GET", "/rest/api/3/serverInfo"));
    const last = answers.at(-1);
    expect(answers.filter(({ status }) => status === 429)).toEqual([last]);
    expect(last?.headers.get("ratelimit-reason")).toBe("jira-burst-based");
    expect(last?.headers.get("retry-after")).toBe("1");
  });
});

describe("changes", () => {
  test("hierarchy is kept as in Jira: one level up, and inside the project for team-managed ones", async () => {
    const { call } = await start();
    const setParent = (key: string, parent: string) =>
      call("PUT", `/rest/api/3/issue/${key}`, { fields: { parent: { key: parent } } });
    expect((await setParent("PAY-4", "STRAT-2")).status).toBe(204);
    expect((await setParent("PAY-4", "STRAT-1")).body["errors"]).toHaveProperty("parent");
    expect((await setParent("MOB-1", "STRAT-2")).status).toBe(400);
    expect((await setParent("MOB-2", "PAY-1")).status).toBe(400);
  });

  test("a moved issue keeps its id and answers to its old key", async () => {
    const { jira, call } = await start();
    jira.perform({ kind: "moveIssue", key: "PAY-5", projectKey: "MOB" });
    const moved = await call("GET", "/rest/api/3/issue/PAY-5");
    expect([moved.body["id"], moved.body["key"]]).toEqual(["10106", "MOB-3"]);
  });

  test("a restarted site has the state and the webhooks it had", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jira-site-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const journalPath = join(folder, "journal.jsonl");
    const first = await start({ journalPath });
    const webhook = { name: "hub", url: "http://127.0.0.1:1/hook", events: ["jira:issue_updated"] };
    await first.call("POST", "/rest/webhooks/1.0/webhook", { ...webhook, secret: "s" });
    first.jira.perform({
      kind: "createIssue",
      projectKey: "PAY",
      typeId: "10011",
      summary: "Made",
    });
    first.jira.perform({ kind: "updateIssue", key: "PAY-6", parentKey: "PAY-4" });
    first.jira.perform({ kind: "deleteIssue", key: "PAY-3" });
    const state = async ({ jira }: typeof first) => {
      const text = await (await fetch(`${jira.url}/__control/state`)).text();
      return text.replaceAll(jira.url, "");
    };
    const before = await state(first);
    await first.jira.close();
    expect(await state(await start({ journalPath }))).toBe(before);
  });
});

describe("webhooks", () => {
  async function withReceiver(events: string[], more: object = {}) {
    const received: { headers: Record<string, string>; text: string }[] = [];
    const app = new Hono();
    app.post("/hook", async (c) => {
      received.push({ headers: c.req.header(), text: await c.req.text() });
      return c.body(null, 202);
    });
    const served = await serveSimulator({ app });
    cleanups.push(() => served.close());
    const site = await start();
    const body = { name: "hub", url: `${served.url}/hook`, events, secret: "a secret", ...more };
    const registered = await site.call("POST", "/rest/webhooks/1.0/webhook", body);
    return { ...site, received, registered };
  }

  test("are signed over the very bytes, carry an id, and never the secret", async () => {
    const { jira, received, registered } = await withReceiver(["jira:issue_updated"]);
    expect(registered.status).toBe(201);
    expect(JSON.stringify(registered.body)).not.toContain("a secret");
    jira.perform({ kind: "updateIssue", key: "PAY-4", parentKey: "STRAT-2" });
    await jira.sender.settle();
    const [delivery] = received;
    const text = delivery?.text ?? "";
    const hmac = createHmac("sha256", "a secret").update(text).digest("hex");
    expect(delivery?.headers["x-hub-signature"]).toBe(`sha256=${hmac}`);
    expect(delivery?.headers["x-atlassian-webhook-identifier"]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(JSON.parse(text)).toMatchObject({
      webhookEvent: "jira:issue_updated",
      issue: { id: "10105", fields: { parent: { key: "STRAT-2" } } },
      changelog: { items: [{ field: "IssueParentAssociation", to: "10101", toString: "STRAT-2" }] },
    });
  });

  test("links tell their ends by number only; deletion carries the last body and its links go first", async () => {
    const { jira, received } = await withReceiver([
      "issuelink_created",
      "issuelink_deleted",
      "jira:issue_deleted",
    ]);
    jira.perform({
      kind: "linkIssues",
      typeId: "10000",
      sourceKey: "PAY-4",
      destinationKey: "MOB-1",
    });
    jira.perform({ kind: "deleteIssue", key: "MOB-2" });
    await jira.sender.settle();
    const bodies = received.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(bodies).toMatchObject([
      {
        webhookEvent: "issuelink_created",
        issueLink: { sourceIssueId: 10_105, destinationIssueId: 10_107 },
      },
      { webhookEvent: "issuelink_deleted", issueLink: { id: 900 } },
      { webhookEvent: "jira:issue_deleted", issue: { id: "10108", key: "MOB-2" } },
    ]);
    expect(bodies[0]).not.toHaveProperty("issue");
  });

  test("a filter spares the receiver what it does not match", async () => {
    const filters = { "issue-related-events-section": "project = MOB" };
    const { jira, received } = await withReceiver(["jira:issue_updated"], { filters });
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "Not for you" });
    jira.perform({ kind: "updateIssue", key: "MOB-1", summary: "For you" });
    await jira.sender.settle();
    expect(received).toHaveLength(1);
  });
});

describe("pages for people", () => {
  test("a person can give an epic a parent and take a link away in the browser", async () => {
    const { jira } = await start();
    const post = (path: string, form: Record<string, string>) =>
      fetch(jira.url + path, {
        method: "POST",
        body: new URLSearchParams(form),
        headers: { origin: jira.url },
        redirect: "manual",
      });
    expect((await post("/browse/PAY-4/parent", { parentKey: "STRAT-2" })).status).toBe(303);
    expect((await post("/browse/MOB-1/field/customfield_10050", { value: "" })).status).toBe(303);
    expect((await post("/browse/MOB-2/unlink", { linkId: "900" })).status).toBe(303);
    expect((await post("/browse/PAY-4/link", { sourceKey: "mob-1" })).status).toBe(303);
    const page = await (await fetch(`${jira.url}/browse/PAY-4`)).text();
    expect(page).toContain("Launch instant payouts");
    expect(page).toContain("MOB-1");
    expect(jira.state.links.has("900")).toBe(false);
    expect(jira.state.issue("MOB-1")?.custom["customfield_10050"]).toBeNull();
    expect(await (await fetch(`${jira.url}/?q=payout+screen`)).text()).toContain("MOB-2");
  });

  test("what a person types is shown as text, and another site cannot post", async () => {
    const { jira } = await start();
    jira.perform({ kind: "updateIssue", key: "PAY-4", summary: "<script>alert(1)</script>" });
    expect(await (await fetch(`${jira.url}/browse/PAY-4`)).text()).not.toContain("<script>");
    const foreign = await fetch(`${jira.url}/browse/PAY-4/status`, {
      method: "POST",
      body: new URLSearchParams({ statusId: "5" }),
      headers: { origin: "https://elsewhere.example" },
    });
    expect(foreign.status).toBe(403);
  });
});
