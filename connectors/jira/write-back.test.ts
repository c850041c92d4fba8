import { afterEach, describe, expect, test } from "vitest";

import type { WriteBack } from "#shared/kit/write-back.ts";
import { factId } from "#shared/model/ids.ts";

import { snapshot } from "./simulator/snapshot.ts";
import { connectionId, connectJira, type JiraWorld } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Mode = "entity-property" | "remote-link";

async function opened(writeBack: Mode): Promise<{ world: JiraWorld; tool: WriteBack }> {
  const world = await connectJira({ settings: { writeBack } });
  cleanups.push(() => world.jira.close());
  const tool = world.source.writeBack;
  if (!tool) throw new Error("write-back is off");
  return { world, tool };
}

const item = (native: string) => factId("work-item", "jira", connectionId, native);
const [epic, story, gone] = ["10102", "10103", "999999"].map(item) as [
  ReturnType<typeof item>,
  ReturnType<typeof item>,
  ReturnType<typeof item>,
];
const statement = {
  verdict: "linked",
  sentence: "Serves Grow in Asia through Payout engine.",
  goalTitle: "Grow in Asia",
  goalUrl: "https://goals.example/asia",
  itemUrl: "https://hub.example/work-items/x",
};

test("without the setting there is nothing to write with", async () => {
  const world = await connectJira();
  cleanups.push(() => world.jira.close());
  expect(world.source.writeBack).toBeUndefined();
});

describe.each(["entity-property", "remote-link"] as const)("as %s", (mode) => {
  test("what is written is read back the same, and taking it away leaves the site as it was", async () => {
    const { world, tool } = await opened(mode);
    const before = JSON.stringify(snapshot(world.jira.state));
    expect(await tool.read([epic, gone])).toEqual(new Map([[epic, null]]));
    const value = tool.render(statement);
    await tool.write(epic, value);
    await tool.write(epic, value);
    expect(await tool.read([epic, story])).toEqual(
      new Map([
        [epic, value],
        [story, null],
      ]),
    );
    expect(tool.inWords(value ?? "")).toBe(statement.sentence);
    await tool.write(epic, null);
    await tool.write(epic, null);
    expect(JSON.stringify(snapshot(world.jira.state))).toBe(before);
  });

  test("an earlier value is put back as it stood", async () => {
    const { world, tool } = await opened(mode);
    await tool.write(epic, tool.render(statement));
    const before = JSON.stringify(snapshot(world.jira.state));
    const [, value = null] = [...(await tool.read([epic]))][0] ?? [];
    await tool.write(epic, tool.render({ ...statement, sentence: "Serves nothing." }));
    expect(JSON.stringify(snapshot(world.jira.state))).not.toBe(before);
    if (typeof value === "object" && value !== null) throw new Error("it has a place");
    await tool.write(epic, value);
    expect(JSON.stringify(snapshot(world.jira.state))).toBe(before);
  });

  test("equal statements give equal bytes, whichever way they were put together", async () => {
    const { tool } = await opened(mode);
    const reversed = Object.fromEntries(Object.entries(statement).toReversed());
    expect(tool.render({ ...statement, ...reversed })).toBe(tool.render(statement));
    expect(tool.render({ ...statement, sentence: "Else." })).not.toBe(tool.render(statement));
  });
});

test("a property that somebody else put there is kept byte for byte, whatever its form", async () => {
  const { world, tool } = await opened("entity-property");
  const key = "throughline.line-of-sight";
  for (const value of [{ z: 1, a: [true, null] }, "text", 7, null, []]) {
    const { perform } = world.jira;
    perform({ kind: "setEntityProperty", key: "PAY-1", property: key, value });
    const before = JSON.stringify(snapshot(world.jira.state));
    const found = (await tool.read([epic])).get(epic);
    expect(found).toBe(JSON.stringify(value));
    await tool.write(epic, tool.render(statement));
    await tool.write(epic, typeof found === "string" ? found : null);
    expect(JSON.stringify(snapshot(world.jira.state))).toBe(before);
  }
});

test("many properties are read in one request", async () => {
  const { world, tool } = await opened("entity-property");
  world.asked.length = 0;
  await tool.read([epic, story]);
  expect(world.asked).toEqual(["POST /issue/bulkfetch"]);
});

test("links that people made stay, and the hub does not read its own as news", async () => {
  const { world, tool } = await opened("remote-link");
  const url = "https://elsewhere.example/x";
  world.jira.perform({ kind: "putRemoteLink", key: "PAY-1", url, title: "Theirs" });
  await tool.write(epic, tool.render(statement));
  expect(world.jira.state.remoteLinks.get("10102")).toHaveLength(2);
  const asked: (readonly string[])[] = [];
  const reading = world.reopen(
    { readsRemoteLinks: true },
    {
      resolveUrls: async (urls) => {
        asked.push(urls);
        return () => undefined;
      },
    },
  );
  await reading.readByIds("issues", [epic]);
  expect(asked.flat()).toContain(url);
  expect(asked.flat()).not.toContain(statement.itemUrl);
  await tool.write(epic, null);
  expect(world.jira.state.remoteLinks.get("10102")).toHaveLength(1);
});

test.each([
  [403, "connector.forbidden"],
  [429, "connector.rate-limited"],
])("a write that is answered %i fails with %s", async (status, code) => {
  const { world, tool } = await opened("entity-property");
  const pathPrefix = "/rest/api/3/issue/10102/properties";
  const retryAfterSeconds = 60;
  world.jira.faults.arm({ on: "request", kind: "status", status, pathPrefix, retryAfterSeconds });
  await expect(tool.write(epic, tool.render(statement))).rejects.toMatchObject({ code });
});
