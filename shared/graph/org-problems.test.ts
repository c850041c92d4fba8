import { describe, expect, test } from "vitest";

import {
  account,
  accountId,
  orgUnit,
  person,
  personId,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { now } from "#shared/testing/graph.ts";

import { isBelowFloor, matchRateOf } from "./match-rate.ts";
import { Org } from "./org.ts";

type Parts = ConstructorParameters<typeof Org>[0];
const orgOf = (parts: Partial<Parts>) =>
  new Org({ people: [], units: [], accounts: [], matches: [], ...parts });
const none = {
  reportingCycles: [],
  missingManagers: [],
  missingUnits: [],
  unitCycles: [],
  missingParents: [],
  sharedWorkEmails: [],
  strayMemberships: [],
};

describe("a reporting cycle", () => {
  const lengths = Array.from({ length: 50 }, (_, at) => at + 1);
  /** A ring of people of one team, and a team whose lead reports into the ring. */
  const ringOf = (length: number) =>
    orgOf({
      units: [orgUnit("ring"), orgUnit("outer")],
      people: [
        ...Array.from({ length }, (_, at) =>
          person(`r${at}`, {
            unitId: unitId("ring"),
            managerId: personId(`r${(at + 1) % length}`),
          }),
        ),
        person("lead", { unitId: unitId("outer"), managerId: personId("r0") }),
      ],
    });

  test.each(lengths)("of %i people is reported once, whole, and ends every way up", (length) => {
    const org = ringOf(length);
    const { reportingCycles, ...rest } = org.problems();
    const { reportingCycles: _none, ...others } = none;
    expect(rest).toEqual(others);
    expect(reportingCycles).toHaveLength(1);
    expect(new Set(reportingCycles[0]).size).toBe(length);
    expect(org.managersUp(personId("r0"))).toHaveLength(length);
    const boundary = org.boundary(unitId("ring"), unitId("outer"));
    expect(boundary).toEqual(org.boundary(unitId("outer"), unitId("ring")));
    expect(boundary.level).toBe("none");
  });

  test("does not hide another one, nor is the way into it a part of it", () => {
    const pairs = ["a b", "b a", "c c", "d c", "e d"].map((pair) => pair.split(" "));
    const people = pairs.map(([who = "", boss = ""]) => person(who, { managerId: personId(boss) }));
    expect(orgOf({ people }).problems().reportingCycles).toEqual([
      [personId("a"), personId("b")],
      [personId("c")],
    ]);
  });
});

describe("what does not add up", () => {
  test("is nothing in a company that is whole", () => {
    const people = [person("ann", { unitId: unitId("red") })];
    expect(orgOf({ people, units: [orgUnit("red")] }).problems()).toEqual(none);
  });

  test("is told as edges: managers, units, parents and members that do not exist", () => {
    const problems = orgOf({
      units: [
        orgUnit("red", { parentId: unitId("nowhere") }),
        orgUnit("x", { parentId: unitId("y") }),
        orgUnit("y", { parentId: unitId("x") }),
      ],
      people: [
        person("ann", { unitId: unitId("gone"), managerId: personId("nobody") }),
        person("left", { managerId: personId("nobody"), employmentStatus: "inactive" }),
      ],
      memberships: [
        { type: "membership", personId: personId("ann"), unitId: unitId("gone"), createdAt: now },
      ],
    }).problems();
    expect(problems).toEqual({
      ...none,
      missingManagers: [{ personId: personId("ann"), managerId: personId("nobody") }],
      missingUnits: [{ personId: personId("ann"), unitId: unitId("gone") }],
      unitCycles: [[unitId("x"), unitId("y")]],
      missingParents: [{ unitId: unitId("red"), parentId: unitId("nowhere") }],
      strayMemberships: [{ personId: personId("ann"), unitId: unitId("gone") }],
    });
  });

  test("is one address of two records of one connection, not of two", () => {
    const twin = person("twin", { workEmail: "ann@company.example" });
    const elsewhere = { ...person("ann2", { workEmail: "bob@company.example" }) };
    const people = [
      person("ann"),
      twin,
      person("bob"),
      { ...elsewhere, connectionId: workConnection },
    ];
    expect(orgOf({ people }).problems().sharedWorkEmails).toEqual([
      { connectionId: person("ann").connectionId, personIds: [personId("ann"), personId("twin")] },
    ]);
  });
});

describe("the match rate", () => {
  const people = ["p0", "p1", "p2"].map((name) => person(name, { unitId: unitId("red") }));
  const accounts = ["p0", "p1", "p2", "x3", "x4", "x5"].map((name) => account(name));
  const works = (name: string) => workItem(`of-${name}`, { assigneeId: accountId(name) });
  const rateOf = (names: readonly string[], parts: Partial<Parts> = {}) =>
    matchRateOf(orgOf({ people, accounts, ...parts }).humans, names.map(works));

  test("counts active human accounts with open work, each once", () => {
    expect(rateOf(["p0", "p0", "p1", "x3", "unread"])).toEqual({ accounts: 3, matched: 2 });
    const others = [
      account("p0", { kind: "app" }),
      account("p1", { isActive: false }),
      account("p2"),
    ];
    expect(rateOf(["p0", "p1", "p2"], { accounts: others })).toEqual({ accounts: 1, matched: 1 });
    const done = workItem("done", { assigneeId: accountId("x3"), status: "done" });
    expect(matchRateOf(orgOf({ people, accounts }).humans, [done])).toEqual({
      accounts: 0,
      matched: 0,
    });
  });

  test("leaves out what an operator said to be nobody's", () => {
    const match = {
      type: "match" as const,
      accountId: accountId("x3"),
      connectionId: workConnection,
      createdAt: now,
    };
    expect(rateOf(["p0", "x3"], { matches: [match] })).toEqual({ accounts: 1, matched: 1 });
  });

  test.each([
    [undefined, false],
    [{ accounts: 4, matched: 0 }, false],
    [{ accounts: 5, matched: 2 }, true],
    [{ accounts: 6, matched: 3 }, false],
  ])("of %j is below a floor of a half: %s", (rate, expected) => {
    expect(isBelowFloor(rate, 0.5)).toBe(expected);
  });
});
