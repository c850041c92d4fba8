import type { Context } from "hono";

import { HubError } from "#shared/errors.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import { parseInput } from "../http/route.ts";
import type { NewUpload } from "./upload-verbs.ts";

type UploadForm = Omit<NewUpload, "kind" | "mapping"> & { readonly kind: string | undefined };

/** The form that sends a file. Throws `input.invalid` where none was chosen. */
export async function readUploadForm(c: Context): Promise<UploadForm> {
  const body = await c.req.parseBody();
  const file = await fileIn(body["file"]);
  if (!file) {
    const message = "Choose a file";
    throw new HubError("input.invalid", message, { issues: [{ path: "file", message }] });
  }
  const connectionId = textIn(body["connectionId"]);
  return {
    ...file,
    kind: textIn(body["kind"]),
    encoding: textIn(body["encoding"]),
    ...(connectionId !== undefined && {
      connectionId: parseInput(ConnectionId, connectionId, "connectionId"),
    }),
  };
}

interface MappingForm {
  readonly columns: Readonly<Record<string, number>>;
  readonly dateOrder: string | undefined;
  readonly upload: Pick<NewUpload, "fileName" | "bytes"> | undefined;
}

/** The form that says which column is what. Throws `input.invalid` where two are the same. */
export async function readMappingForm(c: Context, columnCount: number): Promise<MappingForm> {
  const body = await c.req.parseBody();
  const columns: Record<string, number> = {};
  for (let at = 0; at < columnCount; at += 1) {
    const field = textIn(body[`column-${at}`]);
    if (field === undefined) continue;
    if (field in columns) {
      const message = "Two columns are chosen for one field: leave one of them for nothing";
      throw new HubError("input.invalid", message, { issues: [{ path: field, message }] });
    }
    columns[field] = at;
  }
  return { columns, dateOrder: textIn(body["dateOrder"]), upload: await fileIn(body["file"]) };
}

type Field = unknown;

function textIn(value: Field): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

async function fileIn(value: Field): Promise<MappingForm["upload"]> {
  if (!(value instanceof File) || value.size === 0) return undefined;
  return { fileName: value.name, bytes: new Uint8Array(await value.arrayBuffer()) };
}
