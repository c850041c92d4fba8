import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { dependencyId } from "#shared/model/ids.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import {
  accountId,
  account,
  blockedBy,
  goalConnection,
  itemId,
  orgUnit,
  peopleConnection,
  person,
  personId,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { graphOf, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { blockedAcrossBoundary } from "./rule.ts";

const [a, b] = [itemId("a"), itemId("b")];
const subjectId = dependencyId(a, b);
const parts = {
  units: [
    orgUnit("dept", { originalKind: "department", level: 2 }),
    orgUnit("red", { parentId: unitId("dept") }),
    orgUnit("blue", { parentId: unitId("dept") }),
  ],
  people: [
    person("head", { unitId: unitId("dept") }),
    person("ann", { unitId: unitId("red"), managerId: personId("head") }),
    person("bob", { unitId: unitId("blue"), managerId: personId("head") }),
  ],
  accounts: [account("ann"), account("bob"), account("stranger")],
  matches: [],
};
const org = new Org(parts);

const day = (text: string) => text as CalendarDate;
const task = (name: string, who: string, given: Partial<WorkItem> = {}) =>
  workItem(name, { kind: "task", assigneeId: accountId(who), ...given });
const waiting = [task("a", "ann"), task("b", "bob")];

function evaluate(given: GraphParts = {}, options: unknown = {}): Evaluation {
  return blockedAcrossBoundary.evaluate({
    view: graphOf({ org, edges: [blockedBy(a, b)], items: waiting, ...given }),
    subjectId,
    options: blockedAcrossBoundary.options.parse(options),
    now,
  });
}

describe("with few accounts matched", () => {
  const matching = (matched: number) => ({
    org: new Org({ ...parts, matchRate: { accounts: 10, matched } }),
  });
  const byTeamName = [
    task("a", "ann", { teamName: "red" }),
    task("b", "bob", { teamName: "blue" }),
  ];

  test("teams found by who is assigned are not believed: the answer is unknown", () => {
    expect(evaluate(matching(4))).toEqual({ state: "unknown", because: "match-rate-below-floor" });
    expect(evaluate(matching(5)).state).toBe("open");
    expect(evaluate(matching(4), { matchFloor: 0.4 }).state).toBe("open");
  });

  test("teams that the tool names are believed all the same", () => {
    expect(evaluate({ ...matching(1), items: byTeamName }).state).toBe("open");
  });
});

describe("blocked across a boundary", () => {
  test("fires with both teams, the level where they meet, and their lowest common manager", () => {
    expect(evaluate()).toMatchObject({
      state: "open",
      severity: "warning",
      title: "red waits on blue: A Work a",
      evidence: {
        sentence:
          "“A Work a” of red is blocked by “B Work b” of blue; the two teams meet in the department dept.",
        path: [{ role: "blocked" }, { role: "blocking" }, { role: "unit", label: "dept" }],
        facts: {
          boundary: "department",
          isLate: false,
          blockedTeam: "red",
          blockingTeam: "blue",
          meetingUnit: "dept",
        },
      },
      teamIds: [unitId("red"), unitId("blue")],
      leaderId: personId("head"),
      connectionIds: [workConnection],
    });
  });

  test("is critical from the day on which the blocking work is due too late", () => {
    const due = (blocking: string) =>
      evaluate({
        items: [
          task("a", "ann", { dueOn: day("2026-04-01") }),
          task("b", "bob", { dueOn: day(blocking) }),
        ],
      });
    expect(due("2026-04-01")).toMatchObject({ severity: "warning" });
    expect(due("2026-04-02")).toMatchObject({
      severity: "critical",
      evidence: {
        sentence: expect.stringContaining("is due on 2026-04-02, after its own date, 2026-04-01."),
      },
    });
  });

  test.each<[because: string, parts: GraphParts]>([
    ["gone", { edges: [] }],
    ["gone", { items: [task("a", "ann")], removed: [b] }],
    ["finished", { items: [task("a", "ann"), task("b", "bob", { status: "done" })] }],
    ["finished", { items: [task("a", "ann", { status: "dropped" }), task("b", "bob")] }],
    ["end-unread", { items: [task("a", "ann")] }],
    ["team-unknown", { items: [task("a", "ann"), task("b", "stranger")] }],
    ["same-team", { items: [task("a", "ann"), task("b", "ann")] }],
  ])("is quiet, and clears, because %s", (because, parts) => {
    expect(evaluate(parts)).toEqual({ state: "cleared", because });
  });

  test("ignores the levels and the work not yet started that an admin named", () => {
    const ignoring = { ignoreLevels: ["department"] };
    expect(evaluate({}, ignoring)).toEqual({ state: "cleared", because: "level-ignored" });
    expect(evaluate({}, { ignoreLevels: ["division"] }).state).toBe("open");
    const todo = [task("a", "ann", { status: "todo" }), task("b", "bob")];
    const onlyStarted = { onlyStarted: true };
    expect(evaluate({ items: todo }, onlyStarted)).toEqual({
      state: "cleared",
      because: "not-started",
    });
    expect(evaluate({}, onlyStarted).state).toBe("open");
  });

  test.each([workConnection, peopleConnection])(
    "leaves what stands while %s does not speak of now",
    (id) => {
      const but = (given: object) =>
        [workConnection, goalConnection, peopleConnection].map((one) =>
          source(one, one === id ? given : {}),
        );
      expect(evaluate({ sources: but({ isStale: true }) })).toEqual({
        state: "unknown",
        because: "source-stale",
      });
      expect(evaluate({ sources: but({ isReady: false }) }).state).toBe("unknown");
    },
  );

  test("does not care for the source of goals", () => {
    const sources = [
      source(workConnection),
      source(peopleConnection),
      source(goalConnection, { isStale: true }),
    ];
    expect(evaluate({ sources }).state).toBe("open");
  });

  test("has every dependency for a subject", () => {
    const graph = graphOf({ edges: [blockedBy(a, b), blockedBy(b, a)] });
    expect([...blockedAcrossBoundary.subjects(graph)]).toEqual([subjectId, dependencyId(b, a)]);
  });
});

describe("what touches a dependency", () => {
  const touched = blockedAcrossBoundary.touched.bind(blockedAcrossBoundary);

  test("nothing of an item that no finding reads", () => {
    const before = task("a", "ann");
    expect(touched({ before, after: { ...before, labels: ["x"], canHoldGoal: false } })).toEqual(
      [],
    );
  });

  test.each<Partial<WorkItem>>([
    { assigneeId: accountId("bob") },
    { teamName: "blue" },
    { status: "todo" },
    { status: "done" },
  ])("an end of which this changed: %j", (given) => {
    const before = task("a", "ann");
    const touch = [{ kind: "dependencies", itemId: a }];
    expect(touched({ before, after: { ...before, ...given } })).toEqual(touch);
  });

  test.each<Partial<WorkItem>>([
    { dueOn: day("2026-04-01") },
    { title: "Other" },
    { key: "OTHER-1" },
    { url: "https://tool.example/other" },
  ])("open findings, which repeat this of an end: %j", (given) => {
    const before = task("a", "ann");
    const touch = [{ kind: "dependencies", itemId: a, onlyOpen: true }];
    expect(touched({ before, after: { ...before, ...given } })).toEqual(touch);
  });

  test("a person who moved, with the addresses of before and after", () => {
    const before = person("ann", { unitId: unitId("red") });
    const after = { ...before, unitId: unitId("blue"), workEmail: "new@company.example" };
    expect(touched({ before, after })).toEqual([
      { kind: "led" },
      {
        kind: "person",
        personId: personId("ann"),
        of: "dependencies",
        workEmails: ["ann@company.example", "new@company.example"],
        externalIds: [],
      },
    ]);
    const led = { ...before, managerId: personId("head") };
    const ledByAnother = { ...before, managerId: personId("chief") };
    expect(touched({ before: led, after: ledByAnother })).toEqual([{ kind: "led" }]);
    // Which of several records of one human speaks for them may hang on whether it names a manager.
    expect(touched({ before, after: led }).map(({ kind }) => kind)).toEqual(["led", "person"]);
    expect(touched({ before, after: { ...before, location: "Bergen" } })).toEqual([]);
  });

  test("a person who had another address or id before: whoever bears it is bound by it no more", () => {
    const before = person("ann", { externalId: "e1", formerWorkEmails: ["old@company.example"] });
    const { externalId: _id, ...after } = before;
    expect(touched({ before, after })).toContainEqual({
      kind: "person",
      personId: personId("ann"),
      of: "dependencies",
      workEmails: ["ann@company.example", "old@company.example"],
      externalIds: ["e1"],
    });
  });

  test.each([{ parentId: unitId("x") }, { name: "y" }, { originalKind: "z" }, { level: 1 }])(
    "everything, when a unit changes %j",
    (given) => {
      const before = orgUnit("red");
      expect(touched({ before, after: { ...before, ...given } })).toEqual([{ kind: "all" }]);
      expect(touched({ before, after: before })).toEqual([]);
    },
  );
});
