import { expect, test } from "vitest";

import type { ItemComment } from "#shared/kit/item-comments.ts";
import { PrismCheck } from "#shared/testing/connector-contract/prism.ts";
import { startRelay } from "#shared/testing/connector-contract/relay.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { sourceOf, task } from "./simulator/connected-source.ts";
import { contractCase } from "./simulator/contract-case.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { world } from "./simulator/test-world.ts";

const gid = "1800000000000001";
const comment: ItemComment = {
  lines: ["No goal above Checkout", "It is in progress and serves no goal."],
  url: "https://hub.example/alerts/1",
};

async function opened(more: Readonly<Record<string, unknown>> = {}) {
  const { simulator, clock } = await world();
  const { source } = sourceOf({ baseUrl: simulator.apiUrl, comments: true, ...more }, clock);
  const texts = () =>
    simulator.state
      .list("story")
      .filter((story) => story.task === gid && story.subtype === undefined)
      .map(({ text }) => text);
  return { simulator, clock, source, texts };
}

test("without the setting nothing can be written", async () => {
  const { source } = await opened({ comments: false });
  expect(source.comments).toBeUndefined();
});

test("a comment is added once and changed in place, in plain text", async () => {
  const { source, texts } = await opened();
  const before = texts().length;
  const receipt = (await source.comments?.add(task(gid), comment)) ?? "";
  expect(texts().slice(before)).toEqual([[...comment.lines, comment.url].join("\n")]);
  const over = { ...comment, lines: ["<b>Resolved</b>: linked"] };
  await source.comments?.edit(receipt, over);
  await source.comments?.edit(receipt, over);
  expect(texts().slice(before)).toEqual([`<b>Resolved</b>: linked\n${comment.url}`]);
});

test("a comment changes nothing that the hub reads of the task", async () => {
  const { source, clock } = await opened();
  const read = async () => {
    const { changes } = await source.readByIds("tasks", [task(gid)]);
    return changes.map((change) =>
      change.kind === "upserted" ? { ...change.record, readAt: undefined } : change,
    );
  };
  const before = await read();
  clock.advance(90_000_000);
  await source.comments?.add(task(gid), comment);
  expect(await read()).toEqual(before);
});

test.each([
  [403, "connector.forbidden"],
  [404, "connector.not-found"],
  [503, "connector.unavailable"],
])("a comment that is answered %i fails with %s", async (status, code) => {
  const { simulator, source } = await opened();
  simulator.faults.arm({ on: "request", kind: "status", status });
  await expect(source.comments?.add(task(gid), comment)).rejects.toMatchObject({ code });
});

test("a receipt that is none is refused without asking", async () => {
  const { source } = await opened();
  for (const receipt of ["", "../users/me", "1/2"]) {
    await expect(source.comments?.edit(receipt, comment)).rejects.toMatchObject({
      code: "connector.not-found",
    });
  }
});

test("the probe tries the right to comment without a comment, where they are on", async () => {
  const { simulator, source, texts } = await opened();
  const before = texts();
  const rightIn = async (of = source) =>
    (await of.probe()).requirements?.find(({ name }) => name === "stories:write");
  expect(await rightIn()).toMatchObject({ isHeld: true });
  const pathPrefix = "/api/1.0/stories/";
  simulator.faults.arm({ on: "request", kind: "status", status: 403, pathPrefix });
  expect(await rightIn()).toMatchObject({ isHeld: false });
  expect((await source.probe()).gaps.map(({ what }) => what)).toContain("Comments on tasks");
  expect(texts()).toEqual(before);
  const { source: without } = await opened({ comments: false });
  expect(await rightIn(without)).toBeUndefined();
});

const document = contractCase.source?.document;
const file = document && specsPath(...document.file);

test.skipIf(file === undefined)(
  "what is asked, and what the simulator answers, is valid for Asana's document",
  async () => {
    if (!document || file === undefined) throw new Error("skipped above");
    const { simulator, clock } = await world();
    const relay = await startRelay(simulator.url);
    const settings = { baseUrl: `${relay.url}/api/1.0`, token: exampleSeed.token, comments: true };
    const { comments } = sourceOf(settings, clock).source;
    const receipt = (await comments?.add(task(gid), comment)) ?? "";
    await comments?.edit(receipt, comment);
    await relay.close();
    const check = await PrismCheck.of(document, file);
    const verdicts = await Promise.all(relay.exchanges.map((exchange) => check.check(exchange)));
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.map(({ operation }) => operation)).toEqual([
      "POST /tasks/{task_gid}/stories",
      "PUT /stories/{story_gid}",
    ]);
  },
  30_000,
);
