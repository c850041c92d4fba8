import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { orgAsOf } from "#shared/graph/as-of.ts";
import { effectivePerson, effectiveUnit } from "#shared/graph/effective.ts";
import { Org } from "#shared/graph/org.ts";
import type { OrgParts } from "#shared/graph/org.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import { CalendarDate, dateOf, dayMs, instantOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { orgUnit, person, personId, unitId } from "#shared/testing/facts.ts";

/*
 * Sources say what they say, dated or undated, day after day; the hub keeps timelines and turns them
 * with the day. The law: what the timelines tell of a day afterwards is what stood live on that day.
 */

const firstMs = Date.parse("2026-01-01T10:00:00.000Z");
const lastDay = 40;
const at = (day: number): Instant => instantOf(firstMs + day * dayMs);
const on = (day: number): CalendarDate => CalendarDate.parse(dateOf(at(day)));

const names = ["p0", "p1", "p2", "p3", "p4"];
const unitNames = ["u0", "u1", "u2", "u3"];
const unit = fc.option(fc.constantFrom(...unitNames), { nil: undefined, freq: 6 });
const manager = fc.option(fc.constantFrom(...names), { nil: undefined, freq: 4 });

const personSays = fc.record({
  kind: fc.constant("person" as const),
  name: fc.constantFrom(...names),
  /** A source keeps to one way of speaking of one person. */
  unit: fc.constantFrom(...unitNames),
  manager,
  /** Days until it takes effect, where the source speaks of days. */
  inDays: fc.nat(12),
  isRevoked: fc.boolean(),
});
const leaves = fc.record({
  kind: fc.constant("leaves" as const),
  name: fc.constantFrom(...names),
});
const unitSays = fc.record({
  kind: fc.constant("unit" as const),
  name: fc.constantFrom(...unitNames),
  parent: unit,
});
const statement = fc.oneof(
  { arbitrary: personSays, weight: 6 },
  { arbitrary: leaves, weight: 1 },
  { arbitrary: unitSays, weight: 2 },
);
type Statement = typeof statement extends fc.Arbitrary<infer S> ? S : never;
type Said = Extract<Statement, { kind: "person" }>;

const history = fc
  .array(fc.record({ day: fc.nat(lastDay), says: statement }), { maxLength: 40, size: "max" })
  .map((all) => all.toSorted((a, b) => a.day - b.day));
type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** Two of them are of a source that knows the days. */
const isDated = (name: string) => name === "p0" || name === "p1";

/** What the hub holds, and the parts as they stood at the end of each day. */
class Company {
  readonly people = new Map<string, Person>();
  readonly units = new Map<string, OrgUnit>(
    unitNames.map((name) => {
      const said = orgUnit(name, { readAt: at(0) });
      return [name, effectiveUnit(said, undefined, at(0))];
    }),
  );

  hear(says: Statement, day: number): void {
    if (says.kind === "unit") return this.#hearUnit(says, day);
    const held = this.people.get(says.name);
    const said = says.kind === "leaves" ? leaver(held, day) : told(says, held, day);
    if (said) this.people.set(says.name, effectivePerson(said, held, at(day)));
  }

  #hearUnit(says: Extract<Statement, { kind: "unit" }>, day: number): void {
    const parent = says.parent !== undefined && { parentId: unitId(says.parent) };
    const said = orgUnit(says.name, { ...parent, readAt: at(day) });
    this.units.set(says.name, effectiveUnit(said, this.units.get(says.name), at(day)));
  }

  turn(day: number): void {
    for (const [name, held] of this.people)
      this.people.set(name, effectivePerson(held, held, at(day)));
    for (const [name, held] of this.units) this.units.set(name, effectiveUnit(held, held, at(day)));
  }

  get parts(): OrgParts {
    return {
      people: [...this.people.values()],
      units: [...this.units.values()],
      accounts: [],
      matches: [],
    };
  }
}

function leaver(held: Person | undefined, day: number): Person | undefined {
  if (!held || held.employmentStatus === "inactive") return undefined;
  // Somebody who leaves on the day they came leaves no row, and so no trace.
  if (!held.placements?.some(({ validFrom }) => validFrom < on(day))) return undefined;
  const { placements: _rows, ...rest } = held;
  const rows = isDated(nameOf(held)) && { placements: [...(held.placements ?? [])] };
  return { ...rest, ...rows, employmentStatus: "inactive", endOn: on(day - 1), readAt: at(day) };
}

const nameOf = ({ id }: Person) => id.split(":").at(-1) ?? "";

