import type { FileLine, ShownLine } from "#shared/kit/file-intake.ts";

import type { LineReader } from "./line-reader.ts";

/** As many as one looks over before one believes that the columns are the right ones. */
const shownMax = 10;

/** The first lines by field, for a preview. What was wrong in them is told elsewhere. */
export function shownLines(
  reader: LineReader,
  lines: readonly FileLine[],
  fields: readonly string[],
): readonly ShownLine[] {
  const given = fields.filter((field) => reader.has(field));
  return lines.slice(0, shownMax).map((line) => ({
    line: line.line,
    values: Object.fromEntries(given.map((field) => [field, reader.shown(line, field)])),
  }));
}
