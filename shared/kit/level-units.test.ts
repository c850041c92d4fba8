import { expect, test } from "vitest";

import { OrgUnit } from "#shared/model/facts.ts";
import { instantOf } from "#shared/model/time.ts";
import { peopleConnection, testEpochMs } from "#shared/testing/facts.ts";

import type { FilledLevel } from "./level-units.ts";
import { levelUnits } from "./level-units.ts";

const of = {
  connector: "hr",
  connectionId: peopleConnection,
  companyName: "Acme",
  readAt: instantOf(testEpochMs),
};
const level = (name: string, at: number, kind = "team"): FilledLevel => ({
  key: name,
  name,
  kind,
  level: at,
});

test("each level that is filled in is a unit of the one above, the company on top", () => {
  const units = levelUnits(of, [level("Sales", 1, "division"), level("Field", 3)]);
  expect(units.map((unit) => [unit.name, unit.originalKind, unit.level])).toEqual([
    ["Acme", "company", 0],
    ["Sales", "division", 1],
    ["Field", "team", 3],
  ]);
  expect(units.map(({ parentId }) => parentId)).toEqual([undefined, units[0]?.id, units[1]?.id]);
});

test("one name in two places is two units, and one place is one, however names are written", () => {
  const ids = (...names: string[]) =>
    levelUnits(
      of,
      names.map((name, at) => level(name, at + 1)),
    ).map(({ id }) => id);
  expect(ids("Sales", "Field").at(-1)).not.toBe(ids("Support", "Field").at(-1));
  expect(ids("Sales", "Field").at(-1)).toBe(ids("Sales", "Field").at(-1));
  expect(ids("A/B").at(-1)).not.toBe(ids("A", "B").at(-1));
});

test("names of any length make ids that our model takes", () => {
  for (const unit of levelUnits(of, [level("x".repeat(120), 1), level("ü y".repeat(40), 2)])) {
    expect(OrgUnit.safeParse(unit).error).toBeUndefined();
  }
});
