import { describe, expect, test } from "vitest";

import type { Evaluation } from "#shared/kit/rule.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import {
  account,
  goal,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  peopleConnection,
  personId,
  person,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, link, now, source, under } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import { Org } from "../../graph/org.ts";
import { unlinkedWork } from "./rule.ts";

function evaluate(name: string, parts: GraphParts, options: unknown = {}): Evaluation {
  return unlinkedWork.evaluate({
    view: graphOf(parts),
    subjectId: itemId(name),
    options: unlinkedWork.options.parse(options),
    now,
  });
}
const goals = [goal("g")];

describe("unlinked work", () => {
  test("fires on an open anchor with no goal above, and names it, its reason and its owners", () => {
    const org = new Org({
      units: [orgUnit("red")],
      people: [person("ann", { unitId: unitId("red") })],
      accounts: [account("ann")],
      matches: [],
    });
    const found = evaluate("epic", { items: [workItem("epic", { teamName: "red" })], goals, org });
    expect(found).toMatchObject({
      state: "open",
      severity: "warning",
      title: "No goal above EPIC Work epic",
      evidence: {
        sentence: "The epic “Work epic” is the top of its hierarchy and has no link to a goal.",
        path: [{ role: "subject", label: "EPIC Work epic", url: "https://tool.example/epic" }],
        facts: { reason: "no-link", kind: "epic", isAnchorOpen: true },
      },
      teamIds: [unitId("red")],
      leaderId: personId("ann"),
      connectionIds: [workConnection],
    });
  });

  test("is mere information on a lone task", () => {
    const found = evaluate("task", { items: [workItem("task", { kind: "task" })], goals });
    expect(found).toMatchObject({ state: "open", severity: "info" });
  });

  test.each<[because: string, name: string, parts: GraphParts]>([
    ["removed", "epic", {}],
    ["has-a-parent", "story", { items: [workItem("epic"), under("story", "epic")] }],
    ["not-work", "epic", { items: [workItem("epic", { kind: "portfolio" })] }],
    ["linked", "epic", { items: [workItem("epic")], edges: [link("epic", "g")] }],
    ["closed", "epic", { items: [workItem("epic", { status: "done" })] }],
    ["unlinkable", "epic", { items: [workItem("epic", { canHoldGoal: false })] }],
    // Parent or goal unread is a fact about the item: it must not be called unlinked.
    ["unknown", "epic", { items: [under("epic", "never-read")] }],
    ["unknown", "epic", { items: [workItem("epic")], edges: [link("epic", "never-read")] }],
  ])("is quiet, and clears, because %s", (because, name, parts) => {
    expect(evaluate(name, { goals, ...parts })).toEqual({ state: "cleared", because });
  });

  test.each([{ isStale: true }, { isReady: false }])(
    "leaves what stands while a source that may hold goals is %j",
    (given) => {
      const sources = [source(workConnection), source(goalConnection, given)];
      const found = evaluate("epic", { items: [workItem("epic")], sources });
      expect(found.state).toBe("unknown");
    },
  );

  test("is allowed where its kind of work is", () => {
    const parts = { items: [workItem("epic", { labels: ["support"] })], goals };
    const options = { allowances: [{ reason: "Support", labels: ["support"] }] };
    expect(evaluate("epic", parts, options)).toEqual({ state: "cleared", because: "allowed" });
    expect(evaluate("epic", parts).state).toBe("open");
  });

  test("stands on a closed anchor exactly as long as work under it is open", () => {
    const closed = workItem("epic", { status: "done" });
    const open = evaluate("epic", { items: [closed, under("story", "epic")], goals });
    expect(open).toMatchObject({
      state: "open",
      evidence: {
        path: [{ role: "ancestor" }, { role: "subject" }],
        facts: { isAnchorOpen: false },
      },
    });
    expect(JSON.stringify(open)).toContain("work under it is still open: “Work story”");
    const done = under("story", "epic", { status: "dropped" });
    expect(evaluate("epic", { items: [closed, done], goals }).state).toBe("cleared");
  });

  test("rests on who knows whose the open work is, where a team's work may be allowed", () => {
    const org = new Org({ units: [orgUnit("red")], people: [], accounts: [], matches: [] });
    const reds = { teamName: "red" };
    const sourcesOf = (story: Partial<WorkItem>, task: Partial<WorkItem>, options?: unknown) => {
      const closed = [
        workItem("epic", { status: "done" }),
        under("story", "epic", { status: "done", ...story }),
      ];
      const items = [...closed, under("task", "story", task)];
      const found = evaluate("epic", { items, goals, org }, options);
      return found.state === "open" && [...(found.restsOn ?? [])];
    };
    const byTeams = { allowances: [{ reason: "Their work", teams: ["blue"] }] };
    expect(sourcesOf({}, reds, byTeams)).toContain(peopleConnection);
    expect(sourcesOf(reds, {}, byTeams)).toContain(peopleConnection);
    expect(sourcesOf(reds, reds)).not.toContain(peopleConnection);
  });

  test.each<[words: string, parts: GraphParts]>([
    ["was deleted", { removed: [goalId("g")], edges: [link("epic", "g")] }],
    ["was dropped", { goals: [goal("g", { status: "dropped" })], edges: [link("epic", "g")] }],
    ["has expired", { goals, edges: [link("epic", "g", { expiresAt: earlier })] }],
  ])("says in words that the goal or link %s", (words, parts) => {
    const found = evaluate("epic", { items: [workItem("epic")], ...parts });
    expect(found.state === "open" && found.evidence.sentence).toContain(words);
  });

  test("leaves a circle to the rule for circles, unless a link gives it a goal", () => {
    const items = [under("a", "b"), under("b", "a")];
    expect(evaluate("a", { items, goals })).toEqual({ state: "cleared", because: "cycle" });
    const linked = evaluate("a", { items, goals, edges: [link("b", "g")] });
    expect(linked).toEqual({ state: "cleared", because: "linked" });
  });

  test("has every anchor for a subject, and one for a cycle", () => {
    const graph = graphOf({
      items: [workItem("top"), under("low", "top"), under("a", "b"), under("b", "a")],
    });
    expect([...unlinkedWork.subjects(graph)]).toEqual([itemId("top"), itemId("a")]);
  });
});

