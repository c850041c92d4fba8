import * as z from "zod";

import { HubError } from "#shared/errors.ts";

/** Where a pull stands in the ids of everybody, which come in a lasting order; null: at the beginning. */
const Position = z.strictObject({ after: z.string().min(1).nullable() });

/** Throws `connector.cursor-expired` for text that is no position of ours. */
export function readPosition(text: string): string | undefined {
  try {
    const parsed = Position.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.after ?? undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new HubError("connector.cursor-expired", "The saved position of people is unreadable");
}

export function writePosition(after: string | undefined): string {
  return JSON.stringify({ after: after ?? null });
}
