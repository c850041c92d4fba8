import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

import { HubError, framesOf } from "#shared/errors.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { encode } from "./answer.ts";
import type { ScimAnswer } from "./answer.ts";
import { Authenticator } from "./authenticate.ts";
import type { ScimDeps } from "./directory.ts";
import { requestOf } from "./request.ts";
import { ScimError } from "./scim-error.ts";
import { serve } from "./serve.ts";

/** Decodes an HTTP API event (payload format 2.0), and encodes the answer; a failure is an answer too. */
export function createHandler(
  deps: ScimDeps,
): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  const authenticator = new Authenticator(deps);
  return async function handler(event) {
    try {
      return encode(await serve(deps, authenticator, requestOf(event)));
    } catch (error) {
      return encode(refusalOf(deps.logger, error));
    }
  };
}

/** So long until what the hub waits for itself may be there again. */
const retryAfterSeconds = 5;

function refusalOf(logger: Logger, error: unknown): ScimAnswer {
  if (error instanceof ScimError) {
    const headers = {
      ...(error.status === 401 && { "www-authenticate": 'Bearer realm="SCIM"' }),
      ...(error.status === 503 && { "retry-after": String(retryAfterSeconds) }),
    };
    return { status: error.status, body: error.toBody(), headers };
  }
  const isOurs = error instanceof HubError && error.code !== "store.unavailable";
  const code = error instanceof HubError ? error.code : "unexpected";
  logger.error("scim.failed", {
    code,
    ...(error instanceof Error && { errorName: error.name, stack: framesOf(error) }),
  });
  // Whatever was not there may be there soon: table and queue are somebody else's machines.
  if (error instanceof HubError && !isOurs) {
    const unavailable = new ScimError(503, "The hub cannot keep this now: try again");
    return {
      status: 503,
      body: unavailable.toBody(),
      headers: { "retry-after": String(retryAfterSeconds) },
    };
  }
  return { status: 500, body: new ScimError(500, "The hub failed; its log says why").toBody() };
}
