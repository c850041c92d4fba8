import { describe, expect, test } from "vitest";

import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { AssertedEdge } from "#shared/model/change.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { goal, goalId, itemId, linkTo, workItem } from "#shared/testing/facts.ts";
import { graphOf, now } from "#shared/testing/graph.ts";

import { sightStatement } from "./statement.ts";

interface World {
  readonly items: readonly WorkItem[];
  readonly goals?: readonly Goal[];
  readonly edges?: readonly AssertedEdge[];
}

/** What is said of the first item. */
function said(
  { items, goals = [], edges = [] }: World,
  allowances = [] as { reason: string; labels: string[] }[],
) {
  const view = graphOf({ items, goals, edges });
  const [item = workItem("none")] = items;
  const sight = lineOfSight(view, item, { now, allowances });
  return sightStatement(view, item, { sight, publicUrl: "https://hub.example" });
}

describe("a line of sight in one sentence", () => {
  test("names the nearest goal, the way to it, and the topmost one", () => {
    const statement = said({
      items: [
        workItem("story", { parentId: itemId("epic") }),
        workItem("epic", { title: "Payments revamp" }),
      ],
      goals: [
        goal("asia", {
          title: "Grow in Asia",
          parentId: goalId("lead"),
          url: "https://goals.example/asia",
        }),
        goal("lead", { title: "Lead the market" }),
      ],
      edges: [linkTo(itemId("epic"), goalId("asia"))],
    });
    expect(statement).toEqual({
      verdict: "linked",
      sentence: "Serves Grow in Asia through Payments revamp, and by it Lead the market.",
      goalTitle: "Grow in Asia",
      goalUrl: "https://goals.example/asia",
      itemUrl: `https://hub.example/work-items/${encodeURIComponent(itemId("story"))}`,
    });
  });

  test("of a goal without an address leads to the hub's page of it", () => {
    const statement = said({
      items: [workItem("epic")],
      goals: [goal("asia")],
      edges: [linkTo(itemId("epic"), goalId("asia"))],
    });
    expect(statement).toMatchObject({
      sentence: "Serves Goal asia.",
      goalUrl: `https://hub.example/goals/${encodeURIComponent(goalId("asia"))}`,
    });
  });

  test("of a long way names its ends", () => {
    const names = ["a", "b", "c", "d", "e"];
    const items = names.map((name, index) => {
      const above = names[index + 1];
      return workItem(name, { ...(above !== undefined && { parentId: itemId(above) }) });
    });
    const world = { items, goals: [goal("g")], edges: [linkTo(itemId("e"), goalId("g"))] };
    expect(said(world)?.sentence).toBe("Serves Goal g through Work b › 2 more › Work e.");
  });

  test("says that there is none, that none is needed, or that none can be held", () => {
    const sentences = [
      said({ items: [workItem("lone")] }),
      said({ items: [workItem("lone", { labels: ["run"] })] }, [
        { reason: "Keeping it running", labels: ["run"] },
      ]),
      said({ items: [workItem("lone", { canHoldGoal: false })] }),
    ].map((statement) => [statement?.verdict, statement?.sentence]);
    expect(sentences).toEqual([
      ["unlinked", "Serves no goal: no link leads from it, or from anything above it, to one."],
      ["allowed", "May stand outside strategy: Keeping it running."],
      ["unlinkable", "Serves no goal: the tool cannot hold a link to one here."],
    ]);
  });

  test("is not written where nobody can tell", () => {
    expect(
      said({ items: [workItem("story", { parentId: itemId("never-read") })] }),
    ).toBeUndefined();
  });

  test("stays short however long the titles are", () => {
    const long = "x".repeat(255);
    const statement = said({
      items: [workItem("a", { parentId: itemId("b") }), workItem("b", { title: long })],
      goals: [goal("g", { title: long, parentId: goalId("h") }), goal("h", { title: long })],
      edges: [linkTo(itemId("b"), goalId("g"))],
    });
    expect(statement?.sentence.length).toBeLessThan(300);
  });
});
