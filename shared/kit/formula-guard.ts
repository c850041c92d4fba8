/*
 * Spreadsheets run what looks like a formula, whoever wrote it: a work item called `=HYPERLINK(…)` must
 * stay text. What OWASP lists gets an apostrophe before it, full-width signs too, because spreadsheets
 * take them for the others (owasp.org/www-community/attacks/CSV_Injection, 2026-11).
 */

const startsFormula = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** A text as a cell that no spreadsheet runs. `unguardedCell` gives the text back. */
export function guardedCell(text: string): string {
  return startsFormula.test(text) ? `'${text}` : text;
}

/** The text of a cell, without the apostrophe that `guardedCell`, or a person, put there. */
export function unguardedCell(cell: string): string {
  return cell.startsWith("'") && startsFormula.test(cell) ? cell.slice(1) : cell;
}
