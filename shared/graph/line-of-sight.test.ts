import { describe, expect, test } from "vitest";

import type { Instant } from "#shared/model/time.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import {
  earlier,
  graphOf,
  later,
  link,
  now,
  source,
  under,
  wholeSources,
} from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import type { Allowance } from "./allowances.ts";
import type { LineOfSight } from "./line-of-sight.ts";
import { lineOfSight } from "./line-of-sight.ts";
import { openWorkUnder } from "./open-work-under.ts";
import type { MemoryGraph } from "./view.ts";

interface Asked {
  readonly allowances?: readonly Allowance[];
  readonly homes?: "all" | "spine";
}

function sightOf(graph: MemoryGraph, name: string, { allowances = [], homes }: Asked = {}) {
  const item = graph.item(itemId(name));
  if (!item) throw new Error(`${name} is not in the graph`);
  return lineOfSight(graph, item, { now, allowances, ...(homes && { homes }) });
}

const names = ({ path }: LineOfSight) => path.map(({ id }) => id.split(":").at(-1));
describe("an item is linked", () => {
  test("by its own link, by its parent's, and by that of any ancestor; the path is the proof", () => {
    const graph = graphOf({
      items: [workItem("epic"), under("story", "epic"), under("task", "story")],
      goals: [goal("g", { parentId: goalId("top") }), goal("top", { kind: "theme" })],
      edges: [link("epic", "g")],
    });
    const sight = sightOf(graph, "task");
    expect(sight).toMatchObject({
      verdict: "linked",
      reason: "goal-reached",
      anchorId: itemId("epic"),
    });
    expect(names(sight)).toEqual(["task", "story", "epic", "g", "top"]);
    expect(sight.path.map(({ via }) => via)).toEqual([
      "self",
      "parent",
      "parent",
      "link",
      "goal-parent",
    ]);
  });

  test("by the nearest link, and by the surest of several", () => {
    const graph = graphOf({
      items: [workItem("epic"), under("story", "epic")],
      goals: [goal("far"), goal("sure"), goal("unsure")],
      edges: [
        link("epic", "far"),
        link("story", "unsure", { confidence: 0.5 }),
        link("story", "sure", { confidence: 0.9 }),
      ],
    });
    expect(names(sightOf(graph, "story"))).toEqual(["story", "sure"]);
  });

  test("to a goal that was achieved: work under it did serve it", () => {
    const graph = graphOf({
      items: [workItem("epic")],
      goals: [goal("g", { status: "done" })],
      edges: [link("epic", "g")],
    });
    expect(sightOf(graph, "epic").verdict).toBe("linked");
  });

  test("up goals that are linked to goals, as far as they are known, and no cycle holds it up", () => {
    const graph = graphOf({
      items: [workItem("epic")],
      goals: [goal("a"), goal("b", { parentId: goalId("a") })],
      edges: [link("epic", "a"), { ...linkTo(goalId("a"), goalId("b")) }],
    });
    const sight = sightOf(graph, "epic");
    expect(names(sight)).toEqual(["epic", "a", "b"]);
    expect(sight.path.at(-1)?.via).toBe("goal-link");
  });

  test("through a further home, unless only the first home counts", () => {
    const graph = graphOf({
      items: [
        workItem("first"),
        workItem("second"),
        under("story", "first", { otherParentIds: [itemId("second")] }),
      ],
      goals: [goal("g")],
      edges: [link("second", "g")],
    });
    expect(sightOf(graph, "story")).toMatchObject({ verdict: "linked", anchorId: itemId("first") });
    expect(sightOf(graph, "story", { homes: "spine" }).verdict).toBe("unlinked");
  });

  test("through the second home once the first was removed", () => {
    const graph = graphOf({
      items: [workItem("second"), under("story", "first", { otherParentIds: [itemId("second")] })],
      goals: [goal("g")],
      edges: [link("second", "g")],
      removed: [itemId("first")],
    });
    const sight = sightOf(graph, "story", { homes: "spine" });
    expect(sight).toMatchObject({ verdict: "linked", anchorId: itemId("second") });
  });

  test("until its link expires, not at that instant", () => {
    const at = (expiresAt: Instant) =>
      graphOf({
        items: [workItem("epic")],
        goals: [goal("g")],
        edges: [link("epic", "g", { expiresAt })],
      });
    expect(sightOf(at(later), "epic").verdict).toBe("linked");
    expect(sightOf(at(now), "epic")).toMatchObject({ verdict: "unlinked", reason: "link-expired" });
  });
});

