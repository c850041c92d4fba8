import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { csvIntake } from "#connectors/csv/intake.ts";
import { createCsvSource } from "#connectors/csv/source.ts";
import { parseGoalsFile } from "#connectors/goals-file/parse-goals-file.ts";
import { Org } from "#shared/graph/org.ts";
import type { FileMapping, Surroundings } from "#shared/kit/file-intake.ts";
import { guardedCell, unguardedCell } from "#shared/kit/formula-guard.ts";
import { partId, uploadCollections } from "#shared/kit/uploaded-files.ts";
import type { FileState, KeptRow } from "#shared/kit/uploaded-files.ts";
import type { Upsert } from "#shared/model/change.ts";
import { shortText } from "#shared/model/facts.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import { connectionId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
import type { KeptRecord, KeptRecords } from "#shared/ports/kept-records.ts";
import { goal } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { exportGoals } from "./export-accounts.ts";
import { exportPeople } from "./export-people.ts";
import { writeCsv } from "./write-csv.ts";

const connection = connectionId("0123456789");
const clock = new ManualClock("2026-11-21T08:00:00.000Z");
const nobody: Surroundings = {
  connectionId: connection,
  today: CalendarDate.parse("2026-11-21"),
  people: () => [],
  units: () => [],
  accounts: () => [],
};

/** Titles and names as people, tools and attackers write them. */
const nasty = fc.oneof(
  fc.constantFrom(
    "=cmd|'/C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "'=x",
    "''+",
    '“q” "r"',
    "a\nb",
    "😀 ok",
    "a;b,c\td",
  ),
  fc.string({ minLength: 1, maxLength: 30, unit: "binary" }),
  fc.string({ minLength: 1, maxLength: 30 }),
);
/** As the hub stores texts: on one line, without half characters. */
const text = nasty.map((each) => shortText(each) ?? "x").filter((each) => each.length <= 120);

function bytes(csv: string): Uint8Array {
  return Buffer.from(csv, "utf8");
}

function read(csv: string) {
  const table = csvIntake.readTable(bytes(csv));
  const mapping: FileMapping = csvIntake.suggest("people", table);
  const checked = csvIntake.check("people", table, mapping, nobody);
  expect(checked.problems).toEqual([]);
  return checked.shelves;
}

/** What the connector makes of kept rows. */
async function factsOf(shelves: Readonly<Record<string, readonly KeptRow[]>>): Promise<Upsert[]> {
  const at = clock.now();
  const record = (id: string, body: KeptRecord["body"]): KeptRecord => ({
    id,
    revision: 1,
    createdAt: at,
    changedAt: at,
    body,
  });
  const counts = Object.entries(shelves).map(([name, rows]) => [
    name,
    { parts: 1, rows: rows.length },
  ]);
  const state: FileState = {
    current: { id: "gen1", fileName: "f.csv", at, rows: 1, shelves: Object.fromEntries(counts) },
    isCarriedOut: true,
    events: [],
  };
  const kept: KeptRecords = {
    byIds: async (collection, ids) => {
      const records = ids.map((id) => {
        if (collection === uploadCollections.files)
          return record(id, JSON.parse(JSON.stringify(state)));
        const shelf = Object.keys(shelves).find((name) => partId("gen1", name, 0) === id) ?? "";
        return record(id, { rows: [...(shelves[shelf] ?? [])] });
      });
      return new Map(records.map((each) => [each.id, each]));
    },
    find: async () => [],
    page: async () => ({ records: [], next: undefined }),
  };
  const context = { connectionId: connection, settings: { companyName: "Acme" }, clock, kept };
  const facts: Upsert[] = [];
  for await (const page of createCsvSource(sourceContext(context)).pull("people", undefined)) {
    expect(page.rejected).toEqual([]);
    for (const change of page.changes) if (change.kind === "upserted") facts.push(change);
  }
  return facts.toSorted((a, b) => (a.record.id < b.record.id ? -1 : 1));
}

