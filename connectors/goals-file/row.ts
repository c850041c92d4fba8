import * as z from "zod";

import { GoalKind, WorkStatus } from "#shared/model/facts.ts";
import { CalendarDate } from "#shared/model/time.ts";

const textOrNumber = z.union([z.string(), z.number()]).transform(String).pipe(z.string().trim());
/** An empty cell and a missing one are the same. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" || value === null ? undefined : value), schema.optional());

const Url = z.url({ protocol: /^https?$/u, error: "is not an http address" }).max(500);

/** Words that people use for the four statuses. */
const statusWords: Readonly<Record<string, WorkStatus>> = {
  open: "in-progress",
  active: "in-progress",
  planned: "todo",
  closed: "done",
  achieved: "done",
  cancelled: "dropped",
};

const Status = z
  .string()
  .trim()
  .toLowerCase()
  .transform((word) => statusWords[word] ?? word)
  .pipe(WorkStatus);

/** One goal of the file, its words checked. Keys are as the documentation has them. */
export const GoalRow = z.strictObject({
  id: textOrNumber.pipe(z.string().min(1).max(120)),
  title: textOrNumber.pipe(z.string().min(1).max(255)),
  /** The id of another row, or the address of a goal in another tool. */
  parent: optional(textOrNumber),
  kind: optional(z.string().trim().toLowerCase().pipe(GoalKind)),
  status: optional(Status),
  team: optional(textOrNumber.pipe(z.string().max(120))),
  start: optional(z.string().trim().pipe(CalendarDate)),
  due: optional(z.string().trim().pipe(CalendarDate)),
  progress: optional(z.coerce.number().min(0).max(1)),
  url: optional(Url),
  supportedBy: optional(z.array(Url).max(500)),
});
export type GoalRow = z.infer<typeof GoalRow>;

/** What a row can hold, for messages and headers. */
export const rowKeys: readonly string[] = Object.keys(GoalRow.shape);

/** A row before it is checked, with the way to where it stands. */
export interface RawRow {
  readonly values: unknown;
  /** "line 7", and "line 7, column 9" for a part of it: an index path into the values. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** A row that was understood. */
export interface PlacedRow {
  readonly row: GoalRow;
  readonly placeOf: RawRow["placeOf"];
}
