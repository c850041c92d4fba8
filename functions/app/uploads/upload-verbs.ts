import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type {
  CheckedFile,
  FileKind,
  FileMapping,
  FileTable,
  SuggestedMapping,
} from "#shared/kit/file-intake.ts";
import { readShelf } from "#shared/kit/uploaded-files.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { compareRows } from "./compare-rows.ts";
import type { Difference } from "./compare-rows.ts";
import { holdState } from "./generations.ts";
import { refuseErased } from "./refuse-erased.ts";
import {
  changeStaged,
  loadStaged,
  readStagedTable,
  removeStaged,
  stageFile,
} from "./staged-file.ts";
import type { StagedFile, StoredMapping } from "./staged-file.ts";
import { readSurroundings } from "./surroundings.ts";
import {
  assertTaking,
  intakeFor,
  kindOf,
  loadPlace,
  placeForUpload,
  readUploadId,
} from "./upload-place.ts";
import type { UploadPlace } from "./upload-place.ts";

export interface NewUpload {
  readonly kind: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** Windows-1252 must be declared: its bytes are valid in every encoding. */
  readonly encoding?: string | undefined;
  readonly connectionId?: ConnectionId | undefined;
  /** How to read it, by the names of its columns; absent: as it was read the last time, or guessed. */
  readonly mapping?: NamedMapping | undefined;
}

/** Which column holds which field, by the names that the file gives its columns. */
export interface NamedMapping {
  readonly columns: Readonly<Record<string, string>>;
  readonly dateOrder?: FileMapping["dateOrder"];
}

/** Takes a file in for a look; nothing is applied. Throws `input.invalid` for what is no such file. */
export async function uploadFile(context: AppContext, upload: NewUpload): Promise<string> {
  const { kind: name, bytes, encoding, mapping: named } = upload;
  // Read before a connection is made for it: what is no file leaves nothing behind.
  const intake = await intakeFor(context, upload.connectionId);
  const kind = kindOf({ intake }, name);
  const table = intake.readTable(bytes, encoding);
  const place = await placeForUpload(context, upload.connectionId);
  assertTaking(place);
  const suggested = await suggestion(place, kind, table);
  const mapping = named ? byIndex(table, named) : suggested;
  // What nobody chose is not kept, whatever it may be.
  const columns = [...new Set(Object.values(mapping.columns))];
  await refuseErased(context, place, { table, columns });
  const id = await stageFile(context, place, {
    kind: kind.name,
    fileName: plainFileName(upload.fileName),
    table,
    columns,
    mapping: stored(mapping),
    isDateOrderOpen: suggested.isDateOrderOpen,
  });
  context.logger.info("upload.staged", {
    connectionId: place.connection.id,
    kind: kind.name,
    rows: table.lines.length,
  });
  return `${place.connection.id}.${id}`;
}

const mappings = "mappings";
const Remembered = z.strictObject({
  columns: z.record(z.string(), z.string()),
  dateOrder: z.enum(["day-month-year", "month-day-year"]).optional(),
});

/** As a file of these columns was read the last time; otherwise what their names tell. */
async function suggestion(
  { intake, kept }: UploadPlace,
  { name }: FileKind,
  table: FileTable,
): Promise<SuggestedMapping> {
  const suggested = intake.suggest(name, table);
  const remembered = Remembered.safeParse((await kept.get(mappings, name))?.body);
  if (!remembered.success) return suggested;
  const { columns } = remembered.data;
  const isSame = Object.values(columns).every((header) => table.header.includes(header));
  return isSame ? { ...suggested, ...byIndex(table, { columns }) } : suggested;
}

/** Remembers how the columns of a kind of file are named, for the next of its sort. */
export async function rememberMapping({ kept }: UploadPlace, file: StagedFile): Promise<void> {
  const columns = Object.fromEntries(
    Object.entries(file.mapping.columns).map(([field, at]) => [field, file.header[at] ?? ""]),
  );
  const before = await kept.get(mappings, file.kind);
  // Who is faster is remembered: it is but a suggestion.
  await kept.put(mappings, { id: file.kind, body: { columns }, lookups: [] }, before);
}

function byIndex({ header }: FileTable, { columns, dateOrder }: NamedMapping): FileMapping {
  const found = Object.entries(columns).map(([field, name]) => {
    const at = header.indexOf(name);
    if (at >= 0) return [field, at] as const;
    const message = "The file has no column of this name";
    throw new HubError("input.invalid", message, {
      issues: [{ path: `mapping.columns.${field}`, message }],
    });
  });
  return { columns: Object.fromEntries(found), ...(dateOrder !== undefined && { dateOrder }) };
}

function stored({ columns, dateOrder }: FileMapping): StoredMapping {
  return { columns: { ...columns }, ...(dateOrder !== undefined && { dateOrder }) };
}

/** A name for the history, without the folders that some browsers send. */
function plainFileName(name: string): string {
  const last = name.toWellFormed().split(/[\\/]/u).at(-1) ?? "";
  return last.replaceAll(/\p{Cc}/gu, "").slice(0, 120) || "file.csv";
}

/** A staged file as it is being mapped. */
export interface OpenUpload {
  readonly id: string;
  readonly own: string;
  readonly place: UploadPlace;
  readonly kind: FileKind;
  readonly file: StagedFile;
}

export async function openUpload(context: AppContext, id: string): Promise<OpenUpload> {
  const { connectionId, own } = readUploadId(id);
  const place = await loadPlace(context, connectionId);
  const { file } = await loadStaged(context, place, own);
  return { id, own, place, kind: kindOf(place, file.kind), file };
}

/** Says which column holds which field. Only columns that were staged can be chosen. */
export async function mapUpload(
  context: AppContext,
  id: string,
  mapping: FileMapping,
): Promise<void> {
  const { place, own } = await openUpload(context, id);
  const staged = await loadStaged(context, place, own);
  const { columns } = staged.file;
  const strange = Object.entries(mapping.columns).filter(([, at]) => !columns.includes(at));
  if (strange.length > 0) {
    const message =
      "The content of this column was not kept, because nothing was known that it is for: choose the file once more, together with this choice";
    throw new HubError("input.invalid", message, {
      issues: strange.map(([field]) => ({ path: `columns.${field}`, message })),
    });
  }
  await changeStaged(place, { ...staged, file: { ...staged.file, mapping: stored(mapping) } });
}

/** A staged file as it would be applied. */
export interface PreviewedUpload extends OpenUpload {
  readonly checked: CheckedFile;
  readonly difference: Difference;
}

export async function previewUpload(context: AppContext, id: string): Promise<PreviewedUpload> {
  const open = await openUpload(context, id);
  const { place, own, kind, file } = open;
  const table = await readStagedTable(place, own, file);
  const known = await readSurroundings(context, place, kind);
  const checked = place.intake.check(kind.name, table, file.mapping, known);
  const { state } = await holdState(place, kind.name);
  const before = await readShelf(place.kept, state.current, kind.shelf);
  return { ...open, checked, difference: compareRows(before, checked.shelves[kind.shelf] ?? []) };
}

export async function discardUpload(context: AppContext, id: string): Promise<void> {
  const { place, own } = await openUpload(context, id);
  await removeStaged(place, own);
}
