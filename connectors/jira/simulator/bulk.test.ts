import { afterEach, describe, expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const authorization = `Basic ${Buffer.from("hub@acme.example:token-of-the-hub").toString("base64")}`;
const from = instantOf(Date.UTC(2025, 0, 1));
const until = instantOf(Date.UTC(2026, 0, 1));
// The hub's account lives in Kathmandu, 5:45 ahead of UTC.
const midyear = "2025/07/02 17:45";

// What a test reads is what it asserts; a wrong path fails there.
type Body = Record<string, never> & { readonly [key: string]: unknown };
interface Bean {
  readonly id: string;
  readonly key: string;
  readonly fields: Record<string, { readonly id: string }>;
}

async function start(issues: number, projects = 10) {
  const seed = { ...smallSite, bulk: { issues, projects, from, until } };
  const jira = await startJiraSimulator({ seed, clock: wallClock, burstFactor: 1000 });
  cleanups.push(() => jira.close());
  const post = async (path: string, body: object) => {
    const response = await fetch(`${jira.url}/rest/api/3${path}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Body;
  };
  const count = async (jql: string) =>
    Number((await post("/search/approximate-count", { jql }))["count"]);
  const page = async (jql: string, more: object = {}) => {
    const body = await post("/search/jql", { jql, maxResults: 5000, ...more });
    return { found: body["issues"] as unknown as Bean[], token: body["nextPageToken"] as unknown };
  };
  const all = async (jql: string, more: object = {}) => {
    const found: Bean[] = [];
    let token: unknown;
    do {
      const next = await page(jql, { ...more, nextPageToken: token });
      found.push(...next.found);
      token = next.token;
    } while (token !== undefined);
    return found;
  };
  return { jira, post, count, page, all };
}

describe("a generated site", () => {
  test("says the same in every order, page by page, together with what is kept", async () => {
    const { all, count } = await start(997, 7);
    const jql = "project in (BULK1, BULK3, PAY)";
    expect(await count(jql)).toBe(143 + 143 + 5);
    const ids = async (order: string) =>
      (await all(`${jql} ${order}`, { maxResults: 50, fields: ["key"] })).map(({ id }) =>
        Number(id),
      );
    const rising = await ids("ORDER BY id ASC");
    expect(rising).toHaveLength(291);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(await ids("")).toEqual(rising.toReversed());
    expect((await ids("ORDER BY created DESC, id ASC")).toSorted((a, b) => a - b)).toEqual(rising);
    expect((await ids("ORDER BY key ASC")).toSorted((a, b) => a - b)).toEqual(rising);
    expect((await ids("ORDER BY updated ASC")).toSorted((a, b) => a - b)).toEqual(rising);
  });

  test("counts windows of creation exactly, with what was changed and deleted", async () => {
    const { jira, count, all } = await start(1000);
    const before = `project = BULK2 AND created < "${midyear}"`;
    const after = `project = BULK2 AND created >= "${midyear}"`;
    expect([await count(before), await count(after)]).toEqual([50, 50]);
    expect(await all(before, { fields: ["id"] })).toHaveLength(50);
    jira.perform({ kind: "transitionIssue", key: "BULK2-3", statusId: "6" });
    jira.perform({ kind: "deleteIssue", key: "BULK2-5" });
    const made = { projectKey: "BULK2", typeId: "19002", summary: "New" } as const;
    expect(jira.perform({ kind: "createIssue", ...made }).result["key"]).toBe("BULK2-101");
    expect(await count(before)).toBe(49);
    expect((await all(before, { fields: ["key"] })).map(({ key }) => key)).not.toContain("BULK2-5");
    expect((await all('key in (BULK2-3) AND status = "Won\'t do"')).map(({ id }) => id)).toEqual([
      "1000021",
    ]);
    jira.perform({ kind: "deleteProject", projectKey: "BULK3" });
    expect(await count('created >= "2025/01/01" AND created < "2026/02/01"')).toBe(899);
  });

  test("has epics with stories of the same project, and reads by id what search found", async () => {
    const { page, post } = await start(1000);
    const { found } = await page("project = BULK4 ORDER BY id ASC", {
      maxResults: 11,
      fields: ["id"],
    });
    const { issues } = await post("/issue/bulkfetch", {
      issueIdsOrKeys: found.map(({ id }) => id),
    });
    const beans = issues as unknown as Bean[];
    expect(beans.map(({ fields }) => fields["parent"]?.id)).toEqual([
      undefined,
      ...Array.from({ length: 9 }, () => found[0]?.id),
      undefined,
    ]);
    expect(beans[1]?.fields["customfield_10001"]).toHaveProperty("name");
  });

  test("enumerates and counts a million issues in little memory and time", async () => {
    const { jira, count, page } = await start(1_000_000, 20);
    const startedMs = performance.now();
    expect(await count("project = BULK7")).toBe(50_000);
    let token: unknown;
    let read = 0;
    do {
      const next = await page("project != null ORDER BY created ASC", { nextPageToken: token });
      read += next.found.length;
      token = next.token;
    } while (token !== undefined && read < 100_000);
    expect(read).toBe(100_000);
    const last = await page(`project = BULK7 AND created >= "2025/12/31" ORDER BY created ASC`);
    expect(last.found.length).toBeGreaterThan(100);
    expect(jira.state.issues.size).toBe(10);
    expect(performance.now() - startedMs).toBeLessThan(8000);
  });
});
