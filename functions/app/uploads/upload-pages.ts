import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { FileKind } from "#shared/kit/file-intake.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, withNotice } from "../page/page-input.ts";
import { applyUpload, resumeUpload, undoUpload } from "./apply-upload.ts";
import { exportFile, readExportKind } from "./exports.ts";
import { MappingRequest, UndoRequest, describeUpload, listUploads } from "./upload-answers.ts";
import { readMappingForm, readUploadForm } from "./upload-forms.ts";
import { uploadPage } from "./upload-page.ts";
import { discardUpload, mapUpload, openUpload, previewUpload, uploadFile } from "./upload-verbs.ts";
import { uploadsPage } from "./uploads-page.ts";
import { writeCsv } from "./write-csv.ts";

/** The pages of files that come and go. */
export function serveUploadPages(app: Hono, context: AppContext): void {
  app.get("/uploads", (c) => showUploads(context, c));

  app.post("/uploads", async (c) => {
    const { kind = "", ...form } = await readUploadForm(c);
    try {
      return c.redirect(`/uploads/${await uploadFile(context, { kind, ...form })}`, 303);
    } catch (error) {
      return showUploads(context, c, { ...shown(error), kind });
    }
  });

  app.get("/uploads/template.csv", async (c) => {
    const kind = (await allKinds(context)).find(({ name }) => name === c.req.query("kind"));
    if (!kind) throw new HubError("entity.not-found", "There is no such kind of file");
    const titles = kind.fields.map(({ title }) => title);
    return sendCsv(c, `${kind.name}.csv`, writeCsv(titles, []));
  });

  app.post("/uploads/undo", (c) => change(context, c, undoUpload));
  app.post("/uploads/resume", (c) => change(context, c, resumeUpload));

  app.get("/uploads/:id", (c) => showUpload(context, c));

  app.get("/uploads/:id/mistakes.csv", async (c) => {
    const { checked } = await previewUpload(context, c.req.param("id"));
    const rows = checked.problems.map(({ line, column, header, message }) => [
      line,
      column,
      header,
      message,
    ]);
    return sendCsv(c, "mistakes.csv", writeCsv(["line", "column", "name", "what is wrong"], rows));
  });

  app.post("/uploads/:id/mapping", (c) => changeMapping(context, c));

  app.post("/uploads/:id/apply", async (c) => {
    const body = await c.req.parseBody();
    try {
      const acceptsVanishing = body["acceptsVanishing"] === "on";
      await applyUpload(context, c.req.param("id"), { acceptsVanishing });
      return c.redirect(withNotice("/uploads", "upload-applied"), 303);
    } catch (error) {
      return showUpload(context, c, shown(error));
    }
  });

  app.post("/uploads/:id/discard", async (c) => {
    await discardUpload(context, c.req.param("id"));
    return c.redirect(withNotice("/uploads", "upload-discarded"), 303);
  });

  app.get("/exports/:file", async (c) => {
    const kind = readExportKind(c.req.param("file").replace(/\.csv$/u, ""));
    const connection = c.req.query("connectionId");
    const id =
      connection === undefined ? undefined : parseInput(ConnectionId, connection, "connectionId");
    const { fileName, csv } = await exportFile(context, kind, id);
    return sendCsv(c, fileName, csv);
  });
}

/** The columns that somebody chose; with the file once more, where content is needed that was not kept. */
async function changeMapping(context: AppContext, c: Context): Promise<Response> {
  const id = c.req.param("id") ?? "";
  try {
    const open = await openUpload(context, id);
    const { columns, dateOrder, upload } = await readMappingForm(c, open.file.header.length);
    const mapping = parseInput(MappingRequest, { columns, ...(dateOrder && { dateOrder }) }, "");
    if (!upload) {
      await mapUpload(context, id, mapping);
      return c.redirect(`/uploads/${id}`, 303);
    }
    const named = Object.entries(mapping.columns).map(([field, at]) => [
      field,
      open.file.header[at] ?? "",
    ]);
    const again = await uploadFile(context, {
      ...upload,
      kind: open.kind.name,
      connectionId: open.place.connection.id,
      ...(open.file.encoding === "windows-1252" && { encoding: open.file.encoding }),
      mapping: {
        columns: Object.fromEntries(named) as Record<string, string>,
        dateOrder: mapping.dateOrder,
      },
    });
    await discardUpload(context, id);
    return c.redirect(`/uploads/${again}`, 303);
  } catch (error) {
    return showUpload(context, c, shown(error));
  }
}

async function change(
  context: AppContext,
  c: Context,
  verb: (context: AppContext, id: ConnectionId, kind: string) => Promise<void>,
): Promise<Response> {
  const { connectionId, kind } = parseInput(UndoRequest, await c.req.parseBody(), "");
  await verb(context, connectionId, kind);
  return c.redirect(withNotice("/uploads", "upload-applied"), 303);
}

type Shown = Pick<HubError, "message" | "issues"> & { readonly status: 400 | 409 | 413 };

/** A refusal that people can mend; anything else goes on up. */
function shown(error: unknown): Shown {
  const status = error instanceof HubError ? error.traits.httpStatus : undefined;
  if (error instanceof HubError && (status === 400 || status === 409 || status === 413)) {
    return { message: error.message, issues: error.issues, status };
  }
  throw error;
}

async function showUploads(
  context: AppContext,
  c: Context,
  refused?: Shown & { readonly kind: string },
): Promise<Response> {
  const [uploads, kinds] = await Promise.all([listUploads(context), allKinds(context)]);
  const page = uploadsPage({ uploads, kinds, notice: noticeOf(c), refused });
  return c.html(page, refused?.status ?? 200);
}

async function showUpload(context: AppContext, c: Context, refused?: Shown): Promise<Response> {
  const preview = await previewUpload(context, c.req.param("id") ?? "");
  const page = uploadPage({
    upload: describeUpload(preview),
    kind: preview.kind,
    notice: noticeOf(c),
    refused: refused?.message,
  });
  return c.html(page, refused?.status ?? 200);
}

async function allKinds({ registry }: AppContext): Promise<readonly FileKind[]> {
  const takers = registry.connectors.flatMap(({ files }) => files ?? []);
  const intakes = await Promise.all(takers.map((load) => load()));
  return intakes.flatMap(({ kinds }) => kinds);
}

function sendCsv(c: Context, fileName: string, csv: string): Response {
  return c.body(csv, 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${fileName}"`,
  });
}
