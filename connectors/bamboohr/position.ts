import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { Instant } from "#shared/model/time.ts";

/** Where a pull of employees stands. */
export const Position = z.discriminatedUnion("phase", [
  /** In the list of everybody; `after` is BambooHR's cursor. */
  z.strictObject({ phase: z.literal("list"), startedAt: Instant, after: z.string().optional() }),
  /** Changes since `since` are due; inside of a run, those up to `done` are stored. */
  z.strictObject({
    phase: z.literal("changed"),
    since: Instant,
    run: z
      .strictObject({
        startedAt: Instant,
        /** Order of the run: when changed, then id. */
        done: z.tuple([z.string(), z.string()]),
      })
      .optional(),
  }),
]);
export type Position = z.infer<typeof Position>;

/** Throws `connector.cursor-expired` for text that is no position of ours. */
export function readPosition(text: string): Position {
  const parsed = z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch (error) {
        context.addIssue({ code: "custom", message: String(error) });
        return z.NEVER;
      }
    })
    .pipe(Position)
    .safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HubError("connector.cursor-expired", "The saved position of employees is unreadable");
}

export function writePosition(position: Position): string {
  return JSON.stringify(position);
}
