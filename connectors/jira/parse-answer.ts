import type * as z from "zod";

import { HubError } from "#shared/errors.ts";

/** An answer by our schema of it. Messages name places in the answer, never values of it. */
export function parseAnswer<S extends z.ZodType>(
  schema: S,
  answer: unknown,
  what: string,
): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? "" : `${issue.path.join(".")} ${issue.code}`;
  throw new HubError(
    "connector.drifted",
    `Jira's answer for ${what} is not as documented: ${where}`,
  );
}
