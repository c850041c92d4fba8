import { guardedCell } from "#shared/kit/formula-guard.ts";

type Cell = string | number | boolean | undefined;

/**
 * Rows as a CSV file (RFC 4180) that spreadsheets open as what it is: with a byte order mark, so that
 * Excel reads UTF-8, and with nothing in it that a spreadsheet would run.
 */
export function writeCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(writeCell).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function writeCell(value: Cell): string {
  const text = value === undefined ? "" : String(value);
  const safe = guardedCell(text);
  const needsQuotes = safe !== text || /[",;\t\r\n]|^\s|\s$/u.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}
