import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { watermarkAfter } from "#shared/kit/watermark.ts";
import { Instant, epochMsOf, hourMs, minuteMs } from "#shared/model/time.ts";

/** Where a pull of what is kept stands. */
export const Position = z.strictObject({
  version: z.literal(1),
  /** When this run began, or the one before it where none is under way. */
  startedAt: Instant,
  /** Only what changed from then on is read; absent: everything. */
  since: Instant.optional(),
  /** The page after which this run goes on; absent: no run is under way. */
  after: z.string().optional(),
});
export type Position = z.infer<typeof Position>;

/** Clocks of two machines never differ by as much. */
const aheadMsMax = hourMs;
/** What was stored while a run began may have been stamped a little before. */
const overlapMs = 5 * minuteMs;

/** Throws `connector.cursor-expired` for what is no position of ours, and for one in the future. */
export function readPosition(text: string, now: Instant): Position {
  const parsed = Position.safeParse(jsonOf(text));
  if (!parsed.success) throw expired("is unreadable");
  const { startedAt, since = startedAt } = parsed.data;
  const latestMs = epochMsOf(now) + aheadMsMax;
  if (epochMsOf(startedAt) > latestMs || epochMsOf(since) > latestMs) {
    throw expired("lies in the future");
  }
  return parsed.data;
}

/** The run that begins now, after the one that ended at this position. */
export function nextRun({ startedAt }: Position, now: Instant): Position {
  const since = watermarkAfter(startedAt, overlapMs);
  return { version: 1, startedAt: now, since };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function expired(why: string): HubError {
  return new HubError("connector.cursor-expired", `The saved position in the directory ${why}`);
}
