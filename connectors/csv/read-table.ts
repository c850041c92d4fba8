import { parse } from "csv-parse/sync";

import { HubError } from "#shared/errors.ts";
import type { FileLine, FileTable } from "#shared/kit/file-intake.ts";
import { unguardedCell } from "#shared/kit/formula-guard.ts";

import { decodeText } from "./decode-text.ts";

const rowsMax = 200_000;
const columnsMax = 100;
/** Longer than anything that a field may hold; a quote that nobody closed makes cells of megabytes. */
const cellLengthMax = 20_000;

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * A CSV file (RFC 4180) with a header line; comma, semicolon or tab. Empty lines are skipped. Throws
 * `input.invalid` or `input.too-large` with line, column and what to do.
 */
export function readTable(bytes: Uint8Array, declaredEncoding?: string): FileTable {
  const { text, encoding } = decodeText(bytes, declaredEncoding);
  // One sign for a new line, in cells too: an editor counts them alike.
  const clean = text.replace(/^\uFEFF/u, "").replaceAll(/\r\n?/gu, "\n");
  const declared = /^sep=([,;\t])\n/u.exec(clean);
  const body = declared ? clean.slice(declared[0].length) : clean;
  const delimiter = readDelimiter(declared?.[1]) ?? delimiterOf(body);
  const [header, ...lines] = numbered(records(body, delimiter, declared ? 1 : 0), declared ? 2 : 1);
  if (!header)
    throw wrong("The file is empty: it needs a first line with the names of its columns");
  refuseWidth(header, lines);
  if (lines.length === 0) throw wrong("The file has a header and no rows", header.line);
  if (lines.length > rowsMax) {
    const count = lines.length.toLocaleString("en");
    const message = `The file has ${count} rows, and ${rowsMax.toLocaleString("en")} are taken at once: split it`;
    throw new HubError("input.too-large", message);
  }
  return { header: header.cells, headerLine: header.line, lines, encoding, delimiter };
}

function records(text: string, delimiter: string, linesAbove: number): readonly Parsed[] {
  try {
    // With `info`, each record comes with its position; the library's types do not say so.
    return parse(text, {
      info: true,
      delimiter,
      relax_column_count: true,
      record_delimiter: "\n",
      max_record_size: cellLengthMax * 5,
    }) as unknown as readonly Parsed[];
  } catch (error) {
    throw notCsv(error, linesAbove);
  }
}

/** Each record with the line where it begins; quoted cells may span several, and empty lines count. */
function numbered(parsed: readonly Parsed[], firstLine: number): readonly FileLine[] {
  let next = firstLine;
  return parsed.flatMap(({ record, info }) => {
    const line = next;
    next = info.lines + firstLine;
    const isEmpty = record.every((cell) => cell.trim() === "");
    return isEmpty ? [] : [{ line, cells: record.map((cell) => unguardedCell(cell.trim())) }];
  });
}

function refuseWidth(header: FileLine, lines: readonly FileLine[]): void {
  const { length } = header.cells;
  if (length > columnsMax) {
    throw wrong(`There are ${length} columns, and ${columnsMax} are read at most`, header.line);
  }
  for (const { line, cells } of lines) {
    const huge = cells.findIndex((cell) => cell.length > cellLengthMax);
    if (huge >= 0) {
      const message = `A cell has more than ${cellLengthMax} characters: is a quote not closed?`;
      throw wrong(message, line, huge + 1);
    }
    // Spreadsheets write empty cells to the right of a table.
    const extra = cells.findIndex((cell, at) => at >= length && cell !== "");
    if (extra >= 0) {
      const message = `The line has ${cells.length} cells and the header ${length}: put cells that hold a separator into double quotes`;
      throw wrong(message, line, extra + 1);
    }
  }
}

/** The sign that the header uses most, outside of quotes. */
function delimiterOf(text: string): FileTable["delimiter"] {
  const header = /^\n*((?:"(?:[^"]|"")*"|[^"\n])*)/u.exec(text.slice(0, 100_000))?.[1] ?? "";
  const bare = header.replaceAll(/"(?:[^"]|"")*"/gu, "");
  const count = (sign: string) => bare.split(sign).length;
  const signs = [",", ";", "\t"] as const;
  return signs.toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}

function readDelimiter(sign: string | undefined): FileTable["delimiter"] | undefined {
  return sign === "," || sign === ";" || sign === "\t" ? sign : undefined;
}

/** What the library's codes mean for whoever has the file (csv.js.org/parse/errors, 2026-11). */
const meanings: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED:
    "a double quote that opens here or above is never closed: close it, or double it",
  CSV_INVALID_CLOSING_QUOTE:
    "after a closing double quote there is more text: double the quotes that belong to the text",
  INVALID_OPENING_QUOTE:
    "a double quote stands in the middle of a cell: put the cell into quotes and double it",
  CSV_MAX_RECORD_SIZE: "the line is far too long: is a double quote not closed?",
};

function notCsv(error: unknown, linesAbove: number): HubError {
  if (!(error instanceof Error) || !("code" in error)) {
    return wrong("The file cannot be read as CSV: export it again");
  }
  const line = "lines" in error ? Number(error.lines) : Number.NaN;
  const index = "index" in error ? Number(error.index) : Number.NaN;
  const meaning = meanings[String(error.code)] ?? "it cannot be read as CSV: export it again";
  const at = Number.isInteger(line) ? Math.max(1, line) + linesAbove : undefined;
  return wrong(meaning, at, Number.isInteger(index) ? index + 1 : undefined);
}

function wrong(message: string, line?: number, column?: number): HubError {
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(column === undefined ? [] : [`column ${column}`]),
  ].join(", ");
  const whole = place === "" ? message : `${place}: ${message}`;
  return new HubError("input.invalid", `The file cannot be taken: ${whole}`, {
    issues: [{ path: place === "" ? "file" : place, message }],
  });
}
