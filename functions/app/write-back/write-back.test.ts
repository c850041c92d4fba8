import { expect, test } from "vitest";
import * as z from "zod";

import { defineConnector } from "#shared/kit/connector.ts";
import type { Source } from "#shared/kit/connector.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { WriteBack } from "#shared/kit/write-back.ts";
import { WriteBackId, countStates } from "#shared/model/write-back.ts";
import type { WriteBackItemState, WriteBackState } from "#shared/model/write-back.ts";
import { updateDocument } from "#shared/store/documents.ts";
import {
  listWriteBackItems,
  saveWriteBackItem,
  saveWriteBackMark,
  writeBackKey,
  writeBackSpec,
} from "#shared/store/write-backs.ts";
import {
  goal,
  goalId,
  itemId,
  linkTo,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { WriteBackDetail, WriteBackOverview } from "./write-back-answers.ts";

const overviewPath = `/connections/${workConnection}/write-back`;

/** Two epics, one of which serves a goal, and a story below it; `isOn` is the setting. */
async function told(isOn = true): Promise<AppRig> {
  const tool: Partial<WriteBack> = {
    place: "the field “Why”",
    render: ({ sentence }) => sentence,
    inWords: (value) => value,
  };
  const connector = defineConnector({
    name: "tool",
    title: "Tool",
    summary: "For tests",
    settings: z.object({
      field: z.string().optional().meta({ title: "Write-back field", description: "Its name" }),
    }),
    collections: [],
    writeBackSetting: "field",
    providesGoals: () => true,
    source: async () => () => ({ ...(isOn && { writeBack: tool }) }) as Source,
  });
  const rig = await AppRig.create({ registry: new Registry([connector]) });
  await rig.secrets.write(secretName(workConnection), {});
  await rig.hub.apply(
    upserted(goal("north", { title: "Grow in Asia" })),
    upserted(workItem("epic", { title: "<b>Payments</b>", container: "PAY" }), [
      linkTo(itemId("epic"), goalId("north")),
    ]),
    upserted(workItem("lone")),
    upserted(workItem("closed", { status: "done" })),
    upserted(workItem("story", { kind: "story", parentId: itemId("epic") })),
  );
  return rig;
}

async function preview(rig: AppRig, filter: Readonly<Record<string, string>> = {}) {
  const json = { connectionId: workConnection, by: "Ana", ...filter };
  const answer = await rig.send("POST", "/api/write-backs", { json });
  expect(answer.status).toBe(202);
  return WriteBackDetail.parse(answer.body);
}

/** As the puller leaves a batch. */
async function left(rig: AppRig, id: string, state: WriteBackState, item: WriteBackItemState) {
  const { table } = rig.hub;
  const batchId = WriteBackId.parse(id);
  const items = (await listWriteBackItems(table, batchId)).map((one) => ({
    ...one,
    before: null,
    state: item,
  }));
  for (const one of items) await saveWriteBackItem(table, one);
  await updateDocument(table, writeBackSpec, writeBackKey(batchId), (batch) => ({
    ...batch,
    state,
    counts: countStates(items),
  }));
}

test("off, the page explains how to turn it on and no preview is made", async () => {
  const rig = await told(false);
  const { text } = await rig.get(overviewPath);
  expect(text).toContain("Write-back is off");
  expect(text).toContain("Write-back field");
  const json = { connectionId: workConnection };
  const { status } = await rig.send("POST", "/api/write-backs", { json });
  expect([status, rig.messages]).toEqual([409, []]);
});

test("a preview takes the topmost open items with their sentences, and asks the puller to read", async () => {
  const rig = await told();
  const { batch, items } = await preview(rig);
  expect(items.map(({ title, sentence }) => [title, sentence])).toEqual([
    ["<b>Payments</b>", "Serves Grow in Asia."],
    ["Work lone", expect.stringContaining("Serves no goal")],
  ]);
  expect(batch).toMatchObject({ state: "previewing", previewed: { by: "Ana" }, remaining: 0 });
  expect(rig.messages).toEqual([
    { kind: "write-back", connectionId: workConnection, batchId: batch.id },
  ]);
});

test.each([
  [{ which: "open" }, ["<b>Payments</b>", "Work story", "Work lone"]],
  [{ verdict: "linked" }, ["<b>Payments</b>"]],
  [{ container: "PAY" }, ["<b>Payments</b>"]],
  [{ which: "open", goalId: goalId("north") }, ["<b>Payments</b>", "Work story"]],
])("the filter %o takes those items", async (filter, titles) => {
  const { items } = await preview(await told(), filter);
  expect(items.map(({ title }) => title).toSorted()).toEqual([...titles].toSorted());
});

test("what says so already is no news; what became untrue is offered again", async () => {
  const rig = await told();
  const { batch } = await preview(rig, { verdict: "linked" });
  const mark = {
    type: "write-back-mark",
    connectionId: workConnection,
    factId: itemId("epic"),
    batchId: WriteBackId.parse(batch.id),
    value: "Serves Grow in Asia.",
    at: rig.hub.clock.now(),
  } as const;
  await saveWriteBackMark(rig.hub.table, mark);
  const overview = async () =>
    WriteBackOverview.parse((await rig.get(`/api/write-backs?connection=${workConnection}`)).body);
  expect(await overview()).toMatchObject({ isOn: true, standing: 1, stale: 0 });
  const json = { connectionId: workConnection, verdict: "linked" };
  expect((await rig.send("POST", "/api/write-backs", { json })).status).toBe(409);

  await rig.hub.apply(upserted(goal("north", { title: "Grow in Africa", version: 2 })));
  rig.hub.clock.advance(60_000);
  expect(await overview()).toMatchObject({ standing: 1, stale: 1 });
  expect((await rig.get(overviewPath)).text).toContain("1 item says");
  const { items } = await preview(rig, { which: "stale" });
  expect(items.map(({ sentence }) => sentence)).toEqual(["Serves Grow in Africa."]);
});

test("a batch goes from preview to written to taken back, and not otherwise", async () => {
  const rig = await told();
  const { id } = (await preview(rig)).batch;
  const verb = async (name: string, json: unknown = {}) =>
    (await rig.send("POST", `/api/write-backs/${id}/${name}`, { json })).status;
  expect([await verb("apply"), await verb("undo"), await verb("retry")]).toEqual([409, 409, 409]);
  await left(rig, id, "previewed", "planned");
  expect([await verb("undo"), await verb("apply", { by: "Bo" })]).toEqual([409, 202]);
  expect(await verb("apply")).toBe(409);
  await left(rig, id, "applied", "written");
  expect(await verb("undo-item", { factId: itemId("epic") })).toBe(202);
  expect(await verb("undo-item", { factId: itemId("closed") })).toBe(409);
  const { batch, items } = WriteBackDetail.parse((await rig.get(`/api/write-backs/${id}`)).body);
  expect(batch.applied).toMatchObject({ by: "Bo" });
  expect(items.map(({ isBeingUndone }) => isBeingUndone)).toEqual([true, false]);
  expect((await rig.send("DELETE", `/api/write-backs/${id}`)).status).toBe(409);
  expect(await verb("undo")).toBe(202);
  expect(rig.messages).toHaveLength(4);
});

test("a preview that nobody wants is discarded with its items", async () => {
  const rig = await told();
  const { id } = (await preview(rig)).batch;
  await left(rig, id, "previewed", "planned");
  expect((await rig.send("DELETE", `/api/write-backs/${id}`)).status).toBe(200);
  expect((await rig.get(`/api/write-backs/${id}`)).status).toBe(404);
  expect(await listWriteBackItems(rig.hub.table, WriteBackId.parse(id))).toEqual([]);
});

test("the pages do the same without a script, and show titles as text", async () => {
  const rig = await told();
  expect((await rig.get(overviewPath)).text).toContain("the field “Why”");
  const form = { connectionId: workConnection, which: "anchors", by: "Ana" };
  const made = await rig.send("POST", "/write-backs", { form });
  const to = made.headers.get("location") ?? "";
  expect([made.status, to]).toEqual([303, expect.stringMatching(/^\/write-backs\/wb_\w+\?did=/u)]);
  const [page = ""] = to.split("?");
  const id = page.split("/").at(-1) ?? "";
  await left(rig, id, "previewed", "planned");
  const { text } = await rig.get(page);
  expect(text).toContain("&lt;b&gt;Payments");
  expect(text).toContain("Write 2 items");
  expect((await rig.send("POST", `${page}/apply`, { form: {} })).status).toBe(303);
  await left(rig, id, "applied", "written");
  expect((await rig.get(page)).text).toContain("Take the whole batch back");
  const undo = { factId: itemId("epic") };
  expect((await rig.send("POST", `${page}/undo-item`, { form: undo })).status).toBe(303);
  expect((await rig.get(page)).text).toContain("Being taken back");
  expect((await rig.send("POST", `${page}/undo`, { form: {} })).status).toBe(303);
  expect((await rig.send("POST", `${page}/explode`, { form: {} })).status).toBe(404);
  expect((await rig.get(overviewPath)).text).toContain("Topmost open items");
});

test("more items than a batch holds are several batches, one after the other", async () => {
  const rig = await told();
  const many = Array.from({ length: 505 }, (_, index) =>
    workItem(`m${index}`, { container: "BIG" }),
  );
  await rig.hub.apply(...many.map((item) => upserted(item)));
  rig.hub.clock.advance(60_000);
  const first = await preview(rig, { container: "BIG" });
  expect([first.items.length, first.batch.remaining]).toEqual([500, 5]);
  await left(rig, first.batch.id, "previewed", "planned");
  const { text } = await rig.get(`/write-backs/${first.batch.id}`);
  expect(text).toContain("Preview the next of 5");
  const second = await preview(rig, { container: "BIG", after: first.batch.next ?? "" });
  expect([second.items.length, second.batch.remaining]).toEqual([5, 0]);
  const both = [...first.items, ...second.items].map(({ factId }) => factId);
  expect(new Set(both).size).toBe(505);
});
