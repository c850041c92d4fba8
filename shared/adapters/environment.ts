import * as z from "zod";

import { HubError } from "#shared/errors.ts";

const name = z.string().min(1);
const url = z.url();

/**
 * Every variable that the stack sets, with its form. A function's own schema
 * (`functions/<name>/environment.ts`) picks those that its rights need; `infra/aws/stack.test.ts`
 * holds both to each other. Names of resources have no defaults: a default would hide a wiring error.
 */
export const variables = {
  TABLE_NAME: name,
  BUS_NAME: name,
  INBOX_QUEUE_URL: url,
  INBOX_DEAD_QUEUE_URL: url,
  PULLS_QUEUE_URL: url,
  PULLS_DEAD_QUEUE_URL: url,
  /** Put before the name of every secret: `throughline/` */
  SECRET_PREFIX: name,
  ACCESS_TOKEN_SECRET_ARN: name,
  /** Where people and sources reach the hub, without a slash at the end. */
  PUBLIC_URL: url,
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]),
} as const;

/**
 * Parses a function's variables out of the process's, which hold Lambda's own too. Throws one error
 * that names every missing or malformed variable, so that one look at the log is enough.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  source: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const own = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, source[key]]));
  const parsed = schema.safeParse(own);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  const list = issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new HubError("invariant.broken", `The function's environment is incomplete: ${list}`, {
    issues,
  });
}
