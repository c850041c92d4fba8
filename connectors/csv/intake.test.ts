import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { CheckedFile, FileMapping, Surroundings } from "#shared/kit/file-intake.ts";
import { connectionId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";

import { plainName } from "./column-names.ts";
import { csvIntake } from "./intake.ts";

const nobody: Surroundings = {
  connectionId: connectionId("0123456789"),
  today: CalendarDate.parse("2026-11-21"),
  people: () => [],
  units: () => [],
  accounts: () => [],
};

function table(text: string | Uint8Array, encoding?: string) {
  return csvIntake.readTable(typeof text === "string" ? Buffer.from(text) : text, encoding);
}

function check(text: string, how: Partial<FileMapping> = {}, kind = "people"): CheckedFile {
  const read = table(text);
  return csvIntake.check(kind, read, { ...csvIntake.suggest(kind, read), ...how }, nobody);
}

/** `3:2 …`: line and column of each mistake, with the beginning of what is said. */
function mistakes(file: CheckedFile): readonly string[] {
  return file.problems.map(({ line, column, message }) => `${line}:${column ?? ""} ${message}`);
}

function refusal(run: () => unknown): HubError {
  try {
    run();
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** What is said of a file without a sentence, or thrown without being meant. */
function saidOf(given: Uint8Array, kind: string): readonly unknown[] {
  const isSentence = (text: string) => /\w+ \w+ \w+/u.test(text);
  try {
    const read = table(given);
    const { problems } = csvIntake.check(kind, read, csvIntake.suggest(kind, read), nobody);
    return problems.filter(({ line, message }) => line < 1 || !isSentence(message));
  } catch (error) {
    return error instanceof HubError && isSentence(error.message) ? [] : [error];
  }
}

describe("reading a table", () => {
  test.each([
    ["comma", "id,name\n1,A", ","],
    ["semicolon, also with commas in quoted names", '"id, own";name\n1;A', ";"],
    ["tab", "id\tname\n1\tA", "\t"],
    ["what Excel declares", "sep=;\nid;name\n1;A", ";"],
  ])("the delimiter is found: %s", (_what, text, delimiter) => {
    expect(table(text)).toMatchObject({ delimiter, lines: [{ cells: ["1", "A"] }] });
  });

  test("quotes, doubled quotes and line breaks in cells are the cell's, and lines are an editor's", () => {
    const read = table('id,name\r\n1,"a ""b""\r\nc, d"\r\n\r\n2,e\r\n');
    expect(read.lines).toEqual([
      { line: 2, cells: ["1", 'a "b"\nc, d'] },
      { line: 5, cells: ["2", "e"] },
    ]);
  });

  test.each([
    ["an open quote", 'id,name\n1,"a\n2,b', /line 3/u],
    ["a quote inside of a cell", 'id,name\n1,a"b', /line 2, column 2/u],
    ["text after a quote", 'id,name\n1,"a"b', /line 2, column 2/u],
    ["too many cells", "id,name\n1,a,b", /line 2, column 3/u],
    ["no rows", "id,name", /line 1/u],
    ["nothing", "", /empty/u],
    ["NUL", "id,name\n1,a\0", /Line 2 .* NUL/u],
    ["101 columns", `${"a,".repeat(100)}b\n1`, /101 columns/u],
    ["a cell of megabytes", `id,name\n1,${"x".repeat(200_000)}`, /too long|characters/u],
  ])("%s is refused with its place", (_what, text, says) => {
    expect(refusal(() => table(text)).message).toMatch(says);
  });

  test("Windows-1252 is taken where it is declared, and named with its line where it is not", () => {
    const bytes = Buffer.from("id,name\n1,M\xFCller", "latin1");
    expect(refusal(() => table(bytes)).message).toContain("Line 2");
    expect(table(bytes, "windows-1252").lines[0]?.cells[1]).toBe("Müller");
  });

  test("whatever bytes come, they are read or refused with a reason", () => {
    const parts = fc.constantFrom(
      '"',
      ",",
      ";",
      "\n",
      "\r\n",
      "\r",
      "\t",
      "\0",
      "=",
      "id",
      "name",
      "\uFEFF",
      "\uD800",
      "é",
      "1",
      " ",
    );
    const texts = fc.array(parts, { maxLength: 60 }).map((all) => Buffer.from(all.join("")));
    const bytes = fc.oneof(texts, fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(bytes, fc.constantFrom("people", "teams", "accounts"), (given, kind) => {
        expect(saidOf(given, kind)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("columns", () => {
  test.each([
    [
      "BambooHR",
      "Employee #,First Name,Last Name,Work Email,Reporting to,Division,Department,Location,Hire Date,Termination Date,Employment Status",
      [
        "employeeNumber",
        "firstName",
        "lastName",
        "workEmail",
        "manager",
        "division",
        "department",
        "location",
        "startOn",
        "endOn",
        "status",
      ],
    ],
    [
      "Personio",
      "ID;Vorname;Nachname;E-Mail;Vorgesetzter;Abteilung;Team;Büro;Status;Einstellungsdatum;Beschäftigungsart;Kostenstelle",
      [
        "id",
        "firstName",
        "lastName",
        "workEmail",
        "manager",
        "department",
        "team",
        "location",
        "status",
        "startOn",
        "engagement",
        "",
      ],
    ],
    [
      "HiBob",
      "Employee ID,Display name,Email,Reports to email,Department,Site,Start date,Lifecycle status,Date of birth",
      [
        "id",
        "name",
        "workEmail",
        "managerEmail",
        "department",
        "location",
        "startOn",
        "status",
        "",
      ],
    ],
    [
      "Workday",
      "Employee ID,Worker,Email - Primary Work,Manager - Employee ID,Supervisory Organization,Worker Type,Hire Date,Cost Center",
      ["id", "name", "workEmail", "manager", "unit", "engagement", "startOn", ""],
    ],
    [
      "SAP SuccessFactors",
      "STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,EMAIL,MANAGER,DEPARTMENT,DIVISION,LOCATION,GENDER",
      [
        "status",
        "id",
        "name",
        "firstName",
        "lastName",
        "workEmail",
        "manager",
        "department",
        "division",
        "location",
        "",
      ],
    ],
    [
      "SAP HCM",
      "Personalnummer;Nachname;Vorname;E-Mail-Adresse;Orgeinheit;Eintritt;Austritt;Gehalt",
      ["employeeNumber", "lastName", "firstName", "workEmail", "unit", "startOn", "endOn", ""],
    ],
  ])("those of %s are found, and no other", (_what, header, fields) => {
    const read = table(`${header}\n1`);
    const { columns } = csvIntake.suggest("people", read);
    const found = read.header.map(
      (_, at) => Object.entries(columns).find(([, column]) => column === at)?.[0] ?? "",
    );
    expect(found).toEqual(fields);
  });

  test("the titles of the fields lead back to them", () => {
    for (const { name, fields } of csvIntake.kinds) {
      const read = table(`${fields.map(({ title }) => `"${title}"`).join(",")}\nx`);
      const expected = Object.fromEntries(fields.map((field, at) => [field.name, at]));
      expect([name, csvIntake.suggest(name, read).columns]).toEqual([name, expected]);
    }
  });

  test("case, signs and accents make no difference", () => {
    expect(plainName("E-Mail (geschäftlich)")).toBe(plainName("email GESCHAFTLICH"));
  });

  test("a file without what it needs says which columns to choose", () => {
    expect(mistakes(check("Gehalt,Ort\n1,2"))).toEqual([
      expect.stringMatching(/^1: .*Id, Employee number, Work e-mail/u),
      expect.stringMatching(/^1: .*Name, First name, Last name/u),
    ]);
  });
});

describe("people", () => {
  test("an id twice, an address of two people and a number of two are mistakes", () => {
    const file = check(
      "id,name,email,employee number\n1,A,a@x.example,7\n1,A,a@x.example,7\n2,B,A@x.example,8\n3,C,c@x.example,8",
    );
    expect(mistakes(file)).toEqual([
      expect.stringMatching(/^3:1 stands in line 2 already/u),
      expect.stringMatching(/^4:3 is also that of line 2/u),
      expect.stringMatching(/^5:4 is also that of line 4/u),
    ]);
  });

  test("a manager whom nobody knows is a mistake; a name is not enough", () => {
    const file = check("id,name,manager\n1,Mia,\n2,Noah,Mia\n3,Ida,4711");
    expect(mistakes(file)).toEqual([
      expect.stringMatching(/^3:3 is nobody whom .*a name is not enough/u),
      expect.stringMatching(/^4:3 is nobody/u),
    ]);
  });

  test("a manager is found by id, number, address, or the address behind a name", () => {
    const file = check(
      "id,employee number,name,email,manager\nm,9,Mia,mia@x.example,\na,1,A,,m\nb,2,B,,9\nc,3,C,,MIA@x.example\nd,4,D,,Mia Sommer <mia@x.example>",
    );
    expect(mistakes(file)).toEqual([]);
    const managers = file.shelves["people"]?.slice(1).map(({ stands }) => JSON.stringify(stands));
    expect(new Set(managers).size).toBe(1);
  });

  test.each(Array.from({ length: 50 }, (_, at) => at + 1))(
    "a reporting line that goes in a circle of %i is told once, with its lines",
    (length) => {
      const lines = Array.from({ length }, (_, at) => `p${at},P ${at},p${(at + 1) % length}`);
      const file = check(`id,name,manager\nboss,Boss,\nq,Q,p0\n${lines.join("\n")}`);
      expect(mistakes(file)).toEqual([
        expect.stringMatching(
          length === 1 ? /^4:3 is the person/u : new RegExp(`^4:3 .* ${length} people`, "u"),
        ),
      ]);
    },
  );

  test("a circle that only a future date closes is found, and one that never stands is not", () => {
    const head = "id,name,manager,valid from\n";
    const closing = `${head}a,A,,2026-01-01\nb,B,a,2026-01-01\na,A,b,2027-01-01`;
    expect(mistakes(check(closing))).toEqual([expect.stringMatching(/^\d:3 .* circle of 2/u)]);
    const turning = `${head}a,A,b,2026-01-01\nb,B,,2026-01-01\na,A,,2027-01-01\nb,B,a,2027-01-01`;
    expect(mistakes(check(turning))).toEqual([]);
  });

  test("several lines of a person are their days; without a date one of them is a mistake", () => {
    const file = check("id,name,department,valid from\n1,A,Ops,2026-01-01\n1,A,Sales,2027-01-01");
    expect(mistakes(file)).toEqual([]);
    expect(file.shelves["people"]).toMatchObject([
      { stands: [{ validFrom: "2026-01-01" }, { validFrom: "2027-01-01" }] },
    ]);
    const open = check("id,name,department,valid from\n1,A,Ops,2026-01-01\n1,A,Sales,");
    expect(mistakes(open)).toEqual([expect.stringMatching(/^3:4 is empty/u)]);
  });

  test.each([
    ["31.12.2026", "2026-12-31"],
    ["2026-12-31", "2026-12-31"],
    ["2026-12-31T00:00:00Z", "2026-12-31"],
    ["12/31/2026", "2026-12-31"],
    ["31/12/2026", "2026-12-31"],
    ["31-Dez-2026", "2026-12-31"],
    ["December 31, 2026", "2026-12-31"],
  ])("the date %s is understood", (text, date) => {
    const file = check(`id,name,start\n1,A,"${text}"`);
    expect([mistakes(file), file.shelves["people"]?.[0]?.["startOn"]]).toEqual([[], date]);
  });

  test.each([
    ["31.12.26", /two digits/u],
    ["2026-02-30", /no such day/u],
    ["soon", /no date/u],
    ["46387", /Excel/u],
  ])("the date %s is refused", (text, says) => {
    expect(mistakes(check(`id,name,start\n1,A,${text}`))).toEqual([
      expect.stringMatching(new RegExp(`^2:3 .*${says.source}`, "u")),
    ]);
  });

  test("a date that may be either is asked for once a column, and read as somebody says", () => {
    const text = "id,name,start\n1,A,03/04/2026\n2,B,05/06/2026";
    expect(mistakes(check(text))).toEqual([expect.stringMatching(/^2:3 may be day or month/u)]);
    const said = check(text, { dateOrder: "month-day-year" });
    expect(said.shelves["people"]?.map(({ startOn }) => startOn)).toEqual([
      "2026-03-04",
      "2026-05-06",
    ]);
  });

  test("100,000 people are checked within seconds", () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, at) => `${at},P ${at},p${at}@x.example,${at === 0 ? "" : Math.floor(at / 8)},D${at % 90}`,
    );
    const startedMs = performance.now();
    const file = check(`id,name,email,manager,department\n${lines.join("\n")}`);
    expect([file.rows, file.problems.length]).toEqual([100_000, 0]);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});

describe("teams", () => {
  test("parents are ids or names of the file; circles and strangers are mistakes", () => {
    const file = check(
      "id,name,parent\na,Alpha,\nb,Beta,alpha\nc,Gamma,d\nd,Delta,c\ne,Eta,nowhere",
      {},
      "teams",
    );
    expect(mistakes(file)).toEqual([
      expect.stringMatching(/^4:3 begins a circle of 2/u),
      expect.stringMatching(/^6:3 is no id or name/u),
    ]);
  });
});
