import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { secretFields } from "#shared/kit/connector.ts";
import type { PulledPage } from "#shared/kit/connector.ts";
import { Change } from "#shared/model/change.ts";
import type { Upsert } from "#shared/model/change.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { goalsFile } from "./connector.ts";
import { goalFileId } from "./normalize.ts";
import { GoalsFileSettings } from "./settings.ts";
import { createGoalsFileSource } from "./source.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const jira = ConnectionId.parse("conn_abcdefghij");
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
}

function sourceOf(settings: Record<string, unknown>) {
  return createGoalsFileSource(
    sourceContext({
      connectionId,
      settings: GoalsFileSettings.parse(settings),
      clock: new ManualClock("2026-11-21T08:00:00.000Z"),
      resolveUrl: (url) => {
        const key = /^https:\/\/acme\.atlassian\.net\/browse\/([A-Z]+-\d+)$/u.exec(url)?.[1];
        if (key !== undefined) return factId("work-item", "jira", jira, key);
        const goal = /^https:\/\/app\.asana\.com\/0\/goal\/(\d+)$/u.exec(url)?.[1];
        return goal === undefined ? undefined : factId("goal", "asana", jira, goal);
      },
    }),
  );
}

async function read(content: string): Promise<PulledPage> {
  const pages: PulledPage[] = [];
  for await (const page of sourceOf({ content }).pull("goals", undefined)) pages.push(page);
  const [page] = pages;
  if (page === undefined || pages.length !== 1) throw new Error("a file is one page");
  for (const change of page.changes) Change.parse(change);
  return page;
}

function upserts(page: PulledPage): readonly Upsert[] {
  return page.changes.filter((change) => change.kind === "upserted");
}

test("addresses of a file are looked up in one question, keys that only their tool knows included", async () => {
  const asked: (readonly string[])[] = [];
  const item = factId("work-item", "jira", jira, "10001");
  const source = createGoalsFileSource(
    sourceContext({
      connectionId,
      settings: GoalsFileSettings.parse({
        content: [
          "- id: a",
          "  title: A",
          "  parent: https://app.asana.com/0/goal/7",
          "  supportedBy: [https://acme.atlassian.net/browse/PAY-1]",
          "- {id: b, title: B, parent: a}",
        ].join("\n"),
      }),
      clock: new ManualClock("2026-11-21T08:00:00.000Z"),
      resolveUrls: async (urls) => {
        asked.push(urls);
        return (url) =>
          url.includes("PAY-1") ? item : factId("goal", "asana", jira, url.slice(-1));
      },
    }),
  );
  const { changes, rejected } = await source.readByIds("goals", [
    factId("goal", "goals-file", connectionId, "a"),
  ]);
  expect(asked).toEqual([
    ["https://acme.atlassian.net/browse/PAY-1", "https://app.asana.com/0/goal/7"],
  ]);
  expect(rejected).toEqual([]);
  expect(changes).toMatchObject([
    { record: { parentId: factId("goal", "asana", jira, "7") }, edges: [{ fromId: item }] },
  ]);
});

