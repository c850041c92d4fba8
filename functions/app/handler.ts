import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from "aws-lambda";
import { handle } from "hono/aws-lambda";

import type { AppDeps } from "./app-deps.ts";
import { createApp } from "./app.ts";

/** Answers HTTP API events (payload format 2.0) with the app. */
export function createHandler(
  deps: AppDeps,
): (
  event: APIGatewayProxyEventV2,
  context?: LambdaContext,
) => Promise<APIGatewayProxyStructuredResultV2> {
  const answer = handle(createApp(deps));
  return async function handler(event, context) {
    const result = await answer(encoded(event), context as Parameters<typeof answer>[1]);
    return result as APIGatewayProxyStructuredResultV2;
  };
}

/**
 * HTTP APIs give `rawPath` percent-decoded, function URLs and the local hub as it was sent. What can
 * never stand literally in a path is encoded again; what is encoded already stays as it is.
 * (github.com/middleapi/standard-server/pull/93, 2026-11)
 */
function encoded(event: APIGatewayProxyEventV2): Parameters<ReturnType<typeof handle>>[0] {
  const rawPath = event.rawPath.replaceAll(
    /[^!$&'()*+,\-./0-9:;=@A-Z_a-z~%]|%(?![0-9A-Fa-f]{2})/gu,
    (character) => encodeURIComponent(character),
  );
  // Two descriptions of one AWS shape: hono's and that of @types/aws-lambda.
  return { ...event, rawPath } as unknown as Parameters<ReturnType<typeof handle>>[0];
}
