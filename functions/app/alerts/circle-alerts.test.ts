import { expect, test } from "vitest";

import { alertId } from "#shared/model/ids.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import { blockedBy, goal, goalId, itemId, upserted, workItem } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

/** A circle of each kind; one title means harm. */
async function circling(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await rig.hub.apply(
    upserted(goal("g1", { parentId: goalId("g2") })),
    upserted(goal("g2", { parentId: goalId("g1") })),
    upserted(workItem("a", { parentId: itemId("b") })),
    upserted(workItem("b", { parentId: itemId("a"), title: "<script>alert(1)</script>" })),
    upserted(workItem("c"), [blockedBy(itemId("c"), itemId("d"))]),
    upserted(workItem("d"), [blockedBy(itemId("d"), itemId("c"))]),
  );
  return rig;
}

/** The chips of the evidence, as they are read. */
function chipsIn(page: string): readonly string[] {
  const lists = page.match(/<ol class="chips"[^]*?<\/ol>/gu) ?? [];
  return lists.map((list) =>
    list
      .replaceAll(/<[^>]*>/gu, " ")
      .replaceAll(/\s+/gu, " ")
      .trim(),
  );
}

const textOf = async (rig: AppRig, target: string) => (await rig.get(target)).text;
const pageOf = async (rig: AppRig, rule: string, subjectId: SubjectId) =>
  textOf(rig, `/alerts/${encodeURIComponent(alertId(rule, subjectId))}`);

test.each([
  ["circular-dependency", itemId("c"), "C Work c waits on D Work d waits on C Work c"],
  [
    "circular-hierarchy",
    itemId("a"),
    "A Work a under B &lt;script&gt;alert(1)&lt;/script&gt; under A Work a",
  ],
  ["circular-hierarchy", goalId("g1"), "Goal g1 serves Goal g2 serves Goal g1"],
] as const)(
  "the evidence of %s leads back to where it began, and is not said to lack a goal: %s",
  async (rule, subjectId, chips) => {
    const rig = await circling();
    const page = await pageOf(rig, rule, subjectId);
    expect(chipsIn(page)).toEqual([chips]);
    expect(page).not.toContain("<script>alert");
    expect(chipsIn(await textOf(rig, "/"))).toContain(chips);
  },
);

test("once the circle is gone, the alert says so in words", async () => {
  const rig = await circling();
  await rig.hub.apply(upserted(workItem("d", { version: 1 })));
  const page = await pageOf(rig, "circular-dependency", itemId("c"));
  expect(page).toContain("it is in no circle any more");
  expect(page).not.toContain("no-circle");
});
