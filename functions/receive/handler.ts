import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

import type { Clock } from "#shared/ports/clock.ts";

import { receive } from "./receive.ts";
import type { Incoming, ReceiveDeps } from "./receive.ts";

/** Decodes an HTTP API event (payload format 2.0) to raw bytes, and encodes the answer. */
export function createHandler(
  deps: ReceiveDeps,
): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  return async function handler(event) {
    const answer = await receive(deps, incomingOf(event, deps.clock));
    return {
      statusCode: answer.status,
      headers: { "content-type": "application/json", ...answer.headers },
      body: answer.body ? JSON.stringify(answer.body) : "",
    };
  };
}

function incomingOf(event: APIGatewayProxyEventV2, clock: Clock): Incoming {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return {
    connector: event.pathParameters?.["connector"] ?? "",
    connectionId: event.pathParameters?.["connectionId"] ?? "",
    headers,
    query: Object.fromEntries(new URLSearchParams(event.rawQueryString)),
    body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
    receivedAt: clock.now(),
  };
}
