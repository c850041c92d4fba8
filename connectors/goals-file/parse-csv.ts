import { parse } from "csv-parse/sync";

import { HubError } from "#shared/errors.ts";
import { unguardedCell } from "#shared/kit/formula-guard.ts";

import { rowKeys } from "./row.ts";
import type { RawRow } from "./row.ts";

/** What spreadsheets call our columns, in lower case without spaces and signs. */
const columnNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(rowKeys.map((key) => [key.toLowerCase(), key])),
  name: "title",
  goal: "title",
  parentid: "parent",
  type: "kind",
  starton: "start",
  startdate: "start",
  dueon: "due",
  duedate: "due",
  link: "url",
  supports: "supportedBy",
};

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * The rows of a CSV file with a header line; comma, semicolon or tab. Columns that we do not know are
 * ignored. Throws `connector.misconfigured` when the header lacks `id` or `title`.
 */
export function parseCsv(text: string): readonly RawRow[] {
  const [header, ...rows] = readRecords(text);
  const columns = (header?.record ?? []).map(
    (name) => columnNames[name.toLowerCase().replace(/[^a-z]/gu, "")],
  );
  for (const required of ["id", "title"]) {
    if (!columns.includes(required)) {
      throw notCsv(`its first line names no column ${required}`);
    }
  }
  let line = header?.info.lines ?? 1;
  return rows.map(({ record, info }): RawRow => {
    // `lines` counts to the end of the record; a quoted cell may span several.
    const first = line + 1;
    line = info.lines;
    const values = Object.fromEntries(
      columns.flatMap((key, at) => (key === undefined ? [] : [[key, cellOf(key, record[at])]])),
    );
    const placeOf = ([key]: readonly PropertyKey[]) => {
      const at = key === undefined ? -1 : columns.findIndex((column) => column === key);
      return at < 0 ? `line ${first}` : `line ${first}, column ${at + 1} (${String(key)})`;
    };
    return { values, placeOf };
  });
}

function readRecords(text: string): readonly Parsed[] {
  try {
    // With `info`, each record comes with its position; the library's types do not say so.
    return parse(text, {
      bom: true,
      info: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly Parsed[];
  } catch (error) {
    if (error instanceof Error && "code" in error && "lines" in error) {
      const code = String(error.code).replace(/^CSV_/u, "").toLowerCase().replaceAll("_", " ");
      throw notCsv(`line ${String(error.lines)}: ${code}`);
    }
    throw error;
  }
}

/** The sign that the header uses most. */
function delimiterOf(text: string): string {
  const header = text.split(/\r?\n/u, 1)[0] ?? "";
  const count = (sign: string) => header.split(sign).length;
  return [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}

function cellOf(key: string, cell: string | undefined): unknown {
  // Exports of the hub keep spreadsheets from running a title.
  if (key !== "supportedBy") return cell === undefined ? undefined : unguardedCell(cell);
  return cell?.split(/[\s;|]+/u).filter((url) => url !== "");
}

function notCsv(why: string): HubError {
  return new HubError("connector.misconfigured", `The goals file cannot be read as CSV: ${why}`);
}
