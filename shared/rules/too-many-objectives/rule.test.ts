import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { Goal } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  goalConnection,
  goalId,
  orgUnit,
  person,
  personId,
  unitId,
  workConnection,
} from "#shared/testing/facts.ts";
import { graphOf, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { tooManyObjectives } from "./rule.ts";

const org = new Org({
  units: [orgUnit("red"), orgUnit("blue"), orgUnit("Reds", { boundToId: unitId("red") })],
  people: [person("ann", { unitId: unitId("red") })],
  accounts: [account("ann"), account("stranger", { workEmail: "nobody@elsewhere.example" })],
  matches: [],
});
const day = (text: string) => CalendarDate.parse(text);
const names = ["a", "b", "c", "d"];
const four = (given: Partial<Goal> = { teamName: "red" }) => names.map((name) => goal(name, given));

function evaluate(parts: GraphParts, options: unknown = {}, team = "red"): Evaluation {
  return tooManyObjectives.evaluate({
    view: graphOf({ org, ...parts }),
    subjectId: unitId(team),
    options: tooManyObjectives.options.parse(options),
    now,
  });
}

describe("too many objectives", () => {
  test("are told of the team that owns them, with each of them", () => {
    expect(evaluate({ goals: four() })).toMatchObject({
      state: "open",
      title: "red owns 4 objectives at once",
      evidence: {
        sentence:
          "red owns 4 open objectives at the same time, where 3 are thought enough: “Goal a”, “Goal b”, “Goal c”, “Goal d”.",
        path: [
          { id: unitId("red"), role: "team", label: "red" },
          ...names.map((name) => ({ id: goalId(name), role: "listed" })),
        ],
        facts: { objectives: 4, most: 3 },
      },
      teamIds: [unitId("red")],
      leaderId: personId("ann"),
      connectionIds: [goalConnection],
    });
  });

  test("are those of its people, and of the delivery team that is bound to it", () => {
    const [a, b, c, d] = names;
    const goals = [
      goal(a ?? "", { ownerId: accountId("ann") }),
      goal(b ?? "", { teamName: "Reds" }),
      goal(c ?? "", { teamName: "RED" }),
      goal(d ?? "", { ownerId: accountId("ann") }),
    ];
    expect(evaluate({ goals }).state).toBe("open");
    expect([...tooManyObjectives.subjects(graphOf({ org, goals }))]).toEqual([unitId("red")]);
  });

  test.each<[what: string, given: Partial<Goal>]>([
    ["are done", { teamName: "red", status: "done" }],
    ["are key results", { teamName: "red", kind: "key-result" }],
    ["have not begun", { teamName: "red", startOn: day("2026-03-03") }],
    ["ended yesterday", { teamName: "red", dueOn: day("2026-03-01") }],
    ["are of another team", { teamName: "blue" }],
    ["are of somebody whom nobody knows", { ownerId: accountId("stranger") }],
    ["are nobody's", {}],
    ["are parts of one of its own", { teamName: "red", parentId: goalId("a") }],
  ])("do not count where they %s", (_what, given) => {
    expect(evaluate({ goals: four(given) })).toMatchObject({
      state: "cleared",
      because: "few-enough",
    });
  });

  test("count where they are parts of another team's, or of one that is done", () => {
    const under = four({ teamName: "red", parentId: goalId("whole") });
    const whole = (given: Partial<Goal>) => evaluate({ goals: [...under, goal("whole", given)] });
    expect(whole({ teamName: "blue" }).state).toBe("open");
    expect(whole({ teamName: "red", status: "done" }).state).toBe("open");
    expect(whole({ teamName: "red" }).state).toBe("cleared");
  });

  test("do not count where nobody knows whether they are parts of one of its own", () => {
    const parts = four({ teamName: "red", parentId: goalId("whole") });
    const of = (more: GraphParts) =>
      evaluate({ ...more, goals: [...parts, ...(more.goals ?? [])] });
    expect(of({})).toEqual({ state: "cleared", because: "whole-unread" });
    expect(of({ removed: [goalId("whole")] }).state).toBe("open");
    const others = ["e", "f", "g"].map((name) => goal(name, { teamName: "red" }));
    expect(of({ goals: others })).toEqual({ state: "cleared", because: "whole-unread" });
    const fourOthers = [...others, goal("h", { teamName: "red" })];
    expect(of({ goals: fourOthers })).toMatchObject({
      state: "open",
      evidence: { facts: { objectives: 4 } },
    });
    expect(evaluate({ goals: parts.slice(0, 3) })).toEqual({
      state: "cleared",
      because: "few-enough",
    });
  });

  test("count on their first and last day", () => {
    const today = day("2026-03-02");
    expect(
      evaluate({ goals: four({ teamName: "red", startOn: today, dueOn: today }) }),
    ).toMatchObject({
      state: "open",
      turnsAt: "2026-03-03T00:00:00.000Z",
    });
  });

  test("are looked at again on the day on which another one begins", () => {
    const goals = four({ teamName: "red", startOn: day("2026-03-05"), dueOn: day("2026-03-31") });
    expect(evaluate({ goals })).toMatchObject({
      state: "cleared",
      turnsAt: "2026-03-05T00:00:00.000Z",
    });
  });

  test("are as many as the options say, and no team is none", () => {
    expect(evaluate({ goals: four() }, { most: 4 }).state).toBe("cleared");
    expect(evaluate({ goals: four() }, {}, "gone")).toEqual({
      state: "cleared",
      because: "removed",
    });
  });

  test("rest on what says whose each of them is, and whose what leaves one out is", () => {
    const elsewhere = connectionId("elsewhere1");
    const whole: Goal = {
      ...goal("whole", { connectionId: elsewhere, ownerId: accountId("ann") }),
      id: factId("goal", "tool", elsewhere, "whole"),
    };
    const sources = [source(goalConnection), source(elsewhere)];
    const goals = [...four(), goal("part", { teamName: "red", parentId: whole.id }), whole];
    const found = evaluate({ goals, sources });
    expect(found).toMatchObject({ state: "open", evidence: { facts: { objectives: 5 } } });
    expect(found).toHaveProperty("restsOn", expect.arrayContaining([elsewhere, workConnection]));
    const ofOthers = { ...whole, kind: "theme" } as const;
    const byTheme = evaluate({ goals: [...goals.slice(0, -1), ofOthers], sources });
    expect(byTheme).toMatchObject({ state: "open", evidence: { facts: { objectives: 5 } } });
    expect(byTheme).toHaveProperty("restsOn", expect.arrayContaining([elsewhere]));
    // Of two that are part of each other none counts, and both are left out because of the other.
    const inCircle = [
      goal("x", { teamName: "red", parentId: whole.id }),
      { ...whole, parentId: goalId("x") },
    ];
    const without = evaluate({ goals: [...four(), ...inCircle], sources });
    expect(without).toMatchObject({ state: "open", evidence: { facts: { objectives: 4 } } });
    expect(without).toHaveProperty("restsOn", expect.arrayContaining([elsewhere, workConnection]));
  });

  test("rest on what says of others that they do not count now, or that they may be parts", () => {
    const elsewhere = connectionId("elsewhere1");
    const other = (given: Partial<Goal>): Goal => ({
      ...goal("other", { connectionId: elsewhere, teamName: "red", ...given }),
      id: factId("goal", "tool", elsewhere, "other"),
    });
    const found = (given: Partial<Goal>) =>
      evaluate({
        goals: [...four(), other(given)],
        sources: [source(goalConnection), source(elsewhere)],
      });
    const open = { state: "open", evidence: { facts: { objectives: 4 } } };
    for (const given of [{ parentId: goalId("never-read") }, { startOn: day("2026-03-05") }]) {
      expect(found(given)).toMatchObject(open);
      expect(found(given)).toHaveProperty("restsOn", expect.arrayContaining([elsewhere]));
    }
  });

  test("stand while the tool that tells of them stands still", () => {
    const sources = [source(goalConnection, { isStale: true })];
    expect(evaluate({ goals: four(), sources }).state).toBe("unknown");
  });
});

describe("what touches them", () => {
  test("the teams that owned and that own an objective, if it counts", () => {
    const touched = (before: Partial<Goal>, after: Partial<Goal>) =>
      tooManyObjectives.touched({ before: goal("a", before), after: goal("a", after) });
    expect(touched({ teamName: "red" }, { teamName: "blue" })).toMatchObject([
      { kind: "team-of-goal", teamName: "red", onlyOpen: false },
      { kind: "team-of-goal", teamName: "blue", onlyOpen: false },
    ]);
    expect(touched({ teamName: "red" }, { teamName: "red", title: "Other" })).toMatchObject([
      { onlyOpen: true },
      { onlyOpen: true },
    ]);
    expect(touched({}, { progress: 0.5 })).toEqual([]);
    expect(touched({ kind: "key-result" }, { kind: "key-result", teamName: "red" })).toEqual([]);
  });

  test("the teams of what is right below a goal that comes or goes, whosever that is", () => {
    const below = { kind: "teams-below", goalId: goalId("a") };
    const theme = goal("a", { kind: "theme" });
    expect(tooManyObjectives.touched({ after: theme })).toEqual([below]);
    expect(tooManyObjectives.touched({ before: theme })).toEqual([below]);
    expect(tooManyObjectives.touched({ buriedId: goalId("a") })).toEqual([below]);
    expect(tooManyObjectives.touched({ buriedId: personId("ann") })).toEqual([]);
    const closed = { before: theme, after: goal("a", { kind: "theme", status: "done" }) };
    expect(tooManyObjectives.touched(closed)).toEqual([]);
  });

  test("whoever moves: any team that owns one", () => {
    const moved = { before: person("ann"), after: person("ann", { unitId: unitId("blue") }) };
    expect(tooManyObjectives.touched(moved)).toContainEqual({ kind: "goal-teams" });
    const renamed = { before: person("ann"), after: person("ann", { name: "Ann B." }) };
    expect(tooManyObjectives.touched(renamed)).toEqual([{ kind: "open" }]);
  });
});