describe("what touches unlinked work", () => {
  const kinds = (before: ReturnType<typeof workItem>, after: ReturnType<typeof workItem>) =>
    unlinkedWork.touched({ before, after }).map(({ kind }) => kind);

  test("nothing of an item that no finding reads", () => {
    const before = workItem("epic");
    const dueOn = "2026-04-01" as NonNullable<typeof before.dueOn>;
    expect(kinds(before, { ...before, dueOn, status: "todo" })).toEqual([]);
  });

  test("a move: the item and its new anchor, and the way it leaves", () => {
    expect(kinds(under("story", "old"), under("story", "new"))).toEqual(["anchor", "spine"]);
  });

  test("an item that comes or goes: its children too", () => {
    const touches = unlinkedWork.touched({ after: workItem("epic") });
    expect(touches.map(({ kind }) => kind)).toContain("children");
    const buried = unlinkedWork.touched({ buriedId: itemId("epic") });
    expect(buried).toEqual([{ kind: "children", itemId: itemId("epic") }]);
  });

  test("a goal, only when it comes, goes, is dropped or taken up again", () => {
    const renamed = goal("g", { title: "Another", status: "done" });
    expect(unlinkedWork.touched({ before: goal("g"), after: renamed })).toEqual([]);
    const touch = [{ kind: "linked-to", goalId: goalId("g") }];
    expect(unlinkedWork.touched({ after: goal("g") })).toEqual(touch);
    expect(unlinkedWork.touched({ before: goal("g") })).toEqual(touch);
    expect(unlinkedWork.touched({ buriedId: goalId("g") })).toEqual(touch);
    const dropped = goal("g", { status: "dropped" });
    expect(unlinkedWork.touched({ before: goal("g"), after: dropped })).toEqual(touch);
  });

  test("people and units: who owns the open findings", () => {
    expect(unlinkedWork.touched({ after: person("ann") })).toEqual([{ kind: "open" }]);
  });
});

describe("what link rules touch of unlinked work", () => {
  test.each([
    { section: "Now" },
    { fields: { Investment: "Growth" } },
    { labels: ["growth"] },
    { container: "PAY" },
  ])("an item that comes to have %j", (given) => {
    const touches = unlinkedWork.touched({
      before: workItem("epic"),
      after: workItem("epic", given),
    });
    expect(touches.map(({ kind }) => kind)).toContain("anchor");
  });

  test("everything, where a rule comes, goes or links otherwise; nothing where its name changes", () => {
    const rule = linkRule("one", "label = growth");
    const off = { ...rule, isEnabled: false };
    const touches = (before: typeof rule | undefined, after: typeof rule | undefined) =>
      unlinkedWork.touched({ ...(before && { before }), ...(after && { after }) });
    const all = [{ kind: "all" }];
    expect(touches(undefined, rule)).toEqual(all);
    expect(touches(rule, undefined)).toEqual(all);
    expect(touches(rule, off)).toEqual(all);
    expect(touches(rule, { ...rule, filter: "kind = bug" })).toEqual(all);
    expect(touches(rule, { ...rule, goalId: goalId("h") })).toEqual(all);
    expect(touches(rule, { ...rule, expiresAt: now })).toEqual(all);
    expect(touches(rule, { ...rule, name: "Two", weight: 0.5 })).toEqual([]);
    expect(touches(off, { ...off, filter: "kind = bug" })).toEqual([]);
    expect(touches(undefined, off)).toEqual([]);
  });
});

test("a circle clears what was found of it, also while its source stands still", () => {
  const sources = [source(workConnection, { isStale: true }), source(goalConnection)];
  const items = [under("a", "b"), under("b", "a")];
  expect(evaluate("a", { items, goals, sources })).toEqual({ state: "cleared", because: "cycle" });
});
