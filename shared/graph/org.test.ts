import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Match } from "#shared/model/edges.ts";
import type { Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import {
  account,
  accountId,
  orgUnit,
  person,
  personId,
  unitId,
  workConnection,
} from "#shared/testing/facts.ts";
import { goal } from "#shared/testing/facts.ts";
import { now } from "#shared/testing/graph.ts";

import { Org } from "./org.ts";
import { teamOf, teamOfGoal } from "./team.ts";

type Parts = ConstructorParameters<typeof Org>[0];
const orgOf = (parts: Partial<Parts>) =>
  new Org({ people: [], units: [], accounts: [], matches: [], ...parts });
const match = (name: string, who?: string): Match => ({
  type: "match",
  accountId: accountId(name),
  ...(who !== undefined && { personId: personId(who) }),
  connectionId: workConnection,
  createdAt: now,
});

/** A company of two divisions; red and blue share a department, green is of the other division. */
const company = orgOf({
  units: [
    orgUnit("company", { originalKind: "company", level: 0 }),
    orgUnit("north", { originalKind: "division", level: 1, parentId: unitId("company") }),
    orgUnit("south", { originalKind: "division", level: 1, parentId: unitId("company") }),
    orgUnit("dept", { originalKind: "department", level: 2, parentId: unitId("north") }),
    orgUnit("red", { parentId: unitId("dept") }),
    orgUnit("blue", { parentId: unitId("dept") }),
    orgUnit("green", { parentId: unitId("south") }),
    orgUnit("empty", { parentId: unitId("south") }),
    orgUnit("island"),
  ],
  people: [
    person("ceo", { unitId: unitId("company") }),
    person("vp", { unitId: unitId("south"), managerId: personId("ceo") }),
    person("head", { unitId: unitId("dept"), managerId: personId("ceo") }),
    person("rita", { unitId: unitId("red"), managerId: personId("head") }),
    person("rolf", { unitId: unitId("red"), managerId: personId("rita") }),
    person("ben", { unitId: unitId("blue"), managerId: personId("head") }),
    person("gina", { unitId: unitId("green"), managerId: personId("vp") }),
  ],
});

describe("a boundary", () => {
  test.each([
    ["red", "red", "same-team", "red", "rita"],
    ["red", "blue", "department", "dept", "head"],
    ["red", "dept", "department", "dept", "head"],
    ["red", "green", "company", "company", "ceo"],
    ["red", "empty", "company", "company", "ceo"],
  ])("between %s and %s is at level %s", (a, b, ...finding) => {
    const [level, meeting, manager] = finding;
    const expected = {
      level,
      unitId: unitId(meeting),
      lowestCommonManagerId: personId(manager),
    };
    expect(company.boundary(unitId(a), unitId(b))).toEqual(expected);
    expect(company.boundary(unitId(b), unitId(a))).toEqual(expected);
  });

  test("between teams that share no unit is at level none, with no meeting unit", () => {
    expect(company.boundary(unitId("red"), unitId("island"))).toEqual({
      level: "none",
      unitId: undefined,
      lowestCommonManagerId: undefined,
    });
  });

  const units = ["u0", "u1", "u2", "u3", "u4", "u5"];
  const some = fc.option(fc.constantFrom(...units), { nil: undefined });
  const someone = fc.option(fc.constantFrom("p0", "p1", "p2", "p3", "p4"), { nil: undefined });
  /** Anything an HR system may say: gaps, cycles, units without people, people without units. */
  const anyOrg = fc
    .record({
      parents: fc.tuple(...units.map(() => some)),
      homes: fc.tuple(some, some, some, some, some),
      managers: fc.tuple(someone, someone, someone, someone, someone),
    })
    .map(({ parents, homes, managers }) =>
      orgOf({
        units: units.map((name, n) => {
          const parent = parents[n];
          return orgUnit(name, { ...(parent !== undefined && { parentId: unitId(parent) }) });
        }),
        people: homes.map((home, n) => {
          const manager = managers[n];
          return person(`p${n}`, {
            ...(home !== undefined && { unitId: unitId(home) }),
            ...(manager !== undefined && { managerId: personId(manager) }),
          });
        }),
      }),
    );

  test("is the same from both sides, whatever the organisation looks like", () => {
    fc.assert(
      fc.property(anyOrg, (org) => {
        for (const a of units)
          for (const b of units)
            expect(org.boundary(unitId(a), unitId(b))).toEqual(org.boundary(unitId(b), unitId(a)));
      }),
      { numRuns: 1000 },
    );
  });

  test("lies on both paths up, and its manager on the lines of both leads", () => {
    fc.assert(
      fc.property(anyOrg, (org) => {
        for (const a of units.map((name) => unitId(name)))
          for (const b of units.map((name) => unitId(name))) {
            const { unitId: meeting, lowestCommonManagerId } = org.boundary(a, b);
            const paths = [org.pathUp(a), org.pathUp(b)];
            const shares = paths[0]?.some((id) => paths[1]?.includes(id)) ?? false;
            expect(meeting !== undefined).toBe(shares);
            expect(onAll(paths, meeting)).toBe(true);
            const lines = [a, b].map((team) => lineOfTeam(org, team));
            expect(onAll(lines, lowestCommonManagerId)).toBe(true);
          }
      }),
      { numRuns: 1000 },
    );
  });
});

function onAll<T>(paths: readonly (readonly T[])[], one: T | undefined): boolean {
  return one === undefined || paths.every((path) => path.includes(one));
}

function lineOfTeam(org: Org, team: OrgUnitId): readonly PersonId[] {
  const lead = org
    .pathUp(team)
    .map((id) => org.leadOf(id))
    .find((id) => id !== undefined);
  return lead === undefined ? [] : org.managersUp(lead);
}

describe("who manages two teams", () => {
  const reporting = (name: string, managerId?: string, given: Partial<Person> = {}) =>
    person(name, { ...given, ...(managerId !== undefined && { managerId: personId(managerId) }) });

  test("is never somebody who left: whoever is above them does", () => {
    const org = orgOf({
      units: [orgUnit("red"), orgUnit("blue")],
      people: [
        reporting("ceo"),
        reporting("head", "ceo", { employmentStatus: "inactive" }),
        reporting("rita", "head", { unitId: unitId("red") }),
        reporting("ben", "head", { unitId: unitId("blue") }),
      ],
    });
    const { lowestCommonManagerId } = org.boundary(unitId("red"), unitId("blue"));
    expect(lowestCommonManagerId).toBe(personId("ceo"));
  });
});

describe("a unit's name", () => {
  const named = (id: string, level: number) => orgUnit(id, { name: "Search", level });

  test("means the only unit at its deepest level, in whatever order units are read", () => {
    const units = [named("a", 2), named("b", 2), named("c", 3)];
    for (const read of [units, units.toReversed(), [units[0], units[2], units[1]]]) {
      const org = orgOf({ units: read.flatMap((unit) => unit ?? []) });
      expect(org.unitNamed("search")?.id).toBe(unitId("c"));
    }
  });
});

describe("the lead of a unit", () => {
  test("reports out of it and has the most reports within it; ties by id", () => {
    expect(company.leadOf(unitId("red"))).toBe(personId("rita"));
    const flat = orgOf({
      units: [orgUnit("red")],
      people: ["b", "a"].map((name) => person(name, { unitId: unitId("red") })),
    });
    expect(flat.leadOf(unitId("red"))).toBe(personId("a"));
  });

  test("is whom a source names as the lead, before any reporting line", () => {
    const member = (name: string, given: Partial<Membership> = {}): Membership => ({
      type: "membership",
      personId: personId(name),
      unitId: unitId("squad"),
      createdAt: now,
      ...given,
    });
    const people = [person("ann"), person("bob", { managerId: personId("ann") }), person("cat")];
    const units = [orgUnit("squad", { isDeliveryTeam: true })];
    const memberships = [member("ann"), member("bob"), member("cat", { isLead: true })];
    expect(orgOf({ units, people, memberships }).leadOf(unitId("squad"))).toBe(personId("cat"));
    const left = { ...person("cat"), employmentStatus: "inactive" } as const;
    const without = orgOf({ units, people: [...people.slice(0, 2), left], memberships });
    expect(without.leadOf(unitId("squad"))).toBe(personId("ann"));
  });

  test("is nobody where nobody works, and never somebody who left", () => {
    expect(company.leadOf(unitId("empty"))).toBeUndefined();
    const left = person("rita", { unitId: unitId("red"), employmentStatus: "inactive" });
    expect(
      orgOf({ units: [orgUnit("red")], people: [left] }).leadOf(unitId("red")),
    ).toBeUndefined();
  });
});

describe("a human of whom two systems tell", () => {
  test("is spoken for by the system where they still work, and not by the one they left", () => {
    const old = connectionId("old0000001");
    const ended: Person = {
      ...person("ann", { unitId: unitId("red"), managerId: personId("ceo") }),
      id: factId("person", "aaa", old, "ann"),
      connectionId: old,
      employmentStatus: "inactive",
    };
    const org = orgOf({
      units: [orgUnit("red"), orgUnit("blue")],
      people: [ended, person("ann", { unitId: unitId("blue") })],
    });
    expect(org.person(ended.id)?.employmentStatus).toBe("active");
    expect(org.membersOf(unitId("blue")).map(({ id }) => id)).toEqual([personId("ann")]);
  });
});

describe("records that an operator joined", () => {
  const led = (from: string, into: string): SamePerson => ({
    type: "same-person",
    personId: personId(from),
    intoId: personId(into),
    connectionId: workConnection,
    createdAt: now,
  });

  test("stay one human when the record that spoke for them is gone", () => {
    const org = orgOf({
      people: [person("ann"), person("anna")],
      samePeople: [led("ann", "anna"), led("anna", "gone")],
    });
    expect([...org.people()].map(({ id }) => id)).toEqual([personId("anna")]);
    expect(org.person(personId("ann"))?.id).toBe(personId("anna"));
  });

  test("have their accounts found by the one that is gone, since they speak for themselves now", () => {
    const org = orgOf({
      people: [person("ann"), person("bob")],
      accounts: [account("ann"), account("bob")],
      samePeople: [led("ann", "anna"), led("anna", "gone")],
    });
    const found = org.accountsBearing(personId("gone"), { workEmails: [] });
    expect(found).toEqual([accountId("ann")]);
  });
});

describe("who is behind an account", () => {
  const ann = person("ann");
  test("is told by an exact work address", () => {
    const org = orgOf({
      people: [ann],
      accounts: [account("x", { workEmail: "ann@company.example" })],
    });
    expect(org.personOf(accountId("x"))).toEqual(ann);
  });

  test("is nobody where two people share the address, or the address is hidden", () => {
    const twin = person("twin", { workEmail: "ann@company.example" });
    const { workEmail: _hidden, ...hidden } = account("y");
    const org = orgOf({ people: [ann, twin], accounts: [account("ann"), hidden] });
    expect(org.personOf(accountId("ann"))).toBeUndefined();
    expect(org.personOf(accountId("y"))).toBeUndefined();
  });

  test("is whom an operator named, before any address; also nobody, by the same right", () => {
    const bob = person("bob");
    const parts = { people: [ann, bob], accounts: [account("ann")] };
    const named = orgOf({ ...parts, matches: [match("ann", "bob")] });
    expect(named.personOf(accountId("ann"))).toEqual(bob);
    const nobody = orgOf({ ...parts, matches: [match("ann")] });
    expect(nobody.personOf(accountId("ann"))).toBeUndefined();
  });

  test("every account that bears one of a person's addresses, or was matched, is found again", () => {
    const org = orgOf({
      accounts: [account("ann"), account("old", { workEmail: "ann@old.example" }), account("bot")],
      matches: [match("bot", "ann")],
    });
    const found = org.accountsBearing(personId("ann"), {
      workEmails: ["ann@company.example", "ann@old.example"],
    });
    expect(found).toEqual([accountId("ann"), accountId("old"), accountId("bot")]);
  });

  test("also a matched account of which no record is left", () => {
    const org = orgOf({ people: [ann], matches: [match("gone", "ann")] });
    expect(org.personOf(accountId("gone"))).toEqual(ann);
    expect(org.accountsBearing(personId("ann"), { workEmails: [] })).toEqual([accountId("gone")]);
  });
});

describe("the team of an item", () => {
  const org = orgOf({
    units: [
      orgUnit("red", { name: "Red" }),
      orgUnit("twin-1", { name: "Twin" }),
      orgUnit("twin-2", { name: "twin" }),
      orgUnit("shop", { name: "Shop", level: 2 }),
      orgUnit("shop-team", { name: "Shop", level: 3 }),
    ],
    people: [person("ann", { unitId: unitId("red") }), person("free")],
    accounts: [account("ann"), account("free"), account("stranger")],
  });

  test.each([
    [
      { teamName: "RED", assigneeId: accountId("stranger") },
      { teamId: unitId("red"), how: "named" },
    ],
    [{ teamName: "Shop" }, { teamId: unitId("shop-team"), how: "named" }],
    [
      { teamName: "No such", assigneeId: accountId("ann") },
      { teamId: unitId("red"), how: "assignee" },
    ],
    [{ teamName: "Twin" }, { teamId: undefined, why: "team-name-unknown" }],
    [{ assigneeId: accountId("ann") }, { teamId: unitId("red"), how: "assignee" }],
    [{}, { teamId: undefined, why: "nobody-assigned" }],
    [{ assigneeId: accountId("stranger") }, { teamId: undefined, why: "account-unmatched" }],
    [{ assigneeId: accountId("free") }, { teamId: undefined, why: "person-in-no-unit" }],
  ])("of %j is %j", (item, expected) => {
    expect(teamOf(org, item)).toEqual(expected);
  });

  test("of a goal is named by its tool, else its owner's", () => {
    expect(teamOfGoal(org, goal("g", { teamName: "Red" }))).toMatchObject({ how: "named" });
    expect(teamOfGoal(org, goal("g", { ownerId: accountId("ann") }))).toMatchObject({
      teamId: unitId("red"),
    });
  });
});
