import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { earlier, graphOf, later, now, source, under } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { circularHierarchy } from "./rule.ts";

const evaluate = (subjectId: SubjectId, parts: GraphParts): Evaluation =>
  circularHierarchy.evaluate({ view: graphOf(parts), subjectId, options: {}, now });

/** What a pass over everything finds. */
const openAmong = (parts: GraphParts): readonly SubjectId[] =>
  [...circularHierarchy.subjects(graphOf(parts))].filter(
    (subjectId) => evaluate(subjectId, parts).state === "open",
  );

/** `i00` under `i01` under … under `i00`, of the length that is wanted. */
function ring(size: number): WorkItem[] {
  const name = (at: number) => `i${String(at % size).padStart(2, "0")}`;
  return Array.from({ length: size }, (_, at) => under(name(at), name(at + 1)));
}
const above = (name: string, parent: string, given: Partial<Goal> = {}) =>
  goal(name, { parentId: goalId(parent), ...given });

describe("parents in a circle", () => {
  test("are told with the way round, in words and links", () => {
    const found = evaluate(itemId("i00"), { items: ring(3) });
    expect(found).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Parents in a circle: I00 Work i00",
      evidence: {
        path: [
          { id: itemId("i00"), role: "subject", url: "https://tool.example/i00" },
          { id: itemId("i01"), role: "ancestor", url: "https://tool.example/i01" },
          { id: itemId("i02"), role: "ancestor", url: "https://tool.example/i02" },
          { id: itemId("i00"), role: "ancestor", label: "I00 Work i00" },
        ],
        facts: { kind: "work", members: 3 },
      },
      connectionIds: [workConnection],
    });
    expect(found.state === "open" && found.evidence.sentence).toContain(
      "“I00 Work i00” is part of “I01 Work i01”, which is part of “I02 Work i02”, which is part of “I00 Work i00” again",
    );
  });

  test.each([1, 2, 3, 49, 50])("of %d are one finding, about the smallest id", (size) => {
    const graph = graphOf({ items: [...ring(size), under("leaf", "i00")] });
    expect([...circularHierarchy.subjects(graph)]).toEqual([itemId("i00")]);
    expect(evaluate(itemId("i00"), { items: ring(size) })).toMatchObject({
      state: "open",
      evidence: { facts: { members: size } },
    });
  });

  test("of an item that is its own parent", () => {
    const found = evaluate(itemId("a"), { items: [under("a", "a")] });
    expect(found.state === "open" && found.evidence.sentence).toContain(
      "“A Work a” is part of itself",
    );
  });

  test("of many are counted where they are too many to name", () => {
    const found = evaluate(itemId("i00"), { items: ring(50) });
    expect(found.state === "open" && found.evidence.sentence).toContain("45 more");
    if (found.state !== "open") throw new Error("It is open");
    expect(found.evidence.path).toHaveLength(40);
    expect(found.evidence.path.at(-1)).toMatchObject({
      id: itemId("i00"),
      label: "11 more, and then I00 Work i00",
    });
  });

  test("are told to the end of the sentence, however long their titles are", () => {
    const long = ring(6).map((item) => ({ ...item, title: "word ".repeat(51) }));
    const found = evaluate(itemId("i00"), { items: long });
    const sentence = found.state === "open" ? found.evidence.sentence : "";
    expect(sentence.length).toBeLessThanOrEqual(1000);
    expect(sentence).toMatch(/which is part of “I00 word .*again: the circle has no top/u);
  });

  test("count on further homes only where the first one was removed", () => {
    const items = [
      workItem("a", { parentId: itemId("gone"), otherParentIds: [itemId("b")] }),
      under("b", "a"),
    ];
    expect(evaluate(itemId("a"), { items, removed: [itemId("gone")] }).state).toBe("open");
    expect(evaluate(itemId("a"), { items: [...items, workItem("gone")] }).state).toBe("cleared");
    expect(evaluate(itemId("a"), { items }).state).toBe("cleared");
  });

  test("are worth no message where nothing in the circle is open", () => {
    const closed = ring(2).map((item) => ({ ...item, status: "done" as const }));
    expect(evaluate(itemId("i00"), { items: closed })).toMatchObject({ severity: "info" });
  });

  test("of goals, by parents and by links alike", () => {
    const goals = [above("g1", "g2"), goal("g2")];
    const edges = [{ ...linkTo(itemId("x"), goalId("g1")), fromId: goalId("g2") }];
    expect(evaluate(goalId("g1"), { goals, edges })).toMatchObject({
      state: "open",
      evidence: {
        path: [
          { id: goalId("g1"), role: "goal" },
          { id: goalId("g2"), role: "goal" },
          { id: goalId("g1"), role: "goal" },
        ],
        facts: { kind: "goals" },
      },
    });
    const linked = (given: object) => [{ ...edges[0], ...given }] as typeof edges;
    const stateWith = (given: object) =>
      evaluate(goalId("g1"), { goals, edges: linked(given) }).state;
    expect(stateWith({ expiresAt: later })).toBe("open");
    expect(stateWith({ expiresAt: earlier })).toBe("cleared");
    expect(stateWith({ source: "suggestion" })).toBe("cleared");
    expect(openAmong({ goals, edges })).toEqual([goalId("g1")]);
  });

  test("of goals are looked for also where an expired link once made a larger circle of them", () => {
    const goals = [above("g1", "g2"), above("g2", "g3"), above("g3", "g2")];
    const expired = { ...linkTo(itemId("x"), goalId("g1")), fromId: goalId("g3") };
    const edges = [{ ...expired, expiresAt: earlier }];
    expect(openAmong({ goals, edges })).toEqual([goalId("g2")]);
  });

  test("go to the teams in it, and to their lowest common manager", () => {
    const org = new Org({
      units: [orgUnit("dept"), orgUnit("red", { parentId: unitId("dept") }), orgUnit("blue")],
      people: [
        person("head", { unitId: unitId("dept") }),
        person("ann", { unitId: unitId("red"), managerId: personId("head") }),
        person("bob", { unitId: unitId("blue"), managerId: personId("head") }),
      ],
      accounts: [account("ann"), account("bob")],
      matches: [],
    });
    const items = [
      under("a", "b", { assigneeId: accountId("ann") }),
      under("b", "a", { assigneeId: accountId("bob") }),
    ];
    expect(evaluate(itemId("a"), { items, org })).toMatchObject({
      teamIds: [unitId("red"), unitId("blue")],
      leaderId: personId("head"),
    });
  });

  test.each<[because: string, subject: SubjectId, parts: GraphParts]>([
    ["removed", itemId("a"), {}],
    ["removed", goalId("g"), {}],
    ["no-circle", itemId("a"), { items: [under("a", "b"), workItem("b")] }],
    ["no-circle", itemId("leaf"), { items: [...ring(2), under("leaf", "i00")] }],
    ["no-circle", goalId("g1"), { goals: [above("g1", "g2"), goal("g2")] }],
    ["joined-another-circle", itemId("i01"), { items: ring(2) }],
  ])("clear, because %s", (because, subject, parts) => {
    expect(evaluate(subject, parts)).toEqual({ state: "cleared", because });
  });

  test("stand as they stood where a tool of theirs stands still, or more is above than is looked at", () => {
    const sources = [source(workConnection, { isStale: true }), source(goalConnection)];
    expect(evaluate(itemId("i00"), { items: ring(2), sources })).toEqual({
      state: "unknown",
      because: "source-stale",
    });
    const unread = [source(workConnection, { isReady: false })];
    expect(evaluate(itemId("i00"), { items: ring(2), sources: unread })).toEqual({
      state: "unknown",
      because: "source-not-read-yet",
    });
    // That it is no circle any more is seen whatever stands still.
    expect(evaluate(itemId("a"), { items: [workItem("a")], sources }).state).toBe("cleared");
    expect(evaluate(itemId("i00"), { items: ring(90) })).toEqual({
      state: "cleared",
      because: "too-many-above",
    });
  });
});

