import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";

import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { legacyFields, legacySite } from "./legacy-site.ts";
import { type JiraSimulatorOptions, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const startMs = Date.UTC(2026, 10, 21, 8);
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const hub = basic("hub@acme.example:token-of-the-hub");

// What a test reads is what it asserts; a wrong path fails there.
type Body = Record<string, never> & { readonly [key: string]: unknown };

async function start(options: Partial<JiraSimulatorOptions> = {}) {
  const clock = new ManualClock(instantOf(startMs));
  const jira = await startJiraSimulator({ seed: smallSite, clock, ...options });
  cleanups.push(() => jira.close());
  const call = async (method: string, path: string, body?: unknown, authorization = hub) => {
    const response = await fetch(`${jira.url}/rest/api/3${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, body: parsed as Body };
  };
  const find = async (jql: string, more: object = {}) => {
    const { body } = await call("POST", "/search/jql", { jql, fields: ["key"], ...more });
    return (body["issues"] as unknown as { key: string }[]).map(({ key }) => key);
  };
  const fields = async (key: string) =>
    (await call("GET", `/issue/${key}`)).body["fields"] as unknown as Record<string, unknown>;
  return { jira, clock, call, find, fields };
}

describe("conformance with Atlassian's own document", () => {
  const file = specsPath("openapi", "jira-cloud-v3.examples-parsed.json");
  const remote = { globalId: "g", object: { url: "https://x.example/", title: "X" } };
  const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ["GET", "/project/PAY"],
    ["GET", "/project/NOPE"],
    ["GET", "/project/20002/statuses"],
    ["GET", "/statuses?id=1"],
    ["GET", "/statuses/search?maxResults=2"],
    ["GET", "/statuscategory"],
    ["GET", "/mypermissions?permissions=BROWSE_PROJECTS&projectKey=PAY"],
    ["PUT", "/issue/PAY-2/properties/hub.line", { goal: "G-1" }],
    ["PUT", "/issue/PAY-2/properties/hub.line", { goal: "G-2" }],
    ["GET", "/issue/PAY-2/properties"],
    ["GET", "/issue/PAY-2/properties/hub.line"],
    ["POST", "/issue/bulkfetch", { issueIdsOrKeys: ["PAY-2"], properties: ["hub.line"] }],
    [
      "POST",
      "/search/jql",
      { jql: "key = PAY-2", properties: ["hub.line"], reconcileIssues: [10_103] },
    ],
    ["DELETE", "/issue/PAY-2/properties/hub.line"],
    ["POST", "/issue/PAY-2/remotelink", remote],
    ["GET", "/issue/PAY-2/remotelink?globalId=g"],
    ["DELETE", "/issue/PAY-2/remotelink?globalId=g"],
    ["PUT", "/issue/PAY-2", { fields: { summary: "Renamed", parent: { key: "PAY-4" } } }],
    ["GET", "/issue/PAY-2/changelog?maxResults=1"],
    ["POST", "/changelog/bulkfetch", { issueIdsOrKeys: ["PAY-2"], fieldIds: ["summary"] }],
    ["POST", "/jql/match", { jqls: ["project = PAY", "nonsense ="], issueIds: [10_103, 10_107] }],
  ];

  test.skipIf(file === undefined)(
    "every answer, and every request we make here, fits",
    async () => {
      const validator = new OpenApiValidator(file ?? "");
      const { call } = await start({ seed: legacySite });
      for (const [method, path, body] of calls) {
        const answer = await call(method, path, body);
        const [plain = "", query] = `/rest/api/3${path}`.split("?");
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

describe("custom fields", () => {
  test("are told apart by schema, and those for old parents have the odd values that Jira gives", async () => {
    const { call, fields } = await start({ seed: legacySite });
    const { body } = await call("GET", "/field");
    const all = body as unknown as { id: string; schema?: { custom?: string } }[];
    const idOf = (custom: string) => all.find(({ schema }) => schema?.custom === custom)?.id;
    expect(idOf("com.pyxis.greenhopper.jira:gh-epic-link")).toBe(legacyFields.epicLink);
    expect(idOf("com.atlassian.jpo:jpo-custom-field-parent")).toBe(legacyFields.parentLink);
    expect(idOf("com.pyxis.greenhopper.jira:gh-sprint")).toBe(legacyFields.sprint);
    expect(await fields("LEG-1")).toMatchObject({
      [legacyFields.parentLink]: { hasEpicLinkFieldDependency: false, data: { key: "STRAT-2" } },
    });
    const story = await fields("LEG-2");
    expect(story[legacyFields.epicLink]).toBe("LEG-1");
    expect(story[legacyFields.parentLink]).not.toHaveProperty("data");
    expect(story).not.toHaveProperty("parent");
    // Where nothing else was put into it, the old field follows the parent.
    expect((await fields("PAY-2"))[legacyFields.epicLink]).toBe("PAY-1");
  });
});

describe("what tools pin to an issue", () => {
  test("a remote link is replaced whole by its global id, and goes by either id", async () => {
    const { jira, call } = await start();
    const base = "/issue/PAY-2/remotelink";
    const object = { url: "https://app.asana.com/0/1/2", title: "Task" };
    const full = {
      globalId: "asana:2",
      relationship: "serves",
      object: { ...object, summary: "S" },
    };
    const made = await call("POST", base, full);
    const again = await call("POST", base, { globalId: "asana:2", object });
    expect([made.status, again.status, again.body["id"]]).toEqual([201, 200, made.body["id"]]);
    const read = await call("GET", `${base}/${String(made.body["id"])}`);
    expect(read.body).not.toHaveProperty("relationship");
    expect(read.body["object"]).toEqual(object);
    expect((await call("DELETE", `${base}/${String(made.body["id"])}`)).status).toBe(204);
    expect((await call("DELETE", `${base}?globalId=asana%3A2`)).status).toBe(404);
    expect(jira.state.remoteLinks.size).toBe(0);
  });

  test("a property is set and deleted, tells those who ask, and leaves `updated` alone", async () => {
    const received: Record<string, unknown>[] = [];
    const app = new Hono();
    app.post("/hook", async (c) => {
      received.push(await c.req.json<Record<string, unknown>>());
      return c.body(null, 202);
    });
    const receiver = await serveSimulator({ app });
    cleanups.push(() => receiver.close());
    const { jira, call, fields } = await start();
    const events = ["issue_property_set", "issue_property_deleted"];
    const url = `${receiver.url}/hook`;
    jira.perform({ kind: "registerWebhook", name: "hub", url, events });
    const before = await fields("PAY-2");
    const path = "/issue/PAY-2/properties/hub.line";
    expect((await call("PUT", path, { goal: "G-1" })).status).toBe(201);
    expect((await call("PUT", path, "x".repeat(32_768))).status).toBe(400);
    expect((await call("PUT", path, { goal: "G-2" })).status).toBe(200);
    expect((await call("GET", path)).body).toEqual({ key: "hub.line", value: { goal: "G-2" } });
    expect((await call("DELETE", path)).status).toBe(204);
    await jira.sender.settle();
    expect(received.map(({ webhookEvent }) => webhookEvent)).toEqual([
      "issue_property_set",
      "issue_property_set",
      "issue_property_deleted",
    ]);
    expect(received[1]).toMatchObject({
      issue: { id: "10103" },
      property: { key: "hub.line", value: { goal: "G-2" } },
    });
    expect(await fields("PAY-2")).toEqual(before);
  });
});

test("what was pinned and taken away again leaves the state as it was", async () => {
  const { jira, call } = await start();
  const state = async () => (await fetch(`${jira.url}/__control/state`)).text();
  await call("PUT", "/issue/PAY-1/properties/kept", 1);
  const before = await state();
  await call("PUT", "/issue/PAY-1/properties/hub.line", { goal: "G-1" });
  await call("DELETE", "/issue/PAY-1/properties/kept");
  await call("PUT", "/issue/PAY-1/properties/kept", 1);
  const object = { url: "https://hub.example/i/1", title: "Line <b>of</b> sight" };
  await call("POST", "/issue/PAY-1/remotelink", { globalId: "hub:1", object });
  const page = await (await fetch(`${jira.url}/browse/PAY-1`)).text();
  expect(page).toContain('<a href="https://hub.example/i/1">Line &lt;b&gt;of&lt;/b&gt; sight</a>');
  expect(await state()).not.toBe(before);
  await call("DELETE", "/issue/PAY-1/properties/hub.line");
  await call("DELETE", "/issue/PAY-1/remotelink?globalId=hub:1");
  expect(await state()).toBe(before);
});

describe("histories", () => {
  test("keep status, parent and links, oldest first, page by page", async () => {
    const { jira, call } = await start();
    jira.perform({ kind: "transitionIssue", key: "PAY-2", statusId: "5" });
    jira.perform({ kind: "updateIssue", key: "PAY-2", parentKey: "PAY-4" });
    jira.perform({ kind: "unlinkIssues", linkId: "900" });
    const first = await call("GET", "/issue/PAY-2/changelog?maxResults=2");
    expect(first.body).toMatchObject({
      total: 3,
      isLast: false,
      values: [
        {
          items: [
            { field: "status", fromString: "進行中", toString: "Erledigt" },
            { field: "resolution", toString: "Done" },
          ],
        },
        { items: [{ field: "IssueParentAssociation", fromString: "PAY-1", toString: "PAY-4" }] },
      ],
    });
    const rest = await call("GET", "/issue/PAY-2/changelog?startAt=2");
    expect(rest.body).toMatchObject({ isLast: true, values: [{ items: [{ field: "Link" }] }] });
  });
});

describe("search", () => {
  test("is as far behind as its index, except for the ids to reconcile; reads by id are fresh", async () => {
    const { jira, clock, call, find } = await start({ indexLagMs: minuteMs });
    jira.perform({ kind: "transitionIssue", key: "PAY-2", statusId: "5" });
    jira.perform({ kind: "createIssue", projectKey: "PAY", typeId: "10011", summary: "New" });
    jira.perform({ kind: "deleteIssue", key: "PAY-5" });
    const done = "project = PAY AND status = Erledigt ORDER BY id";
    expect(await find(done)).toEqual(["PAY-3"]);
    expect(await find("project = PAY")).not.toContain("PAY-6");
    expect(await find("project = PAY")).toContain("PAY-5");
    expect(await find(done, { reconcileIssues: [10_103] })).toEqual(["PAY-2", "PAY-3"]);
    const bulk = await call("POST", "/issue/bulkfetch", { issueIdsOrKeys: ["PAY-2", "PAY-5"] });
    expect(bulk.body["issues"]).toMatchObject([{ key: "PAY-2", fields: { status: { id: "5" } } }]);
    clock.advance(minuteMs);
    expect(await find(done)).toEqual(["PAY-2", "PAY-3"]);
    expect(await find("project = PAY")).toContain("PAY-6");
    expect(await find("project = PAY")).not.toContain("PAY-5");
  });

  test("a page token is good for its own query and for seven days", async () => {
    const { jira, clock, call } = await start();
    const page = (jql: string, nextPageToken?: unknown) =>
      call("POST", "/search/jql", { jql, maxResults: 2, nextPageToken });
    const token = (await page("project = PAY")).body["nextPageToken"];
    expect((await page("project = PAY", token)).status).toBe(200);
    expect((await page("project = MOB", token)).status).toBe(400);
    jira.perform({ kind: "expirePageTokens" });
    expect((await page("project = PAY", token)).status).toBe(400);
    const fresh = (await page("project = PAY")).body["nextPageToken"];
    expect((await page("project = PAY", fresh)).status).toBe(200);
    clock.advance(7 * dayMs + 1);
    expect((await page("project = PAY", fresh)).status).toBe(400);
  });
});

describe("what goes away", () => {
  test("a project hidden from an account is as if it did not exist, and comes back unchanged", async () => {
    const { jira, call, find } = await start();
    const before = await find("project in (PAY, MOB)");
    jira.perform({ kind: "hideProject", projectKey: "PAY", accountId: "svc-1" });
    expect(await find("key in (PAY-1, MOB-1)")).toEqual(["MOB-1"]);
    const naming = { jql: "project in (PAY, MOB)" };
    const refused = await call("POST", "/search/jql", naming);
    expect([refused.status, refused.body["errorMessages"]]).toEqual([
      400,
      ["The value 'PAY' does not exist for the field 'project'."],
    ]);
    expect((await call("POST", "/search/approximate-count", naming)).status).toBe(400);
    expect((await call("GET", "/issue/PAY-1")).status).toBe(404);
    expect((await call("GET", "/project/PAY")).status).toBe(404);
    const permissions = "/mypermissions?permissions=BROWSE_PROJECTS&projectKey=PAY";
    expect((await call("GET", permissions)).status).toBe(404);
    const narrow = basic("narrow@acme.example:token-of-the-narrow");
    expect((await call("GET", "/issue/PAY-1", undefined, narrow)).status).toBe(200);
    jira.perform({ kind: "showProject", projectKey: "PAY" });
    expect(await find("project in (PAY, MOB)")).toEqual(before);
  });

  test("what is archived is not found but can be read by key; what is deleted is gone", async () => {
    const { jira, call, find } = await start();
    jira.perform({ kind: "archiveIssue", key: "PAY-4" });
    expect(await find("project = PAY")).not.toContain("PAY-4");
    expect((await call("GET", "/issue/PAY-4")).status).toBe(200);
    jira.perform({ kind: "restoreIssue", key: "PAY-4" });
    expect(await find("project = PAY")).toContain("PAY-4");
    jira.perform({ kind: "archiveProject", projectKey: "MOB" });
    expect(await find("project in (PAY, MOB) AND key in (MOB-1, PAY-1)")).toEqual(["PAY-1"]);
    jira.perform({ kind: "deleteProject", projectKey: "PAY" });
    expect((await call("GET", "/issue/PAY-1")).status).toBe(404);
    expect((await call("GET", "/project/search")).body["total"]).toBe(2);
  });

  test("renamed statuses and types keep their ids", async () => {
    const { jira, fields } = await start();
    jira.perform({ kind: "renameStatus", statusId: "5", name: "完了" });
    jira.perform({ kind: "renameIssueType", typeId: "10013", name: "子任务" });
    expect(await fields("PAY-3")).toMatchObject({
      status: { id: "5", name: "完了", statusCategory: { key: "done" } },
      issuetype: { id: "10013", name: "子任务", hierarchyLevel: -1 },
    });
  });
});
