import * as z from "zod";

import { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import type { AppContext } from "../app-deps.ts";
import { isAbrupt } from "./compare-rows.ts";
import { exportKinds } from "./exports.ts";
import { holdState } from "./generations.ts";
import { listPlaces } from "./upload-place.ts";
import type { UploadPlace } from "./upload-place.ts";
import type { PreviewedUpload } from "./upload-verbs.ts";

const count = z.int().nonnegative();
const DateOrder = z.enum(["day-month-year", "month-day-year"]).meta({
  description: "Which the file means by 03/04/2026; ISO dates are always understood",
});

/** Base64 is a third longer than what it holds. */
const contentMax = 5_500_000;

export const UploadRequest = z.strictObject({
  kind: z.string().max(40).meta({ description: "One that `GET /api/uploads` lists" }),
  fileName: z.string().max(300).default("file.csv"),
  content: z.string().max(contentMax).optional().meta({ description: "The file as text" }),
  contentBase64: z
    .base64()
    .max(contentMax)
    .optional()
    .meta({ description: "The file's bytes, perhaps packed with gzip; instead of `content`" }),
  encoding: z.enum(["windows-1252"]).optional().meta({
    description: "Absent: UTF-8, or UTF-16 with its byte order mark",
  }),
  connectionId: ConnectionId.optional().meta({
    description: "Absent: the first connection that takes files, made if there is none",
  }),
  mapping: z
    .strictObject({
      columns: z
        .record(z.string(), z.string())
        .meta({ description: "By field, the column's name" }),
      dateOrder: DateOrder.optional(),
    })
    .optional()
    .meta({ description: "Absent: as the last time, or guessed from the columns' names" }),
});

export const MappingRequest = z.strictObject({
  columns: z.record(z.string(), count).meta({ description: "By field, the index of its column" }),
  dateOrder: DateOrder.optional(),
});

export const ApplyRequest = z.strictObject({
  acceptsVanishing: z.boolean().optional().meta({
    description: "More than 30 % of the former file vanish, and that is meant",
  }),
});

export const UndoRequest = z.strictObject({ connectionId: ConnectionId, kind: z.string() });

const Problem = z.strictObject({
  line: count,
  column: count.optional(),
  header: z.string().optional(),
  message: z.string(),
});

export const UploadAnswer = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    kind: z.string(),
    fileName: z.string(),
    at: Instant,
    encoding: z.string(),
    delimiter: z.string(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        field: z.string().optional(),
        isStaged: z.boolean().meta({ description: "False: its content was not kept" }),
      }),
    ),
    dateOrder: DateOrder.optional(),
    isDateOrderOpen: z.boolean(),
    rows: count,
    added: count,
    changed: count,
    vanished: count,
    vanishedKeys: z.array(z.string()).meta({ description: "Some of them" }),
    needsConsent: z
      .boolean()
      .meta({ description: "So many vanish that `acceptsVanishing` is needed" }),
    problemCount: count,
    problems: z.array(Problem).meta({ description: "The first; any refuses the whole file" }),
    shown: z.array(z.strictObject({ line: count, values: z.record(z.string(), z.string()) })),
  })
  .meta({ id: "Upload" });
export type UploadAnswer = z.input<typeof UploadAnswer>;

/** As many as somebody corrects before trying again; the download has them all. */
const problemsShownMax = 200;

export function describeUpload(preview: PreviewedUpload): UploadAnswer {
  const { id, place, kind, file, checked, difference } = preview;
  const { added, changed, vanished, vanishedKeys } = difference;
  const fields = new Map(Object.entries(file.mapping.columns).map(([field, at]) => [at, field]));
  return {
    id,
    connectionId: place.connection.id,
    kind: kind.name,
    fileName: file.fileName,
    at: file.at,
    encoding: file.encoding,
    delimiter: file.delimiter,
    columns: file.header.map((name, at) => {
      const field = fields.get(at);
      return { name, ...(field !== undefined && { field }), isStaged: file.columns.includes(at) };
    }),
    ...(file.mapping.dateOrder !== undefined && { dateOrder: file.mapping.dateOrder }),
    isDateOrderOpen: file.isDateOrderOpen,
    rows: checked.rows,
    added,
    changed,
    vanished,
    vanishedKeys: [...vanishedKeys],
    needsConsent: isAbrupt(difference),
    problemCount: checked.problems.length,
    problems: checked.problems.slice(0, problemsShownMax).map((problem) => ({ ...problem })),
    shown: checked.shown.map(({ line, values }) => ({ line, values: { ...values } })),
  };
}

const File = z.strictObject({ fileName: z.string(), at: Instant, rows: count });

export const UploadsAnswer = z
  .strictObject({
    exports: z.array(z.enum(exportKinds)),
    connections: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        kinds: z.array(
          z.strictObject({
            name: z.string(),
            title: z.string(),
            summary: z.string(),
            needs: z.string(),
            fields: z.array(
              z.strictObject({ name: z.string(), title: z.string(), hint: z.string() }),
            ),
            current: File.optional(),
            former: File.optional(),
            isCarriedOut: z.boolean(),
            events: z.array(
              z.strictObject({
                at: Instant,
                did: z.enum(["applied", "undone"]),
                fileName: z.string(),
                rows: count,
                added: count,
                changed: count,
                vanished: count,
              }),
            ),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "Uploads" });
export type UploadsAnswer = z.input<typeof UploadsAnswer>;

/** What was uploaded so far, and what can be. */
export async function listUploads(context: AppContext): Promise<UploadsAnswer> {
  const places = await listPlaces(context);
  const connections = await Promise.all(places.map(describePlace));
  return { exports: [...exportKinds], connections };
}

async function describePlace(place: UploadPlace): Promise<UploadsAnswer["connections"][number]> {
  const { connection, intake } = place;
  const kinds = await Promise.all(
    intake.kinds.map(async ({ name, title, summary, needs, fields }) => {
      const { state } = await holdState(place, name);
      const { current, former, isCarriedOut, events } = state;
      return {
        name,
        title,
        summary,
        needs,
        fields: fields.map((field) => ({ ...field })),
        ...(current && { current: brief(current) }),
        ...(former && { former: brief(former) }),
        isCarriedOut,
        events,
      };
    }),
  );
  return { id: connection.id, name: connection.name, kinds };
}

function brief({ fileName, at, rows }: z.infer<typeof File>): z.infer<typeof File> {
  return { fileName, at, rows };
}
