import { HubError } from "#shared/errors.ts";
import type {
  CheckedFile,
  DateOrder,
  FileIntake,
  FileKind,
  FileMapping,
  FileProblem,
  FileTable,
  SuggestedMapping,
  Surroundings,
} from "#shared/kit/file-intake.ts";

import { checkAccounts } from "./check-accounts.ts";
import { checkPeople } from "./check-people.ts";
import { checkTeams } from "./check-teams.ts";
import { accountColumns, guessColumns, peopleColumns, teamColumns } from "./column-names.ts";
import type { ColumnNames } from "./column-names.ts";
import { accountFields, peopleFields, teamFields } from "./file-fields.ts";
import { certainOrder, readFileDate } from "./read-date.ts";
import { readTable } from "./read-table.ts";

interface Kind extends FileKind {
  readonly names: ColumnNames;
  readonly dates: readonly string[];
  /** One field of each list must have a column. */
  readonly required: readonly (readonly string[])[];
  readonly check: (table: FileTable, how: FileMapping, known: Surroundings) => CheckedFile;
}

const kinds: readonly Kind[] = [
  {
    name: "people",
    title: "People",
    summary: "Who works here, for whom, in which unit: an export of the HR system.",
    needs: "An id, employee number or work e-mail, and a name.",
    fields: peopleFields,
    collections: ["people"],
    shelf: "people",
    names: peopleColumns,
    dates: ["startOn", "endOn", "validFrom"],
    required: [
      ["id", "employeeNumber", "workEmail"],
      ["name", "firstName", "lastName"],
    ],
    check: checkPeople,
  },
  {
    name: "teams",
    title: "Teams",
    summary: "Teams beside the HR structure, what they are bound to, and who is in them.",
    needs: "A name.",
    fields: teamFields,
    collections: ["teams"],
    shelf: "teams",
    names: teamColumns,
    dates: ["validFrom"],
    required: [["name"]],
    check: checkTeams,
  },
  {
    name: "accounts",
    title: "Accounts",
    summary: "Whose accounts are whose, where mail addresses cannot tell.",
    needs: "An account and a person.",
    fields: accountFields,
    collections: [],
    shelf: "accounts",
    names: accountColumns,
    dates: [],
    required: [["account"], ["person"]],
    check: checkAccounts,
  },
];

/** The files that people upload: how they are read, understood and checked. */
export const csvIntake: FileIntake = {
  kinds: kinds.map(
    ({ names: _names, dates: _dates, required: _required, check: _check, ...kind }) => kind,
  ),
  readTable,
  suggest: (name, table) => suggest(kindOf(name), table),
  check: (name, table, how, known) => {
    const kind = kindOf(name);
    const missing = missingColumns(kind, table, how);
    if (missing.length > 0) return { shelves: {}, problems: missing, shown: [], rows: 0 };
    const checked = kind.check(table, how, known);
    const problems = checked.problems.toSorted((a, b) => a.line - b.line);
    return { ...checked, problems };
  },
};

function kindOf(name: string): Kind {
  const kind = kinds.find((each) => each.name === name);
  if (kind) return kind;
  const message = `Choose one of: ${kinds.map((each) => each.name).join(", ")}`;
  throw new HubError("input.invalid", message, { issues: [{ path: "kind", message }] });
}

function suggest({ names, dates }: Kind, table: FileTable): SuggestedMapping {
  const columns = guessColumns(table.header, names);
  const cells = dates.flatMap((field) => {
    const at = columns[field];
    return at === undefined ? [] : table.lines.map((line) => line.cells[at] ?? "");
  });
  const orders = new Set(cells.flatMap((cell) => certainOrderOfPair(cell) ?? []));
  // Dates of both orders in one file are mistakes, which the check will name line by line.
  const [dateOrder] = orders.size === 1 ? orders : [];
  const isOpen = cells.some((cell) => cell !== "" && "isOpen" in readFileDate(cell, dateOrder));
  return { columns, ...(dateOrder !== undefined && { dateOrder }), isDateOrderOpen: isOpen };
}

/** 7/7/2026 is certain of its day and tells nothing of the others. */
function certainOrderOfPair(cell: string): DateOrder | undefined {
  const [first, second] = cell.split(/[-/]/u);
  return Number(first) === Number(second) ? undefined : certainOrder(cell);
}

function missingColumns(
  { required, fields }: Kind,
  { header, headerLine }: FileTable,
  { columns }: FileMapping,
): readonly FileProblem[] {
  const titleOf = (name: string) => fields.find((field) => field.name === name)?.title ?? name;
  const strange = Object.entries(columns).flatMap(([field, at]): FileProblem[] => {
    const isField = fields.some(({ name }) => name === field);
    if (isField && at >= 0 && at < header.length) return [];
    const message = isField
      ? `Column ${at + 1} does not exist: the file has ${header.length}`
      : `There is no field “${field.slice(0, 60)}”`;
    return [{ line: headerLine, message }];
  });
  const missing = required.flatMap((alternatives): FileProblem[] => {
    if (alternatives.some((field) => columns[field] !== undefined)) return [];
    const wanted = alternatives.map(titleOf).join(", ");
    const message =
      alternatives.length === 1
        ? `No column is chosen for ${wanted}: choose it, or add it to the file`
        : `No column is chosen for any of ${wanted}: choose one, or add it to the file`;
    return [{ line: headerLine, message }];
  });
  return [...strange, ...missing];
}
