import type { CheckedFile, FileMapping, FileTable, Surroundings } from "#shared/kit/file-intake.ts";
import type { KeptRow } from "#shared/kit/uploaded-files.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { placementsMax } from "#shared/model/org.ts";

import type { PersonRow } from "./file-rows.ts";
import { keptRow } from "./kept-row.ts";
import { LineReader } from "./line-reader.ts";
import { PeopleIndex } from "./people-index.ts";
import { readPersonLine } from "./people-lines.ts";
import type { PersonLine } from "./people-lines.ts";
import { findCycles } from "./reporting-cycles.ts";
import { csvPersonId } from "./row-ids.ts";
import { shownLines } from "./shown-lines.ts";
import { UnitPaths } from "./unit-paths.ts";

/** A line with what its references lead to. */
interface Placed extends PersonLine {
  readonly unitId: OrgUnitId | undefined;
  readonly managerId: PersonId | undefined;
  /** Where the manager is a person of the file. */
  readonly managerKey: string | undefined;
}

/** Checks a file of people whole: every line, then what they say of each other. */
export function checkPeople(
  table: FileTable,
  mapping: FileMapping,
  known: Surroundings,
): CheckedFile {
  const reader = new LineReader(table, mapping);
  const lines = table.lines.flatMap((at) => readPersonLine(reader, at, known.connectionId) ?? []);
  const index = new PeopleIndex(lines);
  const units = new UnitPaths(known);
  const placed = lines.map((line): Placed => ({
    ...line,
    unitId: units.unitOf(reader, line.at),
    ...managerOf(reader, line, { index, known }),
  }));
  refuseShared(reader, lines, "workEmail", ({ workEmail }) => workEmail);
  refuseShared(reader, lines, "employeeNumber", ({ employeeNumber }) => employeeNumber);
  const people = [...Map.groupBy(placed, ({ key }) => key)];
  for (const [, states] of people) refuseRepeats(reader, states);
  refuseCycles(reader, placed);
  const rows = people.map(([key, states]) => personRow(known, key, states));
  return {
    shelves: { people: rows, units: units.rows().map(keptRow) },
    problems: reader.problems,
    shown: shownLines(reader, table.lines, shownFields),
    rows: people.length,
  };
}

const shownFields = [
  "id",
  "employeeNumber",
  "name",
  "firstName",
  "lastName",
  "workEmail",
  "manager",
  "managerEmail",
  "unit",
  "division",
  "department",
  "team",
  "location",
  "status",
  "engagement",
  "startOn",
  "endOn",
  "validFrom",
];

function managerOf(
  reader: LineReader,
  { at, manager }: PersonLine,
  { index, known }: { readonly index: PeopleIndex; readonly known: Surroundings },
): Pick<Placed, "managerId" | "managerKey"> {
  const nobody = { managerId: undefined, managerKey: undefined };
  if (!manager) return nobody;
  const { field, text } = manager;
  const found = index.find(text);
  if (found === "several") {
    reader.refuse(at, field, "may be several people of the file: use the id of one");
    return nobody;
  }
  if (found) {
    return { managerId: csvPersonId(known.connectionId, found.key), managerKey: found.key };
  }
  // Managers may come from another system; those of an earlier file are not in this one any more.
  const others = known
    .people(text)
    .filter((id) => readFactId(id)?.connectionId !== known.connectionId);
  const [managerId] = others;
  if (managerId !== undefined && others.length === 1) return { managerId, managerKey: undefined };
  reader.refuse(
    at,
    field,
    others.length > 1
      ? "may be several people: use an id"
      : "is nobody whom the file or the hub knows: give an id, employee number or work e-mail of a line of this file (a name is not enough), or leave it empty",
  );
  return nobody;
}

/** Two people with one address or number cannot be told apart. */
function refuseShared(
  reader: LineReader,
  lines: readonly PersonLine[],
  field: string,
  valueOf: (line: PersonLine) => string | undefined,
): void {
  const first = new Map<string, PersonLine>();
  for (const line of lines) {
    const value = valueOf(line);
    if (value === undefined) continue;
    const other = first.get(value);
    if (!other) first.set(value, line);
    else if (other.key !== line.key) {
      reader.refuse(
        line.at,
        field,
        `is also that of line ${other.at.line}, another person: correct one`,
      );
    }
  }
}

