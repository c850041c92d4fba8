import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { FileTable } from "#shared/kit/file-intake.ts";
import { Instant, epochMsOf } from "#shared/model/time.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";

import type { AppContext } from "../app-deps.ts";
import { inTurns, packRows } from "./pack-rows.ts";
import type { UploadPlace } from "./upload-place.ts";

/*
 * A file between being uploaded and being applied. Only the columns that the hub may keep are staged:
 * what else an export holds, pay or birthdays, is never written anywhere.
 */

const collections = { files: "staged", parts: "staged-parts" } as const;
/** Long enough for a look at the file and a question to a colleague. */
const stagedHours = 4;

const Mapping = z.strictObject({
  columns: z.record(z.string(), z.int().nonnegative()),
  dateOrder: z.enum(["day-month-year", "month-day-year"]).optional(),
});
export type StoredMapping = z.infer<typeof Mapping>;

const StagedFile = z.strictObject({
  kind: z.string(),
  fileName: z.string(),
  at: Instant,
  header: z.array(z.string()),
  headerLine: z.int(),
  encoding: z.string(),
  delimiter: z.enum([",", ";", "\t"]),
  /** The columns whose cells are staged, by index. */
  columns: z.array(z.int().nonnegative()),
  mapping: Mapping,
  isDateOrderOpen: z.boolean(),
  lines: z.int().nonnegative(),
  parts: z.int().nonnegative(),
});
export type StagedFile = z.infer<typeof StagedFile>;

/** A line as it is staged: cells beside the line's number, so that an erasure takes the line whole. */
const StagedLine = z.looseObject({ line: z.int() });
const StagedPart = z.strictObject({ lines: z.array(StagedLine) });

/** Puts a file aside; nothing of it is applied yet. Returns its id within the connection. */
export async function stageFile(
  context: AppContext,
  { kept }: UploadPlace,
  staged: Omit<
    StagedFile,
    "at" | "lines" | "parts" | "header" | "headerLine" | "encoding" | "delimiter"
  > & {
    readonly table: FileTable;
  },
): Promise<string> {
  const { table, ...rest } = staged;
  const { header, headerLine, encoding, delimiter, lines } = table;
  const id = context.random(8);
  const at = context.clock.now();
  const slim = lines.map(({ line, cells }) => ({
    line,
    ...Object.fromEntries(
      staged.columns.flatMap((column) => {
        const cell = (cells[column] ?? "").toWellFormed();
        return cell === "" ? [] : [[String(column), cell]];
      }),
    ),
  }));
  const parts = packRows(slim);
  await inTurns([...parts.entries()], ([number, part]) =>
    put(kept, collections.parts, { id: `${id}.${number}`, at, body: { lines: part } }),
  );
  const file: StagedFile = {
    ...rest,
    at,
    header: header.map((name) => name.slice(0, 120).toWellFormed()),
    headerLine,
    encoding,
    delimiter,
    lines: lines.length,
    parts: parts.length,
  };
  await put(kept, collections.files, { id, at, body: bodyOf(file) });
  return id;
}

interface Staged {
  readonly id: string;
  readonly at: Instant;
  readonly body: KeptRecord["body"];
}

async function put(
  kept: UploadPlace["kept"],
  collection: string,
  { id, at, body }: Staged,
  before?: KeptRecord,
): Promise<void> {
  const expiresAtEpochSeconds = Math.floor(epochMsOf(at) / 1000) + stagedHours * 3600;
  const stored = await kept.put(
    collection,
    { id, body, lookups: [], expiresAtEpochSeconds },
    before,
  );
  if (stored.outcome !== "stored") {
    throw new HubError("entity.conflict", "Somebody else works on this upload: look again");
  }
}

/** Its fields are JSON already; undefined ones are left out. */
function bodyOf(file: StagedFile): KeptRecord["body"] {
  return JSON.parse(JSON.stringify(file)) as KeptRecord["body"];
}

/** Throws `entity.not-found`. */
export async function loadStaged(
  { clock }: AppContext,
  { kept }: UploadPlace,
  id: string,
): Promise<{ readonly file: StagedFile; readonly record: KeptRecord }> {
  const record = await kept.get(collections.files, id);
  const file = StagedFile.safeParse(record?.body);
  // The table forgets what has ended hours later.
  const isOver = file.success && clock.nowMs() > epochMsOf(file.data.at) + stagedHours * 3_600_000;
  if (record && file.success && !isOver) return { file: file.data, record };
  const message = `There is no such upload, or it was not applied within ${stagedHours} hours: upload the file again`;
  throw new HubError("entity.not-found", message);
}

/** The table with the columns that were staged; others are empty. */
export async function readStagedTable(
  { kept }: UploadPlace,
  id: string,
  file: StagedFile,
): Promise<FileTable> {
  const ids = Array.from({ length: file.parts }, (_, part) => `${id}.${part}`);
  const records = await kept.byIds(collections.parts, ids);
  const lines = ids.flatMap((each) => {
    const part = StagedPart.safeParse(records.get(each)?.body);
    return part.success ? part.data.lines : [];
  });
  if (lines.length !== file.lines) {
    throw new HubError(
      "entity.conflict",
      "Somebody was erased since this file was uploaded: upload it again, without them",
    );
  }
  const { header, headerLine, encoding, delimiter } = file;
  return {
    header,
    headerLine,
    encoding,
    delimiter,
    lines: lines.map((staged) => ({
      line: staged.line,
      cells: header.map((_, column) => {
        const cell = staged[String(column)];
        return typeof cell === "string" ? cell : "";
      }),
    })),
  };
}

export async function changeStaged(
  { kept }: UploadPlace,
  { record, file }: { readonly record: KeptRecord; readonly file: StagedFile },
): Promise<void> {
  await put(kept, collections.files, { id: record.id, at: file.at, body: bodyOf(file) }, record);
}

/** Forgets a staged file; what cannot be removed now is forgotten by itself. */
export async function removeStaged({ kept }: UploadPlace, id: string): Promise<void> {
  const record = await kept.get(collections.files, id);
  const file = StagedFile.safeParse(record?.body);
  const ids = Array.from({ length: file.data?.parts ?? 0 }, (_, part) => `${id}.${part}`);
  const parts = await kept.byIds(collections.parts, ids);
  await inTurns([...parts.values()], (part) => kept.remove(collections.parts, part));
  if (record) await kept.remove(collections.files, record);
}