describe("a YAML file", () => {
  test("becomes a goal tree with the work that supports it", async () => {
    const page = await read(fixture("goals.yaml"));
    expect(upserts(page).map(({ record }) => record)).toMatchObject([
      { kind: "theme", title: "Be the carrier that shippers trust", status: "in-progress" },
      {
        kind: "objective",
        parentId: goalFileId(connectionId, "trust"),
        teamName: "Operations",
        startOn: "2026-01-01",
        dueOn: "2026-12-31",
        progress: 0.4,
      },
      { kind: "initiative", parentId: goalFileId(connectionId, "on-time") },
    ]);
    expect(upserts(page)[1]?.edges).toEqual([
      {
        type: "link",
        fromId: "jira:work-item:conn_abcdefghij:OPS-1",
        toId: goalFileId(connectionId, "on-time"),
        source: "field",
        confidence: 1,
      },
    ]);
    expect(page).toMatchObject({ isLast: true, recordsRead: 3, recordsTotal: 3 });
  });

  test("an address that nobody knows is told with line and column, its goal stays", async () => {
    const page = await read(fixture("goals.yaml"));
    expect(page.rejected).toEqual([
      {
        record: "line 16, column 9",
        reason: "supportedBy: no connection knows this address",
      },
    ]);
  });

  test("a wrong row is rejected at its place and never stops the rest", async () => {
    const content = [
      "- id: a",
      "  title: First",
      "- id: b",
      "  title: Second",
      "  due: soon",
      "- just text",
      "- id: a",
      "  title: Twice",
      "- id: c",
      "  titel: Typo",
      "- id: d",
      "  title: Last",
    ].join("\n");
    const page = await read(content);
    expect(upserts(page).map(({ record }) => record.id)).toEqual(
      ["a", "d"].map((id) => goalFileId(connectionId, id)),
    );
    expect(page.rejected.map(({ record }) => record)).toEqual([
      "line 3, column 3",
      "line 6, column 3",
      "line 7, column 3",
      "line 9, column 3",
    ]);
    expect(page.rejected[0]?.reason).toContain("line 5, column 8: due");
    expect(page.rejected[2]?.reason).toContain("another row has this id");
    expect(JSON.stringify(page.rejected)).not.toContain("soon");
  });

  test("text that is not YAML throws with line and column, and nothing is concluded", async () => {
    await expect(read("goals:\n  - id: [a\n    title: x: y")).rejects.toMatchObject({
      code: "connector.misconfigured",
      message: expect.stringMatching(/line \d+, column \d+/u) as string,
    });
    await expect(read("goals: 3")).rejects.toMatchObject({ code: "connector.misconfigured" });
  });

  test("aliases cannot blow a file up", async () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (const [before, name] of [
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
      ["d", "e"],
      ["e", "f"],
    ]) {
      bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(",")}]`);
    }
    bomb.push("goals:", "  - id: x", "    title: y", "    supportedBy: *f");
    await expect(read(bomb.join("\n"))).rejects.toMatchObject({
      code: "connector.misconfigured",
      message: expect.stringContaining("aliases") as string,
    });
  });
});

describe("a CSV file", () => {
  test("becomes the same goals, whatever a spreadsheet calls its columns", async () => {
    const page = await read(fixture("goals.csv"));
    expect(upserts(page).map(({ record }) => record)).toMatchObject([
      { kind: "theme" },
      { kind: "objective", teamName: "Operations", dueOn: "2026-12-31" },
      { kind: "key-result", parentId: goalFileId(connectionId, "on-time") },
    ]);
    expect(upserts(page)[1]?.edges).toHaveLength(2);
    expect(page.rejected).toHaveLength(1);
    expect(page.rejected[0]?.record).toBe("line 5");
    expect(page.rejected[0]?.reason).toContain("line 5, column 2 (title)");
    expect(page.rejected[0]?.reason).toContain("line 5, column 7 (due)");
  });

  test("comma, tab and a byte order mark are understood", async () => {
    expect(upserts(await read("\uFEFFid,title\n1,One\n2,Two"))).toHaveLength(2);
    expect(upserts(await read("id\ttitle\n1\tOne"))).toHaveLength(1);
  });

  test("a file without the needed columns, or with an open quote, says what is wrong", async () => {
    await expect(read("name,team\nx,y")).rejects.toThrow("no column id");
    await expect(read('id,title\n1,"open')).rejects.toMatchObject({
      code: "connector.misconfigured",
    });
  });
});

describe("parents", () => {
  test("may be a goal of another tool, by its address", async () => {
    const page = await read("id,title,parent\n1,One,https://app.asana.com/0/goal/77");
    expect(upserts(page)[0]?.record).toMatchObject({
      parentId: "asana:goal:conn_abcdefghij:77",
    });
  });

  test("that lead nowhere are told, and the goal stays without one", async () => {
    const page = await read(
      "id,title,parent\n1,One,nobody\n2,Two,https://acme.atlassian.net/browse/OPS-1",
    );
    expect(page.changes).toHaveLength(2);
    expect(page.rejected.map(({ record }) => record)).toEqual([
      "line 2, column 3 (parent)",
      "line 3, column 3 (parent)",
    ]);
    for (const { record } of upserts(page)) expect(record).not.toHaveProperty("parentId");
  });

  test("in a circle are taken as they are: walking up is bounded elsewhere", async () => {
    expect((await read("id,title,parent\n1,One,2\n2,Two,1")).changes).toHaveLength(2);
  });
});

describe("reconcile", () => {
  test("a goal that left the file is gone, one whose row is wrong is only hidden", async () => {
    const source = sourceOf({ content: "id,title,due\n1,One,\n2,Two,never" });
    const [one, two, three] = ["1", "2", "3"].map((id) => goalFileId(connectionId, id));
    const ids = [one, two, three].flatMap((id) => id ?? []);
    expect([...(await source.confirm("goals", ids)).values()]).toEqual([
      "present",
      "hidden",
      "gone",
    ]);
    const seen = [];
    for await (const page of source.enumerate("goals")) seen.push(...page);
    expect(seen).toEqual([one]);
    expect((await source.readByIds("goals", ids)).changes).toHaveLength(1);
  });
});

describe("an address", () => {
  async function serve(status: number, body: string): Promise<string> {
    const server = createServer((request, response) => {
      const isAllowed = request.headers.authorization === "Bearer let-me";
      response.writeHead(isAllowed ? status : 401).end(isAllowed ? body : "");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}/goals.csv`;
  }

  test("is read with the authorization of the settings", async () => {
    const url = await serve(200, "id,title\n1,One");
    const source = sourceOf({ url, authorization: "Bearer let-me" });
    expect(await source.probe()).toEqual({ identity: "1 goal", gaps: [] });
    await expect(sourceOf({ url }).probe()).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
  });

  test.each([
    [404, "connector.not-found"],
    [503, "connector.unavailable"],
    [418, "connector.misconfigured"],
  ])("that answers %i is %s", async (status, code) => {
    const source = sourceOf({ url: await serve(status, ""), authorization: "Bearer let-me" });
    await expect(source.probe()).rejects.toMatchObject({ code });
  });

  test("that is not there is unreachable", async () => {
    const source = sourceOf({ url: "http://127.0.0.1:9/goals.csv" });
    await expect(source.probe()).rejects.toMatchObject({ code: "connector.unreachable" });
  });
});

describe("settings", () => {
  test("need the content or an address, not both", () => {
    expect(GoalsFileSettings.safeParse({}).success).toBe(false);
    const both = { content: "x", url: "https://a.example" };
    expect(GoalsFileSettings.safeParse(both).success).toBe(false);
    expect(secretFields(goalsFile)).toEqual(["authorization"]);
  });

  test("a file in which no goal can be read is refused before it is stored", async () => {
    await expect(sourceOf({ content: "id,title\n1," }).probe()).rejects.toThrow("line 2");
  });
});
