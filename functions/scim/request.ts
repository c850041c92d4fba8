import type { APIGatewayProxyEventV2 } from "aws-lambda";

import { scimPath } from "./render.ts";
import { ScimError, invalidSyntax, notFound } from "./scim-error.ts";
import { isRecord } from "./shape.ts";

/** A request as the protocol sees it. */
export interface ScimRequest {
  readonly method: string;
  /** Below `/scim/v2`, decoded: `["Users", "2819c223"]`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A group of twenty thousand members, each with its name beside its id, is below this. */
const bodyBytesMax = 4_000_000;

/** Throws a `ScimError` for an address that is none. */
export function requestOf(event: APIGatewayProxyEventV2): ScimRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return {
    method: event.requestContext.http.method,
    segments: segmentsOf(event.rawPath),
    query: new URLSearchParams(event.rawQueryString),
    headers,
    body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
  };
}

function segmentsOf(path: string): readonly string[] {
  const below = path.slice(path.indexOf(scimPath) + scimPath.length);
  try {
    return below
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    throw notFound();
  }
}

const mediaTypes = new Set(["application/scim+json", "application/json", "text/json"]);

/** The JSON object that was sent. Throws a `ScimError`. */
export function bodyOf({ body, headers }: ScimRequest): Readonly<Record<string, unknown>> {
  if (body.byteLength > bodyBytesMax) {
    throw new ScimError(413, `A request may have at most ${bodyBytesMax} bytes`);
  }
  const [type = ""] = (headers["content-type"] ?? "").split(";", 1);
  if (type !== "" && !mediaTypes.has(type.trim().toLowerCase())) {
    throw new ScimError(415, "Send application/scim+json");
  }
  const sent = parsed(Buffer.from(body).toString("utf8"));
  if (!isRecord(sent)) throw invalidSyntax("The body must be a JSON object");
  return sent;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidSyntax("The body is not JSON");
  }
}