describe("an item is unlinked, and says why", () => {
  const epic = workItem("epic");
  test.each<[reason: string, parts: GraphParts]>([
    ["no-link", { items: [epic] }],
    ["link-expired", { goals: [goal("g")], edges: [link("epic", "g", { expiresAt: earlier })] }],
    ["goal-removed", { edges: [link("epic", "g")], removed: [goalId("g")] }],
    ["goal-dropped", { goals: [goal("g", { status: "dropped" })], edges: [link("epic", "g")] }],
    ["no-link", { goals: [goal("g")], edges: [link("epic", "g", { source: "suggestion" })] }],
  ])("%s", (reason, parts) => {
    const sight = sightOf(graphOf({ items: [epic], ...parts }), "epic");
    expect(sight).toMatchObject({ verdict: "unlinked", reason, anchorId: itemId("epic") });
    expect(names(sight)).toEqual(["epic"]);
  });

  test("a parent that was removed is no reason to doubt: its child is an anchor", () => {
    const graph = graphOf({ items: [under("story", "epic")], removed: [itemId("epic")] });
    expect(sightOf(graph, "story")).toMatchObject({
      verdict: "unlinked",
      reason: "no-link",
      anchorId: itemId("story"),
    });
  });

  test("a dead link is passed over where an ancestor has a living one", () => {
    const graph = graphOf({
      items: [epic, under("story", "epic")],
      goals: [goal("g"), goal("dead", { status: "dropped" })],
      edges: [link("story", "dead"), link("epic", "g")],
    });
    expect(sightOf(graph, "story").verdict).toBe("linked");
  });
});

describe("nobody can say", () => {
  const epic = workItem("epic");
  test.each<[reason: string, parts: GraphParts]>([
    ["parent-unread", { items: [under("epic", "never-read")] }],
    ["goal-unread", { edges: [link("epic", "never-read")] }],
    ["no-goals-connected", { sources: [source(workConnection)] }],
    ["source-not-read-yet", { sources: [source(goalConnection)] }],
    [
      "source-not-read-yet",
      { sources: [source(workConnection), source(goalConnection, { isReady: false })] },
    ],
    [
      "source-not-read-yet",
      { sources: [source(workConnection, { isReady: false }), source(goalConnection)] },
    ],
    [
      "source-stale",
      { sources: [source(workConnection), source(goalConnection, { isStale: true })] },
    ],
    [
      "source-stale",
      { sources: [source(workConnection, { isStale: true }), source(goalConnection)] },
    ],
  ])("%s", (reason, parts) => {
    const sight = sightOf(graphOf({ items: [epic], ...parts }), "epic");
    expect(sight).toMatchObject({ verdict: "unknown", reason });
  });

  test("but a goal that is reached is proof, however little else was read", () => {
    const graph = graphOf({
      items: [under("epic", "never-read")],
      goals: [goal("g")],
      edges: [link("epic", "g"), link("epic", "unread")],
      sources: [],
    });
    expect(sightOf(graph, "epic").verdict).toBe("linked");
  });

  test("and a source of neither the item nor goals matters to nobody", () => {
    const other = { ...source(workConnection), id: "conn_other00001" as never, isStale: true };
    const graph = graphOf({ items: [epic], sources: [...wholeSources, other] });
    expect(sightOf(graph, "epic").verdict).toBe("unlinked");
  });
});

