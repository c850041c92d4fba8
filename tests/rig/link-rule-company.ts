import { expect } from "vitest";

import type { Change } from "#shared/model/change.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { under } from "#shared/testing/graph.ts";

import { AppRig } from "./app-rig.ts";

export const growth = { name: "Growth work", filter: "label = growth", goalId: goalId("g") };

/** An epic with the label, a story under it, an epic without, and one that has a link of its own. */
const company: readonly Change[] = [
  upserted(goal("g")),
  upserted(goal("h")),
  upserted(workItem("epic", { labels: ["growth"] })),
  upserted(under("story", "epic", { kind: "story" })),
  upserted(workItem("other")),
  upserted(workItem("own", { labels: ["growth"] }), [linkTo(itemId("own"), goalId("h"))]),
  upserted(workItem("past", { labels: ["growth"], status: "done" })),
];

export async function rigWith(...changes: readonly Change[]): Promise<AppRig> {
  const rig = await AppRig.create();
  await rig.hub.apply(...company, ...changes);
  return rig;
}

export const create = (rig: AppRig, given: Record<string, unknown> = {}) =>
  rig.send("POST", "/api/link-rules", { json: { ...growth, ...given } });

export async function createdId(rig: AppRig, given: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await create(rig, given);
  expect(status).toBe(201);
  return (body as { id: string }).id;
}

export async function verdicts(rig: AppRig): Promise<Record<string, string>> {
  const { body } = await rig.get("/api/work-items");
  const { items } = body as { items: { title: string; verdict: { kind: string } }[] };
  return Object.fromEntries(items.map(({ title, verdict }) => [title.slice(5), verdict.kind]));
}

export const openSignals = async (rig: AppRig) =>
  (await rig.hub.openSignals()).map(({ subjectId }) => subjectId).toSorted();
