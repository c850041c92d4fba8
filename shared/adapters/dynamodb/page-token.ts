import { HubError } from "#shared/errors.ts";
import { indexes } from "#shared/ports/table.ts";
import type { QueryRequest } from "#shared/ports/table.ts";

/** The key at which a page ended: the table's, and in an index also the index's. All are text. */
export type PageKey = Readonly<Record<string, string>>;

export function writePageToken(key: PageKey): string {
  return Buffer.from(JSON.stringify(key), "utf8").toString("base64url");
}

/** Reads the token of a query; `input.invalid` when it is not one, or is one of another query. */
export function readQueryToken(request: QueryRequest): PageKey | undefined {
  if (request.after === undefined) return undefined;
  const index = request.index === undefined ? undefined : indexes[request.index];
  const partition = index?.partition ?? "pk";
  const sort = index?.sort ?? "sk";
  const key = readPageToken(request.after, ["pk", "sk", partition, sort]);
  if (
    key[partition] !== request.partition ||
    key[sort]?.startsWith(request.sortPrefix ?? "") !== true
  ) {
    throw foreignToken();
  }
  return key;
}

/** Reads the token of a scan; `input.invalid` when it is not one. */
export function readScanToken(after: string | undefined): PageKey | undefined {
  return after === undefined ? undefined : readPageToken(after, ["pk", "sk"]);
}

function readPageToken(token: string, attributes: readonly string[]): PageKey {
  const names = new Set(attributes);
  const parsed = parse(Buffer.from(token, "base64url").toString("utf8"));
  if (typeof parsed !== "object" || parsed === null) throw foreignToken();
  const key: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed) as [string, unknown][]) {
    if (!names.has(name) || typeof value !== "string" || value === "") throw foreignToken();
    key[name] = value;
  }
  if (Object.keys(key).length !== names.size) throw foreignToken();
  return key;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw foreignToken(error);
  }
}

function foreignToken(cause?: unknown): HubError {
  return new HubError(
    "input.invalid",
    "The page token is not one of this list: start without one",
    {
      cause,
    },
  );
}
