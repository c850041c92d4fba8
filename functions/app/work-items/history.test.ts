import { expect, test } from "vitest";

import { boundedHistory } from "#shared/model/history.ts";
import { instantOf } from "#shared/model/time.ts";
import { storeHistories } from "#shared/store/histories.ts";
import { blockedBy, itemId, testEpochMs, upserted, workItem } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { WorkItemDetail } from "./read-work-item.ts";

const at = (days: number) => instantOf(testEpochMs + days * 86_400_000);
const address = (name: string) => `/work-items/${encodeURIComponent(itemId(name))}`;

/** The story waits for two; its tool tells of one of them since when. */
async function waiting(): Promise<AppRig> {
  const rig = await AppRig.create();
  await rig.hub.apply(
    upserted(workItem("story"), [
      blockedBy(itemId("story"), itemId("told")),
      blockedBy(itemId("story"), itemId("untold")),
    ]),
    upserted(workItem("told")),
    upserted(workItem("untold")),
  );
  const transitions = [
    { what: "status" as const, at: at(-30), from: "todo" as const, to: "in-progress" as const },
    { what: "parent" as const, at: at(-20), to: itemId("gone") },
    { what: "blocked-by" as const, at: at(-12), to: itemId("told") },
  ];
  await storeHistories(rig.hub.table, [
    boundedHistory({ itemId: itemId("story"), transitions, sourceVersion: 1, readAt: at(0) }),
  ]);
  return rig;
}

async function detailOf(rig: AppRig, name: string): Promise<WorkItemDetail> {
  return WorkItemDetail.parse((await rig.get(`/api${address(name)}`)).body);
}

test("since when an item waits is told by its tool, or when it was first seen, and says which", async () => {
  const rig = await waiting();
  const { blockedBy: edges } = await detailOf(rig, "story");
  const since = new Map(edges.map((edge) => [edge.blocking.id, edge.since]));
  expect(since.get(itemId("told"))).toEqual({ at: at(-12), restsOn: "source" });
  expect(since.get(itemId("untold"))).toMatchObject({ restsOn: "first-seen" });
  // The other end says the same of the same wait.
  expect((await detailOf(rig, "told")).blocks[0]?.since).toEqual({
    at: at(-12),
    restsOn: "source",
  });
});

test("an item shows its past, newest first, with the names of what we hold", async () => {
  const rig = await waiting();
  const { history, statusSince } = await detailOf(rig, "story");
  expect(statusSince).toBe(at(-30));
  expect(history).toMatchObject({ isCut: false, readAt: at(0) });
  expect(history?.transitions).toEqual([
    { what: "blocked-by", at: at(-12), to: { id: itemId("told"), name: "TOLD Work told" } },
    { what: "parent", at: at(-20), to: { id: itemId("gone") } },
    { what: "status", at: at(-30), from: { status: "todo" }, to: { status: "in-progress" } },
  ]);
  expect((await detailOf(rig, "told")).history).toBeUndefined();
});

test("its page says so in words", async () => {
  const rig = await waiting();
  const page = await rig.get(address("story"));
  const { text } = page;
  for (const words of ["What changed", "Began to wait on", "To do → In progress", "first seen"]) {
    expect(text).toContain(words);
  }
  expect(text).toContain(`since <time datetime="${at(-12)}">`);
});
