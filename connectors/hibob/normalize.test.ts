import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { Change } from "#shared/model/change.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import type { DatedRow, Employee } from "./client.ts";
import { pathOf, personFields, shownAt } from "./fields.ts";
import type { Level } from "./levels.ts";
import { normalizeEmployee } from "./normalize.ts";

const teamId = "work.customColumns.column_1655996461265";
const department: Level = {
  id: "work.department",
  title: "department",
  path: pathOf("work.department"),
  column: { id: "work.department", path: ["department"] },
  names: new Map([
    ["209192163", "Platform"],
    ["209192164", "Payments"],
    ["209192100", "Old / gone"],
  ]),
};
const team: Level = {
  id: teamId,
  title: "team",
  path: pathOf(teamId),
  column: { id: teamId, path: ["customColumns", "column_1655996461265"] },
  names: new Map([["7001", "Checkout"]]),
};
const where = {
  connectionId: ConnectionId.parse("conn_0123456789"),
  levels: [department, team],
  companyName: "Acme",
  readAt: Instant.parse("2026-11-21T08:00:00.000Z"),
};
const asked = [...personFields.map((id) => ({ id, path: pathOf(id) })), department, team];
const Json = z.record(z.string(), z.unknown());

function payloadOf(name: string): unknown {
  const text = readFileSync(join(import.meta.dirname, "fixtures", `${name}.json`), "utf8");
  return z.object({ payload: z.unknown() }).parse(JSON.parse(text)).payload;
}

/** The fixture as the client hands it on, with some fields changed; undefined is not shown. */
function employee(changed: Readonly<Record<string, unknown>> = {}): Employee {
  const record = Json.parse(payloadOf("employee"));
  const fields = new Map<string, unknown>();
  for (const field of asked) {
    const shown = field.id in changed ? { value: changed[field.id] } : shownAt(record, field);
    if (shown && shown.value !== undefined) fields.set(field.id, shown.value);
  }
  return { id: "3332883884017713938", fields };
}

function rows(): readonly DatedRow[] {
  const Row = z.looseObject({
    effectiveDate: z.string(),
    reportsTo: z.looseObject({ id: z.string() }).nullable(),
  });
  return z
    .array(Row)
    .parse(payloadOf("work-rows"))
    .map((row) => ({
      effectiveDate: row.effectiveDate,
      ...(row.reportsTo && { managerId: row.reportsTo.id }),
      levels: new Map(
        where.levels.flatMap(({ id, column }) => {
          const shown = column && shownAt(row, column);
          return shown ? [[id, shown.value] as const] : [];
        }),
      ),
    }));
}

function personOf(given: Employee, work: readonly DatedRow[] = []) {
  const { person, units } = normalizeEmployee(given, work, where);
  for (const change of [person, ...units]) Change.parse(change);
  if (person.record.type !== "person") throw new Error("not a person");
  return { ...person.record, units: units.map(({ record }) => record) };
}

describe("normalizeEmployee", () => {
  test("keeps the allow-listed fields and nothing else of the answer", () => {
    const person = personOf(employee());
    expect(person).toMatchObject({
      name: "Mia O'Neill",
      workEmail: "mia.oneill@example.com",
      employeeNumber: "157",
      managerId: "hibob:person:conn_0123456789:3332883894235038486",
      unitId: "hibob:org-unit:conn_0123456789:/209192163",
      location: "Lisbon",
      employmentStatus: "active",
      startOn: "2021-03-01",
    });
    expect(JSON.stringify(person)).not.toMatch(/90000|1988|263163923|Ravi/u);
  });

  test("a department keeps its unit when it is renamed, and rows may hold its id or its name", () => {
    const renamed = { ...department, names: new Map([["209192163", "Foundations"]]) };
    const [, unit] = normalizeEmployee(employee(), [], { ...where, levels: [renamed, team] }).units;
    expect(unit?.record).toMatchObject({
      id: "hibob:org-unit:conn_0123456789:/209192163",
      name: "Foundations",
      originalKind: "department",
    });
    expect(personOf(employee({ "work.department": "Platform" })).unitId).toBe(
      personOf(employee()).unitId,
    );
  });

  test("rows of the work table are placements of all days, with their own managers", () => {
    const person = personOf(employee(), rows());
    const unit = (way: string) => `hibob:org-unit:conn_0123456789:${way}`;
    expect(person.placements).toEqual([
      { validFrom: "2021-03-01", validTo: "2024-05-01", unitId: unit("/209192100") },
      {
        validFrom: "2024-05-01",
        validTo: "2027-01-01",
        unitId: unit("/209192163"),
        managerId: "hibob:person:conn_0123456789:3332883894235038486",
      },
      {
        validFrom: "2027-01-01",
        unitId: unit("/209192164/7001"),
        managerId: "hibob:person:conn_0123456789:3332883894235038999",
      },
    ]);
    // Units of today and ahead are told; the one that was dissolved does not come back.
    expect(person.units.map(({ id }) => id)).toEqual(
      ["/", "/209192163", "/209192164", "/209192164/7001"].map(unit),
    );
  });

  test("who leaves stands nowhere after the last day, and moves planned for later fall away", () => {
    const person = personOf(employee({ "internal.terminationDate": "2026-12-15" }), rows());
    expect(person).toMatchObject({ employmentStatus: "active", endOn: "2026-12-15" });
    expect(person.placements?.at(-1)).toMatchObject({
      validFrom: "2024-05-01",
      validTo: "2026-12-16",
    });
  });

  test.each([
    ["Terminated", { "internal.terminationDate": "2026-11-01" }, "inactive", "2026-11-01"],
    ["Hired", { "work.startDate": "2026-12-01" }, "pending", undefined],
    ["Parental leave", { "internal.status": "Inactive" }, "active", undefined],
    ["Sabbatical of our own", {}, "active", undefined],
    ["Employed", { "internal.terminationDate": "2023-01-31" }, "active", undefined],
  ])("lifecycle %s with %o is %s", (lifecycle, changed, status, endOn) => {
    const person = personOf(employee({ "internal.lifecycleStatus": lifecycle, ...changed }));
    expect([person.employmentStatus, person.endOn]).toEqual([status, endOn]);
  });

  test.each([
    [{ "work.startDate": "2026-12-01", "internal.status": "Inactive" }, "pending"],
    [{ "internal.terminationDate": "2026-11-20" }, "inactive"],
    [{ "internal.status": "Inactive" }, "inactive"],
    [{}, "active"],
  ])("where the lifecycle is not shown, %o is %s", (changed, status) => {
    const hidden = employee({ "internal.lifecycleStatus": undefined, ...changed });
    expect(personOf(hidden).employmentStatus).toBe(status);
  });

  test("a level that is not shown leaves the unit unknown; one that is empty does not", () => {
    expect(personOf(employee({ [teamId]: undefined })).unitId).toBeUndefined();
    expect(personOf(employee({ [teamId]: null })).unitId).toMatch(/\/209192163$/u);
  });

  test("rows that do not hold every level, or none that holds today, leave only today known", () => {
    const narrow = rows().map((row) => ({
      ...row,
      levels: new Map([...row.levels].filter(([id]) => id !== teamId)),
    }));
    expect(personOf(employee(), narrow).placements).toBeUndefined();
    const ahead = rows().filter(({ effectiveDate }) => effectiveDate > "2026-11-21");
    expect(personOf(employee(), ahead).placements).toBeUndefined();
  });
});