describe("what touches them", () => {
  const touched = circularHierarchy.touched;

  test("a parent that comes or goes: from the item, and from where it was", () => {
    expect(touched({ before: under("a", "b"), after: under("a", "c") })).toEqual([
      { kind: "circles-above", id: itemId("a"), onlyOpen: false },
      { kind: "circles-above", id: itemId("b"), onlyOpen: false },
    ]);
  });

  test("what evidence repeats: findings that are open", () => {
    const touches = touched({ before: workItem("a"), after: workItem("a", { title: "Other" }) });
    expect(touches).toEqual([{ kind: "circles-above", id: itemId("a"), onlyOpen: true }]);
    const titled = touched({ before: goal("g"), after: goal("g", { title: "Other" }) });
    expect(titled).toEqual([{ kind: "circles-above", id: goalId("g"), onlyOpen: true }]);
  });

  test("nothing of what neither decides nor tells", () => {
    const before = workItem("a");
    expect(touched({ before, after: { ...before, labels: ["x"], status: "todo" } })).toEqual([]);
    expect(touched({ before: goal("g"), after: goal("g", { status: "dropped" }) })).toEqual([]);
  });

  test("an item that comes or goes: the children, who may go another way", () => {
    const kind = "circles-above-children";
    expect(touched({ after: workItem("a") })).toContainEqual({ kind, itemId: itemId("a") });
    expect(touched({ buriedId: itemId("a") })).toEqual([{ kind, itemId: itemId("a") }]);
    expect(touched({ buriedId: goalId("g") })).toEqual([]);
  });
});
