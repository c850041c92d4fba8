import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { under } from "#shared/testing/graph.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { createdId, growth, rigWith, verdicts } from "../../../tests/rig/link-rule-company.ts";

describe("the preview of a link rule", () => {
  const ask = (rig: AppRig, given: Record<string, string>) =>
    rig.get(`/api/link-rules/preview?${new URLSearchParams(given).toString()}`);

  test("tells what fits, what it would link, and what keeps to its own", async () => {
    const rig = await rigWith();
    expect((await ask(rig, { filter: "LABEL IN (growth)" })).body).toMatchObject({
      filter: "label = growth",
      openItems: 2,
      closedItems: 1,
      unlinkedItems: 1,
      wouldBeLinked: 2,
      ownLinks: 1,
      examples: [
        { id: itemId("epic"), verdict: { kind: "unlinked" } },
        { id: itemId("own"), verdict: { kind: "linked" } },
      ],
    });
  });

  test("links nothing to a goal that is dropped, and refuses what it cannot read", async () => {
    const rig = await rigWith(upserted(goal("g", { status: "dropped", version: 1 })));
    const answer = await ask(rig, { filter: "label = growth", goalId: goalId("g") });
    expect(answer.body).toMatchObject({ unlinkedItems: 1, wouldBeLinked: 0 });
    expect((await ask(rig, { filter: "label" })).status).toBe(400);
  });

  test("counts work whose tool cannot hold a link among what serves no goal: rules are for that", async () => {
    const rig = await rigWith(
      upserted(workItem("team", { labels: ["managed"], canHoldGoal: false })),
    );
    const given = { filter: "label = managed", goalId: goalId("g") };
    const counted = { openItems: 1, unlinkedItems: 1, wouldBeLinked: 1 };
    expect((await ask(rig, given)).body).toMatchObject(counted);
    await createdId(rig, given);
    expect((await verdicts(rig))["team"]).toBe("linked");
  });

  test("does not say of work of which nothing is known that it serves a goal", async () => {
    const rig = await rigWith(
      upserted(under("orphan", "never", { labels: ["lost"], kind: "story" })),
    );
    const { text } = await rig.get("/link-rules/preview?filter=label%20%3D%20lost");
    expect(text).toContain("It fits 1 open item");
    expect(text).toContain("None of this work counts as unlinked today");
  });

  const item = fc.record({
    parent: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    other: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    isFit: fc.boolean(),
    isLinked: fc.boolean(),
    status: fc.constantFrom("todo" as const, "done" as const),
  });

  test("announces exactly the work that the rule then links", async () => {
    const law = fc.asyncProperty(fc.array(item, { minLength: 6, maxLength: 6 }), async (items) => {
      const rig = await AppRig.create();
      const changes = items.map(({ parent, other, isFit, isLinked, status }, index) => {
        const id = `i${index}`;
        const homes = {
          ...(parent !== undefined && { parentId: itemId(`i${parent}`) }),
          ...(parent !== undefined &&
            other !== undefined && { otherParentIds: [itemId(`i${other}`)] }),
        };
        const record = workItem(id, { status, ...homes, ...(isFit && { labels: ["growth"] }) });
        return upserted(record, isLinked ? [linkTo(itemId(id), goalId("h"))] : []);
      });
      await rig.hub.apply(upserted(goal("g")), upserted(goal("h")), ...changes);
      const { body } = await ask(rig, { filter: growth.filter, goalId: goalId("g") });
      const unlinkedOpen = async () => {
        const found = await rig.get("/api/work-items?verdict=unlinked&status=open");
        return (found.body as { total: number }).total;
      };
      const before = await unlinkedOpen();
      await createdId(rig);
      expect(body).toMatchObject({ wouldBeLinked: before - (await unlinkedOpen()) });
    });
    await fc.assert(law, { numRuns: 20 });
  }, 60_000);
});