/** Dated: the past as it was, and from a day on something else; what was planned before may be revoked. */
function told(says: Said, held: Person | undefined, day: number): Person {
  const stand = {
    unitId: unitId(says.unit),
    ...(says.manager !== undefined && { managerId: personId(says.manager) }),
  };
  if (!isDated(says.name)) return person(says.name, { ...stand, readAt: at(day) });
  const today = on(day);
  const rows = held?.placements ?? [];
  // Its source names the days on which rows begin; an end without a beginning is that of an employment.
  const open = rows.map(({ validTo, ...row }) =>
    validTo === undefined || rows.some(({ validFrom }) => validFrom === validTo)
      ? row
      : { ...row, validTo },
  );
  const before = open.filter(({ validFrom }) => validFrom <= today || !says.isRevoked);
  const isBack = held?.employmentStatus === "inactive" || held === undefined;
  const from = on(isBack ? day : day + says.inDays);
  return person(says.name, {
    placements: [
      ...before.filter(({ validFrom }) => validFrom < from),
      { ...stand, validFrom: from },
    ],
    readAt: at(day),
  });
}

/** Everything that anybody asks of an organisation, as plain data. */
function figuresOf(org: Org, live: Org) {
  const units = unitNames.map((name) => unitId(name));
  return {
    people: names.flatMap((name) => {
      // Of somebody unheard of on that day, the live one knows nothing.
      if (!live.person(personId(name))) return [];
      const { unitId: team, managerId, employmentStatus } = org.person(personId(name)) ?? {};
      return [{ name, team, managerId, employmentStatus }];
    }),
    paths: units.map((id) => org.pathUp(id)),
    boundaries: units.flatMap((a) => units.map((b) => org.boundary(a, b))),
  };
}

function live(of: History): { readonly final: Company; readonly days: readonly OrgParts[] } {
  const company = new Company();
  const days: OrgParts[] = [];
  for (let day = 0; day <= lastDay; day += 1) {
    company.turn(day);
    for (const { says } of of.filter((one) => one.day === day)) company.hear(says, day);
    days.push(company.parts);
  }
  return { final: company, days };
}

describe("the organisation of a day", () => {
  test("told afterwards is what stood live on it", () => {
    fc.assert(
      fc.property(history, (all) => {
        const { final, days } = live(all);
        for (const [day, parts] of days.entries()) {
          const then = new Org({ ...parts, day: on(day) });
          // Of those who were not heard of until later, that day knew nothing.
          const people = [...final.parts.people].filter(({ id }) => then.person(id));
          const told = orgAsOf({ ...final.parts, people }, on(day));
          expect(figuresOf(told, then)).toEqual(figuresOf(then, then));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("told in advance is what comes to stand, when nobody says anything more", () => {
    fc.assert(
      fc.property(history, fc.nat(lastDay), (all, today) => {
        const heard = all.filter(({ day }) => day <= today);
        const { days } = live(heard);
        const parts = days[today] ?? days[0];
        if (!parts) return;
        for (let day = today; day <= lastDay; day += 1) {
          const then = new Org({ ...parts, ...days[day], day: on(day) });
          expect(figuresOf(orgAsOf(parts, on(day)), then)).toEqual(figuresOf(then, then));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("as it was known at a moment is what was told at that moment, where nothing was revoked", () => {
    const unrevoked = history.map((all) =>
      all.flatMap(({ day, says }) =>
        says.kind === "leaves"
          ? []
          : [
              {
                day,
                says: says.kind === "person" ? { ...says, isRevoked: false, inDays: 0 } : says,
              },
            ],
      ),
    );
    fc.assert(
      fc.property(unrevoked, fc.nat(lastDay), (all, moment) => {
        // Two statements on one day leave the later one only.
        const byDay = new Map(all.map((one) => [`${one.day} ${one.says.name}`, one]));
        const { final, days } = live([...byDay.values()]);
        const parts = days[moment];
        if (!parts) return;
        for (let day = moment; day <= lastDay; day += 5) {
          const then = orgAsOf(parts, on(day));
          const known = orgAsOf(final.parts, on(day), at(moment));
          expect(figuresOf(known, then)).toEqual(figuresOf(then, then));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("hangs on no order in which people and units are read", () => {
    const shuffled = history.chain((all) => {
      const { people, units } = live(all).final.parts;
      return fc.record({
        parts: fc.constant({ people: [...people], units: [...units], accounts: [], matches: [] }),
        people: fc.shuffledSubarray([...people], { minLength: [...people].length }),
        units: fc.shuffledSubarray([...units], { minLength: [...units].length }),
      });
    });
    fc.assert(
      fc.property(shuffled, fc.nat(lastDay), ({ parts, people, units }, day) => {
        const one = orgAsOf(parts, on(day));
        const other = orgAsOf({ ...parts, people, units }, on(day));
        expect(figuresOf(other, one)).toEqual(figuresOf(one, one));
        expect(other.problems().reportingCycles).toEqual(one.problems().reportingCycles);
      }),
      { numRuns: 200 },
    );
  });
});
