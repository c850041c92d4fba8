import * as z from "zod";

import { HubError } from "#shared/errors.ts";

const name = z.string().min(1);
const url = z.url();

/** Every variable that the stack sets, with its form. Names of resources have no defaults: one would hide a wiring error. */
const Everything = z.strictObject({
  TABLE_NAME: name,
  BUS_NAME: name,
  INBOX_QUEUE_URL: url,
  INBOX_DEAD_QUEUE_URL: url,
  PULLS_QUEUE_URL: url,
  PULLS_DEAD_QUEUE_URL: url,
  CUSTOM_QUEUE_URL: url,
  CUSTOM_DEAD_QUEUE_URL: url,
  CUSTOM_QUEUE_ARN: name,
  /** Put before the name of every secret: `throughline/` */
  SECRET_PREFIX: name,
  ACCESS_TOKEN_SECRET_ARN: name,
  /** Where people and sources reach the hub, without a slash at the end. */
  PUBLIC_URL: url,
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]),
});

/**
 * What each function of the topology needs to know: the variables of its rights, no more.
 * `infra/aws/stack.test.ts` holds this list and the stack's to each other.
 */
export const environments = {
  receive: Everything.pick({
    TABLE_NAME: true,
    INBOX_QUEUE_URL: true,
    SECRET_PREFIX: true,
    LOG_LEVEL: true,
  }),
  scim: Everything.pick({
    TABLE_NAME: true,
    INBOX_QUEUE_URL: true,
    PUBLIC_URL: true,
    LOG_LEVEL: true,
  }),
  app: Everything,
  ingest: Everything.pick({
    TABLE_NAME: true,
    INBOX_QUEUE_URL: true,
    SECRET_PREFIX: true,
    LOG_LEVEL: true,
  }),
  pull: Everything.pick({
    TABLE_NAME: true,
    PULLS_QUEUE_URL: true,
    SECRET_PREFIX: true,
    PUBLIC_URL: true,
    LOG_LEVEL: true,
  }),
  detect: Everything.pick({ TABLE_NAME: true, LOG_LEVEL: true }),
  relay: Everything.pick({ BUS_NAME: true, LOG_LEVEL: true }),
  alert: Everything.pick({ TABLE_NAME: true, LOG_LEVEL: true }),
  notify: Everything.pick({
    TABLE_NAME: true,
    SECRET_PREFIX: true,
    PUBLIC_URL: true,
    LOG_LEVEL: true,
  }),
  sweep: Everything.pick({ TABLE_NAME: true, PULLS_QUEUE_URL: true, LOG_LEVEL: true }),
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
