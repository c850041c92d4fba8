import { afterEach, describe, expect, test } from "vitest";

import type { PulledPage, SourceContext } from "#shared/kit/connector.ts";
import { factId } from "#shared/model/ids.ts";

import { urlsIn } from "./edges.ts";
import type { JiraSettings } from "./settings.ts";
import { issueBean } from "./simulator/beans.ts";
import { smallSite } from "./simulator/small-site.ts";
import { connectionId, connectJira, idOf, type JiraWorld } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(options: Parameters<typeof connectJira>[0] = {}): Promise<JiraWorld> {
  const world = await connectJira(options);
  cleanups.push(() => world.jira.close());
  return world;
}

const asanaGoal = factId("goal", "asana", connectionId, "123");
const asanaTask = factId("work-item", "asana", connectionId, "456");
const known = new Map<string, typeof asanaGoal | typeof asanaTask>([
  ["https://app.asana.com/0/goal/123", asanaGoal],
  ["https://app.asana.com/1/9/task/456", asanaTask],
]);

/** Resolves what is known, and keeps what it was asked for. */
function addresses() {
  const asked: (readonly string[])[] = [];
  const context: Partial<SourceContext<JiraSettings>> = {
    resolveUrls: async (urls) => {
      asked.push(urls);
      return (url) => known.get(url);
    },
  };
  return { asked, context };
}

async function pulled(world: JiraWorld) {
  const pages: PulledPage[] = [];
  for await (const page of world.source.pull("issues", undefined)) pages.push(page);
  const upserts = pages.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.kind === "upserted" ? [change] : [])),
  );
  const of = (id: string) => upserts.find(({ record }) => record.id.endsWith(`:${id}`));
  return { pages, of };
}

describe("addresses in fields", () => {
  test("are all asked for once per page", async () => {
    const { asked, context } = addresses();
    const settings = { goalLinkFields: ["Goal link"], blockedByFields: ["Blocked by link"] };
    const { of } = await pulled(await connect({ settings, context }));
    expect(asked).toEqual([[...known.keys()]]);
    expect(of("10107")?.edges).toMatchObject([{ type: "link", toId: asanaGoal }]);
    expect(of("10108")?.edges).toMatchObject([
      { type: "dependency", blockingId: asanaTask },
      { type: "dependency", blockingId: idOf("work-item", "10103") },
    ]);
  });

  test("of several lines are the same in the document of a pull and in the text of a webhook", async () => {
    const { context } = addresses();
    const links = { id: "customfield_10070", name: "Goals", type: "paragraph" as const };
    const seed = { ...smallSite, fields: [...smallSite.fields, links] };
    const world = await connect({ seed, settings: { goalLinkFields: ["Goals"] }, context });
    const text = "What for?\nSee https://app.asana.com/0/goal/123 and https://acme.example/x";
    const custom = { customfield_10070: text };
    world.jira.perform({ kind: "updateIssue", key: "PAY-2", custom });
    const { of, pages } = await pulled(world);
    const gaps = pages.flatMap((page) => page.gaps ?? []);
    expect(of("10103")?.edges).toContainEqual(expect.objectContaining({ toId: asanaGoal }));
    const issue = world.jira.state.issue("PAY-2");
    const body = issue && issueBean(world.jira.state, issue, { version: 2 });
    const event = {
      webhookEvent: "jira:issue_updated",
      timestamp: world.clock.nowMs(),
      issue: body,
    };
    const told = await world.reopen().interpret({
      headers: {},
      query: {},
      body: Buffer.from(JSON.stringify(event)),
      receivedAt: world.clock.now(),
    });
    expect(told.changes).toMatchObject([{ edges: of("10103")?.edges }]);
    expect(told.gaps).toEqual(gaps);
  });

  test.each([
    [
      "a marked word",
      { type: "text", text: "it", marks: [{ type: "link", attrs: { href: "u" } }] },
    ],
    ["a card in the line", { type: "inlineCard", attrs: { url: "u" } }],
    ["a card of its own", { type: "blockCard", attrs: { url: "u" } }],
    ["a text alone", { type: "text", text: "see u" }],
    [
      "a text that is marked with itself",
      { type: "text", text: "u", marks: [{ type: "link", attrs: { href: "u" } }] },
    ],
  ])("in a document are found as %s", (_what, node) => {
    const url = "https://app.asana.com/0/goal/123";
    const written = JSON.parse(
      JSON.stringify(node).replaceAll(/"(see )?u"/gu, `"$1${url}"`),
    ) as unknown;
    const content = [{ type: "paragraph", content: [written] }];
    const list = { type: "bulletList", content: [{ type: "listItem", content }] };
    const fields = { goals: { type: "doc", version: 1, content: [list] } };
    expect(urlsIn(fields, ["goals"])).toEqual([url]);
  });
});