/** What a person is called by: the first that the file has. */
const idFields = ["id", "employeeNumber"];

/** Several lines for one person tell of several days, or one of them is a mistake. */
function refuseRepeats(reader: LineReader, states: readonly PersonLine[]): void {
  const [first] = states;
  if (!first || states.length === 1) return;
  const field = idFields.find((each) => reader.has(each)) ?? "workEmail";
  if (states.length > placementsMax) {
    reader.refuse(first.at, field, `has ${states.length} lines, and ${placementsMax} are the most`);
  }
  const isDated = states.some(({ validFrom }) => validFrom !== undefined);
  const days = new Map<string, PersonLine>();
  for (const state of states) {
    const other = days.get(state.validFrom ?? "");
    if (other) refuseRepeat(reader, state, { field, line: other.at.line });
    else days.set(state.validFrom ?? "", state);
    if (!other && isDated && state.validFrom === undefined) {
      const message = "is empty although the person has several lines: fill it in";
      reader.refuse(state.at, "validFrom", message);
    }
  }
}

function refuseRepeat(
  reader: LineReader,
  { at, validFrom }: PersonLine,
  { field, line }: { readonly field: string; readonly line: number },
): void {
  const message =
    validFrom === undefined
      ? `stands in line ${line} already: keep one line, or give each a valid-from date`
      : `stands in line ${line} already with the same valid-from date: keep one of them`;
  reader.refuse(at, field, message);
}

function refuseCycles(reader: LineReader, placed: readonly Placed[]): void {
  const reports = placed.map(({ key, validFrom, managerKey }) => ({
    key,
    from: validFrom ?? "",
    managerKey,
  }));
  const lineOf = new Map(placed.map((each) => [each.key, each]));
  for (const cycle of findCycles(reports)) {
    const members = cycle.flatMap((key) => lineOf.get(key) ?? []);
    const [first] = members.toSorted((a, b) => a.at.line - b.at.line);
    if (!first) continue;
    const field = first.manager?.field ?? "manager";
    const way = members
      .slice(0, 10)
      .map(({ at }) => at.line)
      .join(" → ");
    const more = members.length > 10 ? " → …" : "";
    reader.refuse(
      first.at,
      field,
      members.length === 1
        ? "is the person themselves: name their manager, or leave it empty"
        : `begins a reporting line that goes in a circle of ${members.length} people (lines ${way}${more}): correct one of them`,
    );
  }
}

function personRow(known: Surroundings, key: string, states: readonly Placed[]): KeptRow {
  const sorted = states.toSorted((a, b) => ((a.validFrom ?? "") < (b.validFrom ?? "") ? -1 : 1));
  // What is no matter of days is as the newest line that holds has it.
  const now =
    sorted.findLast(({ validFrom }) => validFrom === undefined || validFrom <= known.today) ??
    sorted[0];
  const row: PersonRow = {
    key,
    personId: csvPersonId(known.connectionId, key),
    name: now?.name ?? key,
    ...(now && given(now)),
    stands: sorted.slice(-placementsMax).map(({ validFrom, unitId, managerId }) => ({
      ...(validFrom !== undefined && { validFrom }),
      ...(unitId !== undefined && { unitId }),
      ...(managerId !== undefined && { manager: { personId: managerId } }),
    })),
  };
  return keptRow(row);
}

const plainFields = [
  "workEmail",
  "externalId",
  "employeeNumber",
  "engagement",
  "location",
  "status",
  "startOn",
  "endOn",
] as const;
type PlainField = (typeof plainFields)[number];

/** The fields that the line fills in. */
function given(line: Placed): Partial<Pick<PersonRow, PlainField>> {
  const filled = plainFields.filter((field) => line[field] !== undefined);
  return Object.fromEntries(filled.map((field) => [field, line[field]]));
}
