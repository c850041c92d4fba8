import type { AccountId, ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import type { KeptRow } from "./uploaded-files.ts";

/** A column that a kind of file can have. */
export interface FileField {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
}

/** A kind of file that a connector takes from people's hands. */
export interface FileKind {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly fields: readonly FileField[];
  /** In words, what a file cannot do without. */
  readonly needs: string;
  /** The connector's collections that read its rows; none: its rows say whose accounts are whose. */
  readonly collections: readonly string[];
  /** The shelf of its own rows; others hold what follows from them. */
  readonly shelf: string;
}

/** A wrong place in a file: a line, a column, what is wrong there and what to do about it. */
export interface FileProblem {
  /** From 1, as editors count; 0 for the file as a whole. */
  readonly line: number;
  /** From 1; absent where the whole line is meant. */
  readonly column?: number;
  /** What the file itself calls the column. */
  readonly header?: string;
  readonly message: string;
}

export interface FileLine {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file as a table; its cells are texts. */
export interface FileTable {
  readonly header: readonly string[];
  /** The line of the header. */
  readonly headerLine: number;
  readonly lines: readonly FileLine[];
  readonly encoding: string;
  readonly delimiter: "," | ";" | "\t";
}

/** In which order the dates of a file have day, month and year; ISO dates are always understood. */
export type DateOrder = "day-month-year" | "month-day-year";

/** Which column holds which field, and how to read dates. */
export interface FileMapping {
  /** By field, the index of its column. */
  readonly columns: Readonly<Record<string, number>>;
  readonly dateOrder?: DateOrder | undefined;
}

/** What is suggested for a file before anybody chose. */
export interface SuggestedMapping extends FileMapping {
  /** Dates of which 03/04/2026 may be either: somebody must say. */
  readonly isDateOrderOpen: boolean;
}

/** What the hub knows beside the file, by the words that files use. Several: the word is ambiguous. */
export interface Surroundings {
  readonly connectionId: ConnectionId;
  readonly today: CalendarDate;
  /** By id, work e-mail or employee number; never by name. */
  readonly people: (text: string) => readonly PersonId[];
  /** By id or by name. */
  readonly units: (text: string) => readonly { readonly id: OrgUnitId; readonly level: number }[];
  /** By the tool's own id or by work e-mail, in the tools of that name or in all. */
  readonly accounts: (tool: string | undefined, text: string) => readonly AccountId[];
}

/** A line that was understood, as people may look at it before it is applied. */
export interface ShownLine {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

export interface CheckedFile {
  /** By shelf. Not to be kept as long as there are problems. */
  readonly shelves: Readonly<Record<string, readonly KeptRow[]>>;
  readonly problems: readonly FileProblem[];
  readonly shown: readonly ShownLine[];
  readonly rows: number;
}

/** The files that a connector takes: how they are read and checked. Pure, apart from being lazy. */
export interface FileIntake {
  readonly kinds: readonly FileKind[];
  /** Bytes to a table. Throws `input.invalid`, with line and column in the issues, where there is none. */
  readTable(bytes: Uint8Array, encoding?: string): FileTable;
  suggest(kind: string, table: FileTable): SuggestedMapping;
  check(kind: string, table: FileTable, how: FileMapping, known: Surroundings): CheckedFile;
}
