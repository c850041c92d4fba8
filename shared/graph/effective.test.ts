import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Person } from "#shared/model/facts.ts";
import type { Placement } from "#shared/model/org.ts";
import type { Instant } from "#shared/model/time.ts";
import { CalendarDate, dayMs, instantOf } from "#shared/model/time.ts";
import { orgUnit, person, personId, unitId } from "#shared/testing/facts.ts";

import { effectivePerson, effectiveUnit } from "./effective.ts";
import { rowOn } from "./timeline.ts";

const epochMs = Date.parse("2026-01-01T09:00:00.000Z");
const at = (day: number): Instant => instantOf(epochMs + day * dayMs);
const on = (day: number): CalendarDate => CalendarDate.parse(at(day).slice(0, 10));
const said = (day: number, fields: Partial<Person>): Person =>
  person("ann", { ...fields, readAt: at(day) });
const red = unitId("red");
const blue = unitId("blue");

describe("a source that knows only today", () => {
  it("begins a timeline on the day somebody started", () => {
    const ann = effectivePerson(said(5, { unitId: red, startOn: on(0) }), undefined, at(5));
    expect(ann.placements).toEqual([{ unitId: red, validFrom: on(0), knownSince: at(5) }]);
    expect(ann.unitId).toBe(red);
  });

  it("moves somebody on the day it says so, and past days stay as they were", () => {
    const before = effectivePerson(said(0, { unitId: red }), undefined, at(0));
    const after = effectivePerson(said(7, { unitId: blue }), before, at(7));
    expect(after.unitId).toBe(blue);
    expect(rowOn(after.placements ?? [], on(6))?.unitId).toBe(red);
    expect(rowOn(after.placements ?? [], on(7))?.unitId).toBe(blue);
  });

  it("takes a move back within the day without a trace", () => {
    const first = effectivePerson(said(0, { unitId: red }), undefined, at(0));
    const moved = effectivePerson(said(7, { unitId: blue }), first, at(7));
    const back = effectivePerson(said(7, { unitId: red }), moved, at(7));
    expect(back.placements).toEqual(first.placements);
  });

  it("somebody who starts later is in no team until the day", () => {
    const pending = effectivePerson(said(0, { unitId: red, startOn: on(3) }), undefined, at(0));
    expect([pending.employmentStatus, pending.unitId]).toEqual(["pending", undefined]);
    const started = effectivePerson(pending, pending, at(3));
    expect([started.employmentStatus, started.unitId]).toEqual(["active", red]);
  });

  it("a leaver keeps the last unit, and stands nowhere after the last day", () => {
    const before = effectivePerson(said(0, { unitId: red, endOn: on(4) }), undefined, at(0));
    expect(effectivePerson(before, before, at(4)).employmentStatus).toBe("active");
    const left = effectivePerson(before, before, at(5));
    expect([left.employmentStatus, left.unitId]).toEqual(["inactive", red]);
    expect(rowOn(left.placements ?? [], on(4))?.unitId).toBe(red);
    expect(rowOn(left.placements ?? [], on(5))).toBeUndefined();
  });

  it("a leaver whose last day nobody names left when we heard of it, whatever is said later", () => {
    const placements: Placement[] = [{ unitId: red, validFrom: on(0) }];
    const gone = { placements, employmentStatus: "inactive" } as const;
    const there = effectivePerson(said(0, { placements }), undefined, at(0));
    const left = effectivePerson(said(3, gone), there, at(3));
    const later = effectivePerson(said(8, { ...gone, location: "Oslo" }), left, at(8));
    expect(later.placements).toEqual(left.placements);
  });

  it("an end that lies before a status of active is an earlier employment's", () => {
    const rehired = said(9, { unitId: red, endOn: on(2) });
    expect(effectivePerson(rehired, undefined, at(9)).employmentStatus).toBe("active");
  });
});

