import type {
  DateOrder,
  FileLine,
  FileMapping,
  FileProblem,
  FileTable,
} from "#shared/kit/file-intake.ts";
import { shortText } from "#shared/model/facts.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import { readFileDate } from "./read-date.ts";

/** Longest text of a field; longer ones are told, not cut. */
const lengthMax = 120;

const dateFields: ReadonlySet<string> = new Set(["startOn", "endOn", "validFrom"]);

/** Reads the fields of a file's lines by its mapping, and gathers what is wrong with their places. */
export class LineReader {
  readonly problems: FileProblem[] = [];
  readonly #header: readonly string[];
  readonly #columns: Readonly<Record<string, number>>;
  readonly #dateOrder: DateOrder | undefined;
  readonly #openDates = new Set<number>();

  constructor({ header }: FileTable, { columns, dateOrder }: FileMapping) {
    this.#header = header;
    this.#columns = columns;
    this.#dateOrder = dateOrder;
  }

  has(field: string): boolean {
    return this.#columns[field] !== undefined;
  }

  /** The cell as it stands; empty where the file has no such column. */
  raw({ cells }: FileLine, field: string): string {
    const at = this.#columns[field];
    return at === undefined ? "" : (cells[at] ?? "");
  }

  /** On one line, as it is stored; undefined when empty or, which is told, too long. */
  text(line: FileLine, field: string): string | undefined {
    const text = shortText(this.raw(line, field), Number.MAX_SAFE_INTEGER);
    if (text === undefined || text.length <= lengthMax) return text;
    this.refuse(
      line,
      field,
      `has ${text.length} characters, and ${lengthMax} are the most: shorten it`,
    );
    return undefined;
  }

  /** A text that cannot be left out. */
  needed(line: FileLine, field: string): string | undefined {
    const text = this.text(line, field);
    if (text === undefined && this.raw(line, field).trim() === "") {
      this.refuse(line, field, "is empty: fill it in");
    }
    return text;
  }

  date(line: FileLine, field: string): CalendarDate | undefined {
    const text = this.text(line, field);
    if (text === undefined) return undefined;
    const read = readFileDate(text, this.#dateOrder);
    if ("date" in read) return read.date;
    if ("problem" in read) {
      this.refuse(line, field, read.problem);
      return undefined;
    }
    // Every other line of the column would say the same.
    const column = this.#columns[field] ?? -1;
    if (!this.#openDates.has(column)) {
      this.refuse(
        line,
        field,
        "may be day or month first: say in the mapping which the file means",
      );
    }
    this.#openDates.add(column);
    return undefined;
  }

  /** What the cell is understood as, for people to look at; what cannot be understood is as it stands. */
  shown(line: FileLine, field: string): string {
    const text = shortText(this.raw(line, field), 200) ?? "";
    const read = dateFields.has(field) ? readFileDate(text, this.#dateOrder) : undefined;
    return read && "date" in read ? read.date : text;
  }

  /** A word of a list of known ones. */
  word<T extends string>(
    line: FileLine,
    field: string,
    words: Readonly<Record<string, T>>,
  ): T | undefined {
    const text = this.text(line, field);
    if (text === undefined) return undefined;
    const known = words[text.toLowerCase()];
    if (known === undefined) {
      const examples = [...new Set(Object.values(words))].join(", ");
      this.refuse(line, field, `is a word that nobody knows here: use one of ${examples}`);
    }
    return known;
  }

  /** Tells what is wrong in a cell; the value itself is not repeated. */
  refuse({ line }: FileLine, field: string, message: string): void {
    const at = this.#columns[field];
    const header = at === undefined ? undefined : (this.#header[at] ?? "");
    const place = at === undefined || header === undefined ? {} : { column: at + 1, header };
    this.problems.push({ line, ...place, message });
  }
}
