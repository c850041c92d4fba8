import type { Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type * as z from "zod";

import type { RenderStatus } from "#shared/testing/simulator/request-faults.ts";

import type { JiraEnv } from "./access.ts";
import { JqlError } from "./jql/jql-error.ts";
import { Refusal } from "./refusal.ts";

/** Jira's error body. */
export function errorBody(
  messages: readonly string[],
  errors: Readonly<Record<string, string>> = {},
) {
  return { errorMessages: messages, errors };
}

/** Answers what the routes throw as Jira words it. */
export function answerErrors(app: Hono<JiraEnv>): void {
  app.onError((error, c) => {
    if (error instanceof Refusal) {
      const messages = Object.keys(error.errors).length > 0 ? [] : [error.message];
      return c.json(errorBody(messages, error.errors), error.status);
    }
    if (error instanceof JqlError) return c.json(errorBody([error.message]), 400);
    if (error instanceof HTTPException) return error.getResponse();
    // A defect of the simulator: a person runs it, so the terminal may say what happened.
    process.stderr.write(`${error.stack ?? error.message}\n`);
    return c.json(errorBody(["Internal server error"]), 500);
  });
  app.notFound((c) => c.html("<html><body><h1>404 Not Found</h1></body></html>", 404));
}

/** Parses a JSON body; what does not fit is answered with 400. */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.infer<S>> {
  const text = await c.req.text();
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Refusal(
    400,
    "Invalid request payload. Refer to the REST API documentation and try again.",
  );
}

/** Undefined for what is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What Jira answers when an armed fault wants a status. */
export const renderStatus: RenderStatus = (status) => {
  if (status === 429) {
    return {
      body: errorBody(["Rate limit exceeded."]),
      headers: {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "0",
        "ratelimit-reason": "jira-burst-based",
      },
    };
  }
  // Failures of the gateway in front of Jira come as pages, not as JSON.
  const isGateway = status === 502 || status === 503;
  return { body: isGateway ? "<html>Service unavailable</html>" : errorBody([`Error ${status}`]) };
};
