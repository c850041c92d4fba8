import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { OrgUnit, Person } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import { normalizeEmployee } from "./normalize.ts";
import { EmployeeRecord } from "./wire.ts";

const where = {
  connectionId: ConnectionId.parse("conn_0123456789"),
  orgLevels: ["division", "department", "customTeam"],
  companyName: "Acme Freight",
  readAt: Instant.parse("2026-11-21T08:00:00.000Z"),
};

function fixture(name: string): EmployeeRecord {
  const text = readFileSync(join(import.meta.dirname, "fixtures", `${name}.json`), "utf8");
  return EmployeeRecord.parse((JSON.parse(text) as { payload: unknown }).payload);
}

describe("normalizeEmployee", () => {
  test("an employee becomes a person and the units on the way down, topmost first", () => {
    const { person, units } = normalizeEmployee(fixture("employee"), where);
    expect(Person.parse(person.record)).toMatchObject({
      id: "bamboohr:person:conn_0123456789:157",
      name: "Mia O'Neill",
      workEmail: "mia.oneill@example.com",
      managerId: "bamboohr:person:conn_0123456789:110",
      employmentStatus: "active",
      location: "Lisbon",
      startOn: "2021-03-01",
      sourceVersion: Date.parse("2026-11-20T09:15:00Z"),
    });
    expect(person.record).not.toHaveProperty("endOn");
    const records = units.map((unit) => OrgUnit.parse(unit.record));
    expect(records.map(({ name, level, originalKind }) => [name, level, originalKind])).toEqual([
      ["Acme Freight", 0, "company"],
      ["Product & Technology", 1, "division"],
      ["Platform / Infra", 2, "department"],
      ["Core Platform", 3, "team"],
    ]);
    expect(records.map((unit) => unit.parentId)).toEqual([
      undefined,
      ...records.slice(0, 3).map((unit) => unit.id),
    ]);
    expect(person.record).toMatchObject({ unitId: records[3]?.id });
  });

  test("a level that the key's owner may not see leaves the unit unknown, not the department above", () => {
    const { person } = normalizeEmployee(fixture("employee-restricted"), where);
    expect(Person.parse(person.record)).toMatchObject({
      name: "Jo Ferreira",
      employmentStatus: "inactive",
      endOn: "2026-10-31",
    });
    for (const field of ["unitId", "managerId", "workEmail", "location"]) {
      expect(person.record).not.toHaveProperty(field);
    }
  });

  test("empty levels are skipped: a director belongs to the division", () => {
    const record = { ...fixture("employee"), department: "", customTeam: null };
    const { person, units } = normalizeEmployee(record, where);
    expect(units).toHaveLength(2);
    expect(person.record).toMatchObject({ unitId: units[1]?.record.id });
  });

  test("names with slashes, spaces or signs never make two different units one", () => {
    const unitOf = (division: string, department: string) =>
      normalizeEmployee(
        { ...fixture("employee"), division, department, customTeam: "" },
        where,
      ).units.at(-1)?.record.id;
    const ids = [
      unitOf("A", "B/C"),
      unitOf("A/B", "C"),
      unitOf("A%2FB", "C"),
      unitOf("A B", "C"),
      unitOf("A_B", "C"),
      unitOf("物流　東", "x".repeat(120)),
      unitOf("物".repeat(110), "x".repeat(120)),
      unitOf("物".repeat(110), "x".repeat(119)),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(OrgUnit.shape.id.safeParse(id).success).toBe(true);
  });

  test("somebody who starts tomorrow is pending", () => {
    const record = { ...fixture("employee"), hireDate: "2026-11-22" };
    expect(normalizeEmployee(record, where).person.record).toMatchObject({
      employmentStatus: "pending",
    });
  });

  test("nothing but the allow-listed fields is kept, whatever the answer carries", () => {
    const canary = "canary-of-pay-and-birth";
    const record = { ...fixture("employee"), payRate: canary, dateOfBirth: canary, ssn: canary };
    expect(JSON.stringify(normalizeEmployee(record, where))).not.toContain(canary);
  });

  test("fields of the wrong type are left out, and nothing throws", () => {
    const record = { id: "9", firstName: 4, workEmail: "no address", division: {}, status: [] };
    const { person } = normalizeEmployee(record, where);
    expect(Person.parse(person.record)).toMatchObject({ name: "4", employmentStatus: "active" });
    expect(person.record).not.toHaveProperty("workEmail");
  });
});
