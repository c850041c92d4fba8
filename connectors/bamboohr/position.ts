import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { epochMsOf, hourMs, Instant, readInstant } from "#shared/model/time.ts";

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

/** Clocks of two machines never differ by as much. */
const aheadMsMax = hourMs;

/**
 * Throws `connector.cursor-expired` for text that is no position of ours, and for one that lies in the
 * future: it would pass over all that happens until then.
 */
export function readPosition(text: string, now: Instant): Position {
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
  if (!parsed.success) throw expired("is unreadable");
  const latestMs = epochMsOf(now) + aheadMsMax;
  if (momentsOf(parsed.data).some((moment) => epochMsOf(moment) > latestMs)) {
    throw expired("lies in the future");
  }
  return parsed.data;
}

function momentsOf(position: Position): readonly Instant[] {
  if (position.phase === "list") return [position.startedAt];
  const { since, run } = position;
  const done = readInstant(run?.done[0]);
  return [since, ...(run ? [run.startedAt] : []), ...(done === undefined ? [] : [done])];
}

function expired(why: string): HubError {
  return new HubError("connector.cursor-expired", `The saved position of employees ${why}`);
}

export function writePosition(position: Position): string {
  return JSON.stringify(position);
}