function orgOf(facts: readonly Upsert[]): Org {
  const records = facts.map(({ record }) => record);
  return new Org({
    people: records.filter((one): one is Person => one.type === "person"),
    units: records.filter((one): one is OrgUnit => one.type === "org-unit"),
    accounts: [],
    matches: [],
    memberships: [],
    samePeople: [],
  });
}

const person = fc.record({
  name: text,
  location: fc.option(text, { nil: "" }),
  levels: fc.array(text, { maxLength: 3 }),
  path: fc.option(fc.array(text, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  employeeNumber: fc.boolean(),
  engagement: fc.constantFrom("", "employee", "contractor"),
  start: fc.constantFrom("", "2020-01-31", "2027-03-01"),
  validFrom: fc.array(fc.constantFrom("2021-01-01", "2026-05-05", "2027-01-01"), { maxLength: 3 }),
});

describe("export and import", () => {
  test("an exported file, uploaded again, gives the same facts", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 1, maxLength: 8 }),
        text,
        fc.boolean(),
        async (people, odd, hasPaths) => {
          const header = [
            "id",
            "employee number",
            "name",
            "work email",
            "manager",
            "unit",
            "division",
            "department",
            "team",
            "location",
            "engagement",
            "start",
            "valid from",
          ];
          const idOf = (at: number) => `${at} ${odd}`;
          const rows = people.flatMap((one, at) => {
            const days = [...new Set(one.validFrom)];
            // A file has one way to name units, or the kind of a unit would be that of its first line.
            const path = hasPaths ? one.path : undefined;
            const escaped = path
              ?.map((name) => name.replaceAll(/[\\>›»→|/]/gu, "\\$&"))
              .join(" > ");
            return (days.length === 0 ? [""] : days).map((day) => [
              idOf(at),
              one.employeeNumber ? `N${at}` : "",
              one.name,
              `p${at}@acme.example`,
              at === 0 ? "" : idOf(at - 1),
              escaped ?? "",
              ...[0, 1, 2].map((level) => (hasPaths ? "" : (one.levels[level] ?? ""))),
              one.location,
              one.engagement,
              one.start,
              day,
            ]);
          });
          fc.pre(rows.every((row) => row.every((cell) => cell.length <= 120)));
          const facts = await factsOf(read(writeCsv(header, rows)));
          const exported = exportPeople({ org: orgOf(facts), connectionId: undefined });
          expect(await factsOf(read(writeCsv(exported.header, exported.rows)))).toEqual(facts);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  test("cells come back as they were, whatever they hold, and none of them can be run", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 6 }), (cells) => {
        const well = cells.map((cell) =>
          cell
            .toWellFormed()
            .replaceAll(/\0|\r\n?/gu, "\n")
            .trim(),
        );
        fc.pre(well.some((cell) => cell !== ""));
        const csv = writeCsv(["x", ...well.map((_, at) => `c${at}`)], [["x", ...well]]);
        expect(csvIntake.readTable(bytes(csv)).lines[0]?.cells.slice(1)).toEqual(well);
        for (const cell of well) {
          expect(guardedCell(cell)).not.toMatch(/^[=+\-@\t\r]/u);
          expect(unguardedCell(guardedCell(cell))).toBe(cell);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("exported goals are the same tree in a goals file", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (titles) => {
        const goals = titles.map((title, at) =>
          goal(`g${at}`, { title, ...(at > 0 && { parentId: goal(`g${at - 1}`).id }) }),
        );
        const { header, rows } = exportGoals(goals);
        const file = parseGoalsFile(writeCsv(header, rows), { format: "csv" });
        expect(file.rejected).toEqual([]);
        expect(file.rows.map(({ row }) => [row.id, row.title, row.parent])).toEqual(
          goals.map(({ title }, at) => [`g${at}`, title, at === 0 ? undefined : `g${at - 1}`]),
        );
      }),
    );
  });
});