describe("a source that knows other days", () => {
  const move = [
    { validFrom: on(0), unitId: red },
    { validFrom: on(10), unitId: blue, managerId: personId("bob") },
  ];

  it("a move in the future changes nothing until its day", () => {
    const ann = effectivePerson(said(1, { placements: move }), undefined, at(1));
    expect(ann.unitId).toBe(red);
    const eve = effectivePerson(ann, ann, at(9));
    expect(eve).toEqual(ann);
    const moved = effectivePerson(ann, ann, at(10));
    expect([moved.unitId, moved.managerId]).toEqual([blue, personId("bob")]);
    expect(effectivePerson(moved, moved, at(11))).toEqual(moved);
  });

  it("a row is known since it was first heard, whatever is heard after", () => {
    const first = effectivePerson(said(1, { placements: move.slice(0, 1) }), undefined, at(1));
    const second = effectivePerson(said(5, { placements: move }), first, at(5));
    expect(second.placements?.map((row) => row.knownSince)).toEqual([at(1), at(5)]);
  });

  it("rows that overlap, repeat or have no length become one line", () => {
    const rows: Placement[] = [
      { validFrom: on(5), validTo: on(5), unitId: red },
      { validFrom: on(3), unitId: blue },
      { validFrom: on(0), validTo: on(9), unitId: red },
      { validFrom: on(1), unitId: red },
    ];
    const ann = effectivePerson(said(9, { placements: rows }), undefined, at(9));
    expect(
      ann.placements?.map(({ validFrom, validTo, unitId: id }) => [validFrom, validTo, id]),
    ).toEqual([
      [on(0), on(3), red],
      [on(3), on(5), blue],
    ]);
  });
});

describe("former addresses", () => {
  it("are kept to suggest by, without the one in use", () => {
    const first = effectivePerson(said(0, { workEmail: "ann@a.example" }), undefined, at(0));
    const second = effectivePerson(said(1, { workEmail: "ann.b@a.example" }), first, at(1));
    expect(second.formerWorkEmails).toEqual(["ann@a.example"]);
    const back = effectivePerson(said(2, { workEmail: "ann@a.example" }), second, at(2));
    expect(back.formerWorkEmails).toEqual(["ann.b@a.example"]);
  });
});

describe("units", () => {
  it("belong elsewhere from the day that is said, and elsewhere before", () => {
    const first = effectiveUnit(
      orgUnit("red", { parentId: blue, readAt: at(0) }),
      undefined,
      at(0),
    );
    const green = unitId("green");
    const moved = effectiveUnit(orgUnit("red", { parentId: green, readAt: at(4) }), first, at(4));
    expect(moved.parentId).toBe(green);
    expect(rowOn(moved.placements ?? [], on(3))?.parentId).toBe(blue);
  });
});

const units = [undefined, red, blue, unitId("green")] as const;
const daysArbitrary = fc.array(
  fc.record({ day: fc.nat(200), unit: fc.constantFrom(...units), manager: fc.nat(3) }),
  { minLength: 1, maxLength: 40 },
);

describe("for any history", () => {
  it("the timeline says of each day what was said on it", () => {
    fc.assert(
      fc.property(daysArbitrary, (raw) => {
        const days = [...new Map(raw.map((one) => [one.day, one])).values()].toSorted(
          (a, b) => a.day - b.day,
        );
        let ann: Person | undefined;
        for (const { day, unit, manager } of days) {
          const fields = {
            ...(unit !== undefined && { unitId: unit }),
            managerId: personId(`boss${manager}`),
          };
          ann = effectivePerson(said(day, fields), ann, at(day));
          // The same statement again, and a turn of the same day, change nothing.
          expect(effectivePerson(said(day, fields), ann, at(day))).toEqual(ann);
          expect(effectivePerson(ann, ann, at(day))).toEqual(ann);
        }
        for (const { day, unit, manager } of days) {
          const row = rowOn(ann?.placements ?? [], on(day));
          expect([row?.unitId, row?.managerId]).toEqual([unit, personId(`boss${manager}`)]);
        }
      }),
    );
  });

  it("turning day by day ends where one turn to the last day ends", () => {
    const rowsArbitrary = fc.array(
      fc.record({ day: fc.nat(60), unit: fc.constantFrom(red, blue, unitId("green")) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(rowsArbitrary, fc.nat(60), fc.option(fc.nat(60)), (rows, start, end) => {
        const first = said(0, {
          startOn: on(start),
          ...(end !== null && { endOn: on(end) }),
          placements: rows.map(({ day, unit }) => ({ validFrom: on(day), unitId: unit })),
        });
        const heard = effectivePerson(first, undefined, at(0));
        let daily = heard;
        for (let day = 1; day <= 61; day += 1) daily = effectivePerson(daily, daily, at(day));
        expect(daily).toEqual(effectivePerson(heard, heard, at(61)));
      }),
    );
  });
});
