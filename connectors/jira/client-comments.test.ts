import { afterEach, describe, expect, test } from "vitest";

import type { ItemComment } from "#shared/kit/item-comments.ts";
import { factId } from "#shared/model/ids.ts";
import { PrismCheck } from "#shared/testing/connector-contract/prism.ts";
import { startRelay } from "#shared/testing/connector-contract/relay.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { contractCase } from "./simulator/contract-case.ts";
import { connectionId, connectJira, type JiraWorld } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const story = factId("work-item", "jira", connectionId, "10103");
const comment: ItemComment = {
  lines: ["No goal above PAY-2", "It is in progress and serves no goal."],
  url: "https://hub.example/alerts/1",
};

async function opened(): Promise<JiraWorld> {
  const world = await connectJira({ settings: { comments: true } });
  cleanups.push(() => world.jira.close());
  return world;
}

function bodies({ jira }: JiraWorld): readonly string[] {
  return (jira.state.comments.get("10103") ?? []).map(({ body }) => JSON.stringify(body));
}

test("without the setting nothing can be written", async () => {
  const world = await connectJira();
  cleanups.push(() => world.jira.close());
  expect(world.source.comments).toBeUndefined();
});

test("a comment is added once and changed in place, and its one link leads to the hub", async () => {
  const world = await opened();
  const receipt = (await world.source.comments?.add(story, comment)) ?? "";
  expect(bodies(world)).toHaveLength(1);
  expect(bodies(world)[0]).toContain('"href":"https://hub.example/alerts/1"');
  const over = { ...comment, lines: ["Resolved: linked"] };
  await world.source.comments?.edit(receipt, over);
  await world.source.comments?.edit(receipt, over);
  expect(bodies(world)).toHaveLength(1);
  expect(bodies(world)[0]).toContain("Resolved: linked");
  expect(bodies(world)[0]).not.toContain("serves no goal");
});

test("what is written is nodes of text, whatever it says", async () => {
  const world = await opened();
  const lines = ["[~accountid:5b10a2844c20165700ede21g] @here", '{"type":"mention"} <b>*bold*</b>'];
  await world.source.comments?.add(story, { ...comment, lines });
  const body = world.jira.state.comments.get("10103")?.[0]?.body;
  expect(body).toMatchObject({
    content: [
      ...lines.map((text) => ({ type: "paragraph", content: [{ type: "text", text }] })),
      { type: "paragraph", content: [{ type: "text", text: "Throughline" }] },
    ],
  });
});

describe("failures", () => {
  test.each([
    [403, "connector.forbidden"],
    [404, "connector.not-found"],
    [503, "connector.unavailable"],
  ])("a comment that is answered %i fails with %s", async (status, code) => {
    const world = await opened();
    world.jira.faults.arm({ on: "request", kind: "status", status });
    await expect(world.source.comments?.add(story, comment)).rejects.toMatchObject({ code });
  });

  test("one that people have deleted cannot be changed, nor one that is nowhere", async () => {
    const world = await opened();
    const receipt = (await world.source.comments?.add(story, comment)) ?? "";
    const [made] = world.jira.state.comments.get("10103") ?? [];
    world.jira.perform({ kind: "deleteComment", key: "PAY-2", id: made?.id ?? "" });
    for (const place of [receipt, "", "{}", '{"issue":"1","comment":"../../myself"}']) {
      await expect(world.source.comments?.edit(place, comment)).rejects.toMatchObject({
        code: "connector.not-found",
      });
    }
  });
});

test("the probe names the permissions that comments take, and no others do", async () => {
  const world = await opened();
  const names = async (source = world.source) =>
    (await source.probe()).requirements?.map(({ name }) => name) ?? [];
  expect(await names()).toEqual(expect.arrayContaining(["ADD_COMMENTS", "EDIT_OWN_COMMENTS"]));
  expect(await names(world.reopen({ comments: false }))).not.toContain("ADD_COMMENTS");
});

test("a consent that may not write is told of, where comments are on", async () => {
  const world = await connectJira({ byConsent: true, settings: { comments: true } });
  cleanups.push(() => world.jira.close());
  const { gaps } = await world.source.probe();
  expect(gaps.map(({ what }) => what)).toContain("Write-back");
});

const document = contractCase.source?.document;
const file = document && specsPath(...document.file);

test.skipIf(file === undefined)(
  "what is asked, and what the simulator answers, is valid for Atlassian's document",
  async () => {
    if (!document || file === undefined) throw new Error("skipped above");
    const world = await opened();
    const relay = await startRelay(world.jira.url);
    cleanups.push(() => relay.close());
    const { comments } = world.reopen({ baseUrl: relay.url });
    const receipt = (await comments?.add(story, comment)) ?? "";
    await comments?.edit(receipt, comment);
    const check = await PrismCheck.of(document, file);
    const verdicts = await Promise.all(relay.exchanges.map((exchange) => check.check(exchange)));
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.map(({ operation }) => operation)).toEqual([
      "POST /rest/api/3/issue/{issueIdOrKey}/comment",
      "PUT /rest/api/3/issue/{issueIdOrKey}/comment/{id}",
    ]);
  },
  30_000,
);
