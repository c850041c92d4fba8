import { describe, expect, test } from "vitest";

import { effectivePerson } from "#shared/graph/effective.ts";
import { Person } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import type { DatedRow } from "./client.ts";
import { bambooPersonId, normalizeEmployee } from "./normalize.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const boss = bambooPersonId(connectionId, "110");
const at = (day: string) => Instant.parse(`${day}T08:00:00.000Z`);

const record = {
  id: "157",
  firstName: "Mia",
  lastName: "Novak",
  division: "Product",
  department: "Payments",
  supervisorEId: "110",
  status: "Active",
  hireDate: "2021-03-01",
  terminationDate: "0000-00-00",
  lastChanged: "2026-11-20T09:15:00+00:00",
};

function job(date: string, department: string, reportsTo: string | null = "John Smith"): DatedRow {
  return { date, division: "Product", department, reportsTo };
}

function status(date: string, employmentStatus: string): DatedRow {
  return { date, employmentStatus };
}

function normalized(
  given: {
    readonly record?: Readonly<Record<string, unknown>>;
    readonly jobInfo?: readonly DatedRow[];
    readonly employmentStatus?: readonly DatedRow[];
    readonly levels?: readonly string[];
    readonly day?: string;
  } = {},
) {
  const { person, units } = normalizeEmployee(
    { ...record, ...given.record },
    {
      connectionId,
      orgLevels: given.levels ?? ["division", "department"],
      companyName: "Acme",
      readAt: at(given.day ?? "2026-11-21"),
    },
    {
      ...(given.jobInfo && { jobInfo: given.jobInfo }),
      ...(given.employmentStatus && { employmentStatus: given.employmentStatus }),
    },
  );
  const said = Person.parse(person.record);
  const short = (id: string | undefined) => id?.split("/").at(-1);
  return {
    said,
    rows: (said.placements ?? []).map((row) => [
      row.validFrom,
      row.validTo,
      short(row.unitId),
      row.managerId,
    ]),
    units: units.map(({ record: unit }) => short(unit.id)),
  };
}

describe("rows of the past and of days to come", () => {
  test("are placements, and a unit that is only ahead exists already", () => {
    const { rows, units } = normalized({
      // The table is in no order.
      jobInfo: [
        job("2027-01-04", "Ledger", "Jane Doe"),
        job("2021-03-01", "Support", "Jane Doe"),
        job("2025-06-01", "Payments"),
      ],
    });
    expect(rows).toEqual([
      ["2021-03-01", "2025-06-01", "Support", undefined],
      ["2025-06-01", "2027-01-04", "Payments", boss],
      ["2027-01-04", undefined, "Ledger", undefined],
    ]);
    expect(units).toContain("Ledger");
    // Nobody is in it any more: it must not come back with everybody who once was.
    expect(units).not.toContain("Support");
  });

  test("a move ahead changes nothing before its day, and the team on it", () => {
    const { said } = normalized({
      jobInfo: [job("2021-03-01", "Payments"), job("2027-01-04", "Ledger")],
    });
    const held = effectivePerson(said, undefined, at("2026-11-21"));
    expect(held.unitId).toContain("Payments");
    const eve = effectivePerson(held, held, at("2027-01-03"));
    expect(eve).toEqual(held);
    const moved = effectivePerson(held, held, at("2027-01-04"));
    expect(moved.unitId).toContain("Ledger");
    // The row ahead names the manager as today's does, so nothing about the manager changes.
    expect(moved.managerId).toBe(boss);
  });

  test("a manager who is only named is nobody, however well the name fits", () => {
    const { said } = normalized({
      jobInfo: [job("2021-03-01", "Payments"), job("2027-01-04", "Ledger", "Mia Novak")],
    });
    const moved = effectivePerson(said, undefined, at("2027-01-04"));
    expect(moved.unitId).toContain("Ledger");
    expect(moved.managerId).toBeUndefined();
  });

  test("a statement is the same on every day until a row takes effect", () => {
    const jobInfo = [job("2021-03-01", "Payments"), job("2027-01-04", "Ledger")];
    const first = normalized({ jobInfo, day: "2026-11-21" }).said;
    const later = normalized({ jobInfo, day: "2026-12-24" }).said;
    expect({ ...later, readAt: first.readAt }).toEqual(first);
  });

  test("where the company's own day has not come, its manager stays with the row it shows", () => {
    const jobInfo = [job("2021-03-01", "Payments"), job("2026-11-21", "Ledger", "Jane Doe")];
    expect(normalized({ jobInfo }).rows.map((row) => row[3])).toEqual([boss, undefined]);
    const shown = normalized({ jobInfo, record: { department: "Ledger" } });
    expect(shown.rows.map((row) => row[3])).toEqual([undefined, boss]);
  });

  test.each([
    ["no rows", []],
    ["rows without a date", [{ ...job("", "Payments"), date: "0000-00-00" }]],
    ["a level that is not shown", [{ date: "2021-03-01", department: "Payments" }]],
  ])("%s: only today is known", (_what, jobInfo) => {
    const { said } = normalized({ jobInfo });
    expect(said).not.toHaveProperty("placements");
    expect(said.unitId).toContain("Payments");
  });

  test("a level of the company's own is in no table: only today is known", () => {
    const { said } = normalized({
      levels: ["division", "customTeam"],
      record: { customTeam: "Core" },
      jobInfo: [job("2021-03-01", "Payments"), job("2027-01-04", "Ledger")],
    });
    expect(said).not.toHaveProperty("placements");
    expect(said.unitId).toContain("Core");
  });

  test("where only a row ahead is in the table, today is what the record says since the start", () => {
    const { rows } = normalized({ jobInfo: [job("2027-01-04", "Ledger")] });
    expect(rows).toEqual([
      ["2021-03-01", "2027-01-04", "Payments", boss],
      ["2027-01-04", undefined, "Ledger", undefined],
    ]);
    const unknown = normalized({
      jobInfo: [job("2027-01-04", "Ledger")],
      record: { hireDate: null },
    });
    expect(unknown.said).not.toHaveProperty("placements");
  });
});

