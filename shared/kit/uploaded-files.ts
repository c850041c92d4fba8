import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { Instant } from "#shared/model/time.ts";
import type { KeptRecords } from "#shared/ports/kept-records.ts";
import type { Json } from "#shared/ports/table.ts";

/*
 * How the rows of uploaded files are kept for a connection. The newest file of a kind is a generation
 * of rows, written whole before one record, its state, names it: readers see the old one or the new one.
 *
 *   files   <kind>                        the state of a kind of file
 *   parts   <generation>.<shelf>.<number> some of the rows of a generation, many in one record
 */

export const uploadCollections = { files: "files", parts: "parts" } as const;

const Shelf = z.strictObject({ parts: z.int().nonnegative(), rows: z.int().nonnegative() });

/** The rows of one file, as they were checked, on shelves by what they are. */
export const Generation = z.strictObject({
  id: z.string().regex(/^[0-9a-z]{4,20}$/u),
  fileName: z.string().max(200),
  at: Instant,
  /** Rows of the file itself. */
  rows: z.int().nonnegative(),
  shelves: z.record(z.string(), Shelf),
});
export type Generation = z.infer<typeof Generation>;

/** What happened to a kind of file, newest first. */
const UploadEvent = z.strictObject({
  at: Instant,
  did: z.enum(["applied", "undone"]),
  fileName: z.string().max(200),
  rows: z.int().nonnegative(),
  added: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  vanished: z.int().nonnegative(),
});
export type UploadEvent = z.infer<typeof UploadEvent>;

/** The state of one kind of file. */
export const FileState = z.strictObject({
  current: Generation.optional(),
  /** What undoing returns to. */
  former: Generation.optional(),
  /** A generation whose rows are being written; nothing else may be, until it is old. */
  pending: z.strictObject({ id: z.string(), since: Instant }).optional(),
  /** False while what the current generation says is still being carried out. */
  isCarriedOut: z.boolean().default(true),
  events: z.array(UploadEvent).max(50).default([]),
});
export type FileState = z.infer<typeof FileState>;

/** A row as it is kept; `key` is unique on its shelf. */
export interface KeptRow {
  readonly key: string;
  readonly [field: string]: Json;
}

/** Few enough that a part stays far below the 400 KB of an item. */
export const rowsPerPart = 250;

export function partId(generation: string, shelf: string, part: number): string {
  return `${generation}.${shelf}.${String(part)}`;
}

/** The state of a kind of file; undefined where none was ever uploaded. Throws `connector.drifted`. */
export async function readFileState(
  kept: Pick<KeptRecords, "byIds">,
  kind: string,
): Promise<FileState | undefined> {
  const record = (await kept.byIds(uploadCollections.files, [kind])).get(kind);
  if (!record) return undefined;
  const parsed = FileState.safeParse(record.body);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new HubError("connector.drifted", `The state of the uploaded file is broken at ${path}`);
}

const Part = z.strictObject({ rows: z.array(z.looseObject({ key: z.string() })) });

/** Rows of some parts of a shelf, parsed by nobody yet; undefined where a part is not there. */
export async function readParts(
  kept: Pick<KeptRecords, "byIds">,
  generation: Generation,
  { shelf, parts }: { readonly shelf: string; readonly parts: readonly number[] },
): Promise<readonly (readonly KeptRow[])[] | undefined> {
  const ids = parts.map((part) => partId(generation.id, shelf, part));
  const records = await kept.byIds(uploadCollections.parts, ids);
  const read: (readonly KeptRow[])[] = [];
  for (const id of ids) {
    const record = records.get(id);
    if (!record) return undefined;
    const parsed = Part.safeParse(record.body);
    if (!parsed.success) {
      const path = parsed.error.issues[0]?.path.join(".") ?? "";
      throw new HubError("connector.drifted", `Part ${id} of an upload is broken at ${path}`);
    }
    // Read from JSON, so whatever else a row holds is JSON.
    read.push(parsed.data.rows as readonly KeptRow[]);
  }
  return read;
}

/** All rows of a shelf of a generation; it must be one that is kept. */
export async function readShelf(
  kept: Pick<KeptRecords, "byIds">,
  generation: Generation | undefined,
  shelf: string,
): Promise<readonly KeptRow[]> {
  const count = generation?.shelves[shelf]?.parts ?? 0;
  if (!generation || count === 0) return [];
  const parts = Array.from({ length: count }, (_, part) => part);
  const read = await readParts(kept, generation, { shelf, parts });
  if (!read)
    throw new HubError("entity.conflict", "Another file was applied meanwhile: look again");
  return read.flat();
}
