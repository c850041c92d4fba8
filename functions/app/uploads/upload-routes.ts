import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { applyUpload, undoUpload } from "./apply-upload.ts";
import { exportFile, exportKinds } from "./exports.ts";
import {
  ApplyRequest,
  MappingRequest,
  UndoRequest,
  UploadAnswer,
  UploadRequest,
  UploadsAnswer,
  describeUpload,
  listUploads,
} from "./upload-answers.ts";
import { discardUpload, mapUpload, previewUpload, uploadFile } from "./upload-verbs.ts";

const topic = "Uploads";
const params = z.strictObject({ id: z.string().max(60) });

/** Files that people upload, and what they can take out. */
export function uploadRoutes(context: AppContext): readonly Route[] {
  const read = async (id: string) => describeUpload(await previewUpload(context, id));
  return [
    defineRoute({
      method: "get",
      path: "/api/uploads",
      topic,
      summary: "The kinds of file that are taken, and what was uploaded",
      answer: UploadsAnswer,
      run: () => listUploads(context),
    }),
    defineRoute({
      method: "post",
      path: "/api/uploads",
      topic,
      summary: "Take a file in for a look; nothing is applied",
      body: UploadRequest,
      status: 201,
      answer: UploadAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ body }) => {
        const { content, contentBase64, ...rest } = body;
        const bytes = bytesOf(content, contentBase64);
        return read(await uploadFile(context, { ...rest, bytes }));
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/uploads/undo",
      topic,
      summary: "Return to the file before the newest; once more returns to the newest",
      body: UndoRequest,
      status: 202,
      answer: UploadsAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ body }) => {
        await undoUpload(context, body.connectionId, body.kind);
        return listUploads(context);
      },
    }),
    ...stagedRoutes(context, read),
    defineRoute({
      method: "get",
      path: "/api/exports/{kind}",
      topic,
      summary: "People, units, accounts or goals as CSV that can be uploaded again",
      params: z.strictObject({ kind: z.enum(exportKinds) }),
      query: z.strictObject({
        connectionId: ConnectionId.optional().meta({ description: "Only what it brought" }),
      }),
      answer: z.strictObject({ fileName: z.string(), rows: z.int(), csv: z.string() }),
      run: ({ params, query }) => exportFile(context, params.kind, query.connectionId),
    }),
  ];
}

/** What can be done with a file that was taken in. */
function stagedRoutes(
  context: AppContext,
  read: (id: string) => Promise<z.input<typeof UploadAnswer>>,
): readonly Route[] {
  return [
    defineRoute({
      method: "put",
      path: "/api/uploads/{id}/mapping",
      topic,
      summary: "Say which column holds which field, and how dates are written",
      params,
      body: MappingRequest,
      answer: UploadAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await mapUpload(context, params.id, body);
        return read(params.id);
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/uploads/{id}/apply",
      topic,
      summary: "Apply the file, whole or not at all",
      params,
      body: ApplyRequest,
      status: 202,
      answer: UploadsAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await applyUpload(context, params.id, body);
        return listUploads(context);
      },
    }),
    defineRoute({
      method: "get",
      path: "/api/uploads/{id}",
      topic,
      summary: "The file as it would be applied: counts, first lines, mistakes by line and column",
      params,
      answer: UploadAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: ({ params }) => read(params.id),
    }),
    defineRoute({
      method: "delete",
      path: "/api/uploads/{id}",
      topic,
      summary: "Forget the file",
      params,
      answer: UploadsAnswer,
      refusals: ["entity.not-found"],
      run: async ({ params }) => {
        await discardUpload(context, params.id);
        return listUploads(context);
      },
    }),
  ];
}

function bytesOf(content: string | undefined, contentBase64: string | undefined): Uint8Array {
  if ((content === undefined) === (contentBase64 === undefined)) {
    const message = "Give either content or contentBase64";
    throw new HubError("input.invalid", message, { issues: [{ path: "content", message }] });
  }
  if (content !== undefined) return Buffer.from(content.toWellFormed(), "utf8");
  return Buffer.from(contentBase64 ?? "", "base64");
}