describe("leaving and coming back", () => {
  test("an end ahead is known from the table before any field tells of it", () => {
    const { said, rows } = normalized({
      jobInfo: [job("2021-03-01", "Payments")],
      employmentStatus: [status("2021-03-01", "Full-Time"), status("2026-12-31", "Terminated")],
    });
    expect([said.employmentStatus, said.endOn]).toEqual(["active", "2026-12-31"]);
    expect(rows).toEqual([["2021-03-01", "2027-01-01", "Payments", boss]]);
    const held = effectivePerson(said, undefined, at("2026-11-21"));
    expect(effectivePerson(held, held, at("2026-12-31")).employmentStatus).toBe("active");
    const left = effectivePerson(held, held, at("2027-01-01"));
    expect(left.employmentStatus).toBe("inactive");
    expect(left.unitId).toContain("Payments");
  });

  test("without the table, the field tells of an end ahead", () => {
    const { said } = normalized({ record: { terminationDate: "2026-12-31" } });
    expect([said.employmentStatus, said.endOn]).toEqual(["active", "2026-12-31"]);
  });

  test("who came back has no end, and stood nowhere in between", () => {
    const { said, rows } = normalized({
      record: { hireDate: "2026-02-01", terminationDate: "2025-06-30" },
      jobInfo: [job("2021-03-01", "Support"), job("2026-02-01", "Payments")],
      employmentStatus: [
        status("2021-03-01", "Full-Time"),
        status("2025-06-30", "Terminated"),
        status("2026-02-01", "Full-Time"),
      ],
    });
    expect(said).not.toHaveProperty("endOn");
    expect(said.employmentStatus).toBe("active");
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ["2021-03-01", "2025-07-01", "Support"],
      ["2026-02-01", undefined, "Payments"],
    ]);
  });

  test("a row that goes on over an absence is two stretches", () => {
    const { rows } = normalized({
      jobInfo: [job("2021-03-01", "Payments")],
      employmentStatus: [
        status("2021-03-01", "Full-Time"),
        status("2025-06-30", "Terminated"),
        status("2026-02-01", "Full-Time"),
      ],
    });
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      ["2021-03-01", "2025-07-01"],
      ["2026-02-01", undefined],
    ]);
  });

  test("a leaver is inactive with the last day, also where the status may not be seen", () => {
    const gone = { status: "Inactive", terminationDate: "2026-10-31" };
    expect(normalized({ record: gone }).said).toMatchObject({
      employmentStatus: "inactive",
      endOn: "2026-10-31",
    });
    const { status: _hidden, ...unseen } = record;
    const employmentStatus = [
      status("2021-03-01", "Full-Time"),
      status("2026-10-31", "Terminated"),
    ];
    const { person } = normalizeEmployee(
      unseen,
      {
        connectionId,
        orgLevels: ["division"],
        companyName: "Acme",
        readAt: at("2026-11-21"),
      },
      { employmentStatus },
    );
    expect(person.record).toMatchObject({ employmentStatus: "inactive", endOn: "2026-10-31" });
  });

  test("somebody who starts later stands nowhere until then", () => {
    const { said } = normalized({
      record: { hireDate: "2026-12-01" },
      jobInfo: [job("2026-12-01", "Payments")],
    });
    const pending = effectivePerson(said, undefined, at("2026-11-21"));
    expect([pending.employmentStatus, pending.unitId]).toEqual(["pending", undefined]);
    const started = effectivePerson(pending, pending, at("2026-12-01"));
    expect([started.employmentStatus, started.managerId]).toEqual(["active", boss]);
    expect(started.unitId).toContain("Payments");
  });

  test("of the company's words for a status only Contractor says whose staff somebody is", () => {
    const engagement = (word: string) =>
      normalized({ record: { employmentHistoryStatus: word } }).said.engagement;
    expect([engagement("Contractor"), engagement("Full-Time"), engagement("Contract")]).toEqual([
      "contractor",
      undefined,
      undefined,
    ]);
  });
});
