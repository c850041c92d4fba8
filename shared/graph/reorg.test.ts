import { describe, expect, test } from "vitest";

import type { Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import { CalendarDate } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { graphOf, now } from "#shared/testing/graph.ts";

import { Org } from "./org.ts";
import { daysOfChange, partsWithUpload } from "./reorg-parts.ts";
import { isEmptyReport, previewReorg } from "./reorg.ts";

const day = (text: string) => CalendarDate.parse(text);
const accounts = ["ann", "bob", "cat", "dan", "eve"].map((name) => account(name));
const units = [
  orgUnit("dept", { originalKind: "department", level: 2 }),
  orgUnit("red", { parentId: unitId("dept") }),
  orgUnit("blue", { parentId: unitId("dept") }),
];
const member = (name: string, team: string | undefined, given: Partial<Person> = {}) =>
  person(name, { ...(team !== undefined && { unitId: unitId(team) }), ...given });

interface Given {
  readonly before: readonly Person[];
  readonly after: readonly Person[];
  readonly unitsAfter?: readonly OrgUnit[];
  readonly items?: readonly WorkItem[];
  readonly goals?: readonly Goal[];
  readonly edges?: Parameters<typeof graphOf>[0]["edges"];
}

function preview({ before, after, unitsAfter = units, items, goals, edges }: Given) {
  const orgOf = (people: readonly Person[], given: readonly OrgUnit[]) =>
    new Org({ people, units: given, accounts, matches: [] });
  return previewReorg({
    graph: graphOf({ ...(items && { items }), ...(goals && { goals }), ...(edges && { edges }) }),
    today: orgOf(before, units),
    other: orgOf(after, unitsAfter),
    openSignals: [],
    rules: [],
  });
}

const left = { employmentStatus: "inactive" } as const;
const teamOfFive = (name: string) =>
  ["1", "2", "3", "4", "5"].map((at) => member(`${name}${at}`, name));

describe("goals", () => {
  const goals = [goal("g", { ownerId: accountId("ann") })];
  const before = [member("ann", "red")];
  const report = (after: readonly Person[]) => preview({ before, after, goals }).goals;
  const [g, teamBefore] = [goalId("g"), unitId("red")];

  test.each([
    ["owner-left", [member("ann", "red", left)]],
    ["owner-in-no-unit", [member("ann", undefined)]],
    ["owner-unknown", []],
  ])("lose their owner: %s", (because, after) => {
    expect(report(after)).toMatchObject([
      { goalId: g, change: "loses-owner", because, teamBefore },
    ]);
  });

  test("change their team with their owner", () => {
    expect(report([member("ann", "blue")])).toEqual([
      { goalId: g, change: "changes-team", teamBefore, teamAfter: unitId("blue") },
    ]);
  });

  test("that are over, and those that had no owner before, are not spoken of", () => {
    const done = [goal("g", { ownerId: accountId("ann"), status: "done" })];
    expect(preview({ before, after: [], goals: done }).goals).toEqual([]);
    expect(preview({ before: [], after: [], goals }).goals).toEqual([]);
  });
});

describe("dependencies", () => {
  const edges = [blockedBy(itemId("a"), itemId("b"))];
  const items = [
    workItem("a", { assigneeId: accountId("ann") }),
    workItem("b", { assigneeId: accountId("bob") }),
  ];
  const together = [member("ann", "red"), member("bob", "red")];
  const apart = [member("ann", "red"), member("bob", "blue")];

  test("that come to cross teams say where the teams met and will meet", () => {
    const [change] = preview({ before: together, after: apart, items, edges }).dependencies;
    expect(change).toMatchObject({
      change: "becomes-cross-team",
      before: { level: "same-team", unitId: unitId("red") },
      after: {
        level: "department",
        unitId: unitId("dept"),
        teamIds: [unitId("red"), unitId("blue")],
      },
    });
  });

  test("that cease to are told too, also where a team is not known any more", () => {
    const ceases = { change: "ceases-cross-team", before: { level: "department" } };
    const back = preview({ before: apart, after: together, items, edges });
    expect(back.dependencies).toMatchObject([{ ...ceases, after: { level: "same-team" } }]);
    const lost = preview({ before: apart, after: [member("ann", "red")], items, edges });
    expect(lost.dependencies).toMatchObject([ceases]);
    expect(lost.dependencies[0]?.after).toBeUndefined();
  });
});

describe("open work of leavers", () => {
  const items = [
    workItem("a", { assigneeId: accountId("ann") }),
    workItem("done", { assigneeId: accountId("ann"), status: "done" }),
    workItem("b", { assigneeId: accountId("bob") }),
  ];
  const boss = { managerId: personId("bob") };
  const ofRed = (before: readonly Person[], after: readonly Person[]) =>
    preview({ before, after, items }).leavers;

  test("goes to their manager, whom it says", () => {
    const before = [member("ann", "red", boss), member("bob", "red")];
    const after = [member("ann", "red", { ...boss, ...left }), member("bob", "red")];
    const successor = { personId: personId("bob"), because: "manager" };
    expect(ofRed(before, after)).toEqual([
      {
        teamId: unitId("red"),
        work: [{ itemId: itemId("a"), connectionId: workConnection, successor }],
      },
    ]);
  });

  test("goes to the team's lead where the manager leaves too, else to nobody", () => {
    const before = [member("ann", "red", boss), member("bob", "blue"), member("cat", "red")];
    const gone = [member("ann", "red", left), member("bob", "blue", left)];
    const [red] = ofRed(before, [...gone, member("cat", "red")]);
    expect(red?.work[0]?.successor).toEqual({ personId: personId("cat"), because: "team-lead" });
    const [nobody] = ofRed(before, gone);
    expect(nobody?.work[0]?.successor).toEqual({ personId: undefined, because: "nobody-known" });
  });

  test("is counted by tool only where it is the work of five leavers", () => {
    const who = ["ann", "bob", "cat", "dan", "eve"];
    const theirs = [...who, "ann"].map((name, at) =>
      workItem(`w${at}`, { assigneeId: accountId(name) }),
    );
    const before = [...who.map((name) => member(name, "red")), ...teamOfFive("red")];
    const countsWithout = (leavers: number) =>
      preview({ before, after: before.slice(leavers), items: theirs }).leavers[0]?.counts;
    // However many stay, the number of one leaver's items is about that one.
    expect([countsWithout(1), countsWithout(4)]).toEqual([undefined, undefined]);
    expect(countsWithout(5)).toEqual(new Map([[workConnection, 6]]));
  });
});

describe("moves", () => {
  test("are counted by unit, and no number is under five", () => {
    const before = [...teamOfFive("red"), member("ann", "red"), member("bob", "blue")];
    const after = [
      ...teamOfFive("red").map((one) => ({ ...one, unitId: unitId("blue") })),
      member("ann", "red", left),
      member("bob", "blue"),
      member("new", "blue"),
    ];
    expect(preview({ before, after }).moves).toEqual({
      changeUnit: 5,
      join: "fewer-than-five",
      leave: "fewer-than-five",
      byUnit: expect.arrayContaining([
        { unitId: unitId("red"), arriving: 0, leaving: 6 },
        { unitId: unitId("blue"), arriving: 6, leaving: 0 },
      ]),
    });
  });

  test("of the same organisation are none", () => {
    const people = teamOfFive("red");
    expect(isEmptyReport(preview({ before: people, after: people }))).toBe(true);
  });
});

describe("another organisation", () => {
  test("out of an upload leaves records of other connections alone", () => {
    const elsewhere = { ...person("eve"), connectionId: goalConnection };
    const held = {
      people: [person("ann"), person("bob"), elsewhere],
      units,
      accounts,
      matches: [],
    };
    const parts = partsWithUpload(held, { people: [person("ann", { name: "New" })], units: [] });
    expect([...parts.people].map(({ name }) => name)).toEqual(["Person eve", "New"]);
    expect([...parts.units]).toEqual(units);
  });

  test("has days on which something changes: of places, employments, units and memberships", () => {
    const rows = [
      { validFrom: day("2026-01-01"), validTo: day("2026-04-01") },
      { validFrom: day("2026-05-01") },
    ];
    const membership = {
      type: "membership",
      personId: personId("ann"),
      unitId: unitId("red"),
      validTo: day("2026-06-01"),
      createdAt: now,
    } as const;
    const parts = {
      people: [
        person("ann", { placements: rows, endOn: day("2026-06-30") }),
        person("gone", { ...left, endOn: day("2026-12-31") }),
        person("new", { employmentStatus: "pending", startOn: day("2026-03-02") }),
      ],
      units: [orgUnit("red", { placements: [{ validFrom: day("2026-08-01") }] })],
      accounts,
      matches: [],
      memberships: [membership],
    };
    expect(daysOfChange(parts, day("2026-03-02"))).toEqual(
      ["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"].map(day),
    );
  });
});
