import { afterEach, expect, test } from "vitest";

import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { Gap } from "#shared/kit/connector.ts";
import type { AssertedEdge } from "#shared/model/change.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { graphOf, now, source as sourceState } from "#shared/testing/graph.ts";

import { legacySite } from "./simulator/legacy-site.ts";
import { connectionId, connectJira, idOf } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** An old site, read whole, as a graph. */
async function oldSite() {
  const world = await connectJira({ seed: legacySite });
  cleanups.push(() => world.jira.close());
  const items = new Map<string, WorkItem>();
  const goals: Goal[] = [];
  const edges: AssertedEdge[] = [];
  const gaps = new Map<string, Gap>();
  for await (const page of world.source.pull("issues", undefined)) {
    for (const gap of page.gaps ?? []) gaps.set(gap.what, gap);
    for (const change of page.changes) {
      if (change.kind !== "upserted") continue;
      edges.push(...change.edges);
      if (change.record.type === "goal") goals.push(change.record);
      if (change.record.type === "work-item") items.set(change.record.key ?? "", change.record);
    }
  }
  const sources = [sourceState(connectionId, { providesGoals: true })];
  const graph = graphOf({ items: [...items.values()], goals, edges, sources });
  const verdict = (key: string) => {
    const item = items.get(key);
    return item && lineOfSight(graph, item, { now, allowances: [] }).verdict;
  };
  return { world, items, edges, gaps, verdict };
}

test("an epic with a parent is linked, by `parent` or by the old links alone", async () => {
  const { verdict, items, edges } = await oldSite();
  expect(["PAY-1", "PAY-2", "LEG-1", "LEG-2"].map(verdict)).toEqual(
    Array.from({ length: 4 }, () => "linked"),
  );
  expect(items.get("LEG-2")?.parentId).toBe(idOf("work-item", "10501"));
  const ofEpic = edges.filter((edge) => edge.type === "link" && edge.fromId.endsWith(":10501"));
  expect(ofEpic).toMatchObject([{ toId: idOf("goal", "10101"), source: "native" }]);
});

test("work of a team-managed project that has no field for goals is unlinkable", async () => {
  const { verdict } = await oldSite();
  expect([verdict("OPS-1"), verdict("PAY-4")]).toEqual(["unlinkable", "unlinked"]);
});

test("a stale, an impossible and a dead parent link are flagged with an example and not followed", async () => {
  const { verdict, edges, gaps, items } = await oldSite();
  const ofStale = edges.filter((edge) => edge.type === "link" && edge.fromId.endsWith(":10503"));
  expect(ofStale).toMatchObject([{ toId: idOf("goal", "10101") }]);
  expect(items.get("LEG-4")).not.toHaveProperty("parentId");
  expect(verdict("LEG-4")).toBe("unlinked");
  expect([...gaps].map(([what, { why }]) => [what, /LEG-\d/u.exec(why)?.[0]])).toEqual([
    ["Stale epic and parent links", "LEG-3"],
    ["Impossible parents", "LEG-4"],
    ["Old parent links that lead nowhere", "LEG-5"],
  ]);
});

test("old parents cost one request a page to look up", async () => {
  const { world } = await oldSite();
  const bulk = world.asked.filter((each) => each === "POST /issue/bulkfetch");
  // One for the page itself, one for the four that old links name.
  expect(bulk).toHaveLength(2);
});
