import { validateHeaderName, validateHeaderValue } from "node:http";

import * as z from "zod";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const HttpResult = z.looseObject({
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
});

/**
 * Reads what a function answers to an HTTP event. Without a status code the whole value is the JSON
 * body of a 200, as in payload format 2.0; undefined if it has one but is no answer.
 */
export function readHttpResult(value: unknown): HttpAnswer | undefined {
  const hasStatus = typeof value === "object" && value !== null && "statusCode" in value;
  if (!hasStatus) {
    const body = typeof value === "string" ? value : JSON.stringify(value ?? null);
    return {
      status: 200,
      headers: [["content-type", "application/json"]],
      body: Buffer.from(body),
    };
  }
  const { success, data } = HttpResult.safeParse(value);
  if (!success) return undefined;
  const named = Object.entries(data.headers ?? {}).map(
    ([name, text]) => [name.toLowerCase(), String(text)] as const,
  );
  const cookies = (data.cookies ?? []).map((cookie) => ["set-cookie", cookie] as const);
  const headers = [...named.filter(([name]) => !framing.has(name)), ...cookies];
  if (!headers.every(isSendable)) return undefined;
  return {
    status: data.statusCode,
    headers,
    body: Buffer.from(data.body ?? "", data.isBase64Encoded === true ? "base64" : "utf8"),
  };
}

/** These belong to the connection, which is the server's. */
const framing = new Set(["connection", "content-length", "keep-alive", "transfer-encoding"]);

/** A line break in a header would let its author write the rest of the answer. */
function isSendable([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