describe("what needs no goal", () => {
  const desk = { reason: "Support", containers: ["DESK"], labels: ["support", "on-call"] };

  test("is allowed by all conditions of one allowance, on the item or on its anchor", () => {
    const fits = { container: "DESK", labels: ["on-call"] };
    const graph = graphOf({
      items: [
        workItem("fits", fits),
        workItem("half", { container: "DESK" }),
        under("child", "fits"),
      ],
    });
    const verdict = (name: string) => sightOf(graph, name, { allowances: [desk] });
    expect(verdict("fits")).toMatchObject({ verdict: "allowed", reason: "Support" });
    expect(verdict("child")).toMatchObject({ verdict: "allowed", reason: "Support" });
    expect(verdict("half").verdict).toBe("unlinked");
  });

  test("is never everything: an allowance without a condition allows nothing", () => {
    const graph = graphOf({ items: [workItem("epic")] });
    const sight = sightOf(graph, "epic", { allowances: [{ reason: "Whatever" }] });
    expect(sight.verdict).toBe("unlinked");
  });

  test("is unlinkable where the tool cannot hold a link at its anchor", () => {
    const graph = graphOf({
      items: [workItem("epic", { canHoldGoal: false }), under("story", "epic")],
    });
    expect(sightOf(graph, "story")).toMatchObject({
      verdict: "unlinkable",
      reason: "tool-cannot-hold-link",
    });
  });
});

describe("cycles and depth", () => {
  const cycle = (length: number) =>
    Array.from({ length }, (_, n) =>
      under(`c${String(n).padStart(2, "0")}`, `c${String((n + 1) % length).padStart(2, "0")}`),
    );

  test.each(Array.from({ length: 50 }, (_, n) => n + 1))(
    "a cycle of %i supports nothing and has one anchor, its smallest id",
    (length) => {
      const graph = graphOf({ items: [...cycle(length), under("below", "c00")] });
      for (const item of graph.items()) {
        expect(lineOfSight(graph, item, { now, allowances: [] })).toMatchObject({
          verdict: "unlinked",
          reason: "cycle",
          anchorId: itemId("c00"),
        });
      }
    },
  );

  test("a cycle with a link on any member links them all", () => {
    const graph = graphOf({
      items: cycle(5),
      goals: [goal("g")],
      edges: [link("c03", "g")],
    });
    for (const item of graph.items())
      expect(lineOfSight(graph, item, { now, allowances: [] }).verdict).toBe("linked");
  });

  test("a chain of 40 is followed to its end", () => {
    const items = Array.from({ length: 40 }, (_, n) =>
      n === 0 ? workItem("n0") : under(`n${n}`, `n${n - 1}`),
    );
    const graph = graphOf({ items, goals: [goal("g")], edges: [link("n0", "g")] });
    expect(sightOf(graph, "n39")).toMatchObject({ verdict: "linked", anchorId: itemId("n0") });
    expect(sightOf(graph, "n39").path).toHaveLength(41);
  });
});

describe("open work under a closed anchor", () => {
  const options = { now, allowances: [] };
  const closed = workItem("anchor", { status: "done" });

  test("is the first open descendant by id, through closed ones", () => {
    const graph = graphOf({
      items: [
        closed,
        under("b", "anchor"),
        under("a", "anchor", { status: "done" }),
        under("deep", "a"),
      ],
    });
    expect(openWorkUnder(graph, closed, options)?.id).toBe(itemId("b"));
  });

  test("is nothing where all is closed, linked on its own, or at home elsewhere", () => {
    const graph = graphOf({
      items: [
        closed,
        workItem("elsewhere"),
        under("done", "anchor", { status: "dropped" }),
        under("linked", "anchor"),
        under("guest", "elsewhere", { otherParentIds: [itemId("anchor")] }),
      ],
      goals: [goal("g")],
      edges: [link("linked", "g")],
    });
    expect(openWorkUnder(graph, closed, options)).toBeUndefined();
  });
});