describe("issues by key", () => {
  test("are found as what they are, under old keys too, and only where they are read", async () => {
    const epic = { id: "10010", name: "Epic", hierarchyLevel: 1 };
    const [strategy, ...others] = smallSite.projects;
    const both = { ...strategy, issueTypes: [...strategy.issueTypes, epic] };
    const world = await connect({ seed: { ...smallSite, projects: [both, ...others] } });
    world.jira.perform({ kind: "moveIssue", key: "PAY-4", projectKey: "STRAT" });
    const keys = ["PAY-1", "STRAT-2", "PAY-4", "PAY-99", "OPS-1"];
    const found = await world.source.findByKeys?.(keys);
    expect(keys.map((key) => found?.get(key))).toEqual([
      idOf("work-item", "10102"),
      idOf("goal", "10101"),
      idOf("work-item", "10105"),
      undefined,
      idOf("work-item", "10109"),
    ]);
    const narrow = world.reopen({ projects: ["PAY"] });
    expect([...((await narrow.findByKeys?.(keys)) ?? [])]).toEqual([
      ["PAY-1", idOf("work-item", "10102")],
    ]);
  });

  test("are read a hundred at a time", async () => {
    const world = await connect();
    const keys = Array.from({ length: 250 }, (_, index) => `PAY-${index + 1}`);
    expect((await world.source.findByKeys?.(keys))?.size).toBe(5);
    expect(world.asked).toHaveLength(3);
  });
});

describe("remote links", () => {
  const link = (world: JiraWorld, key: string, url: string, relationship?: string) =>
    world.jira.perform({
      kind: "putRemoteLink",
      key,
      url,
      title: "Elsewhere",
      ...(relationship !== undefined && { relationship }),
    });
  const [goalUrl = "", taskUrl = ""] = [...known.keys()];

  test("are not asked for unless the settings say so", async () => {
    const world = await connect();
    link(world, "PAY-4", goalUrl);
    const { of } = await pulled(world);
    expect(of("10105")?.edges).toEqual([]);
    expect(world.asked.filter((each) => each.includes("remotelink"))).toEqual([]);
  });

  test("to a goal serve it, and to work mean what their relationship says", async () => {
    const settings = { readsRemoteLinks: true };
    const world = await connect({ settings, context: addresses().context });
    link(world, "PAY-4", goalUrl);
    link(world, "PAY-2", taskUrl, "Is blocked by");
    link(world, "OPS-1", taskUrl, "is part of");
    link(world, "MOB-1", taskUrl, "see also");
    const { of } = await pulled(world);
    expect(of("10105")?.edges).toMatchObject([{ type: "link", toId: asanaGoal, source: "field" }]);
    expect(of("10103")?.edges).toMatchObject([{ type: "dependency", blockingId: asanaTask }]);
    expect(of("10109")?.record).toMatchObject({ parentId: asanaTask, canHoldGoal: true });
    expect(of("10107")?.edges).toEqual([]);
  });

  test("that the hub wrote itself say nothing new", async () => {
    const settings = { readsRemoteLinks: true };
    const world = await connect({ settings, context: addresses().context });
    const own = { url: goalUrl, title: "Line of sight", globalId: "system=throughline&id=10105" };
    world.jira.perform({ kind: "putRemoteLink", key: "PAY-4", ...own });
    expect((await pulled(world)).of("10105")?.edges).toEqual([]);
  });
});
