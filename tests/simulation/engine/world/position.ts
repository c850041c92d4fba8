import { HubError } from "#shared/errors.ts";
import { watermarkAfter } from "#shared/kit/watermark.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

/** Where the reading of a collection stands, in the tool's own time. */
export interface Position {
  /** When it was written, counted by the tool: it may say that older ones are over. */
  readonly epoch: number;
  /** Start of the last run that ended. */
  readonly since?: Instant;
  readonly run?: {
    readonly startedAt: Instant;
    /** Absent in a backfill. */
    readonly fromMs?: number;
    /** The page's place: what it begins behind. */
    readonly after?: string;
  };
}

/** The lists lag behind the records by less than this. */
const overlapMs = 10 * minuteMs;

export function readPosition(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  // Written below, by this very file.
  return JSON.parse(text) as Position;
}

export function beginRun(
  before: Position | undefined,
  serverMs: number,
): NonNullable<Position["run"]> {
  if (before?.run) return before.run;
  const startedAt = instantOf(serverMs);
  if (before?.since === undefined) return { startedAt };
  return { startedAt, fromMs: epochMsOf(watermarkAfter(before.since, overlapMs)) };
}

export function positionAfter(
  run: NonNullable<Position["run"]>,
  {
    epoch,
    after,
    isLast,
    since,
  }: {
    readonly epoch: number;
    readonly after: string | undefined;
    readonly isLast: boolean;
    readonly since: Instant | undefined;
  },
): string {
  const position: Position = isLast
    ? { epoch, since: run.startedAt }
    : {
        epoch,
        ...(since !== undefined && { since }),
        run: { ...run, ...(after !== undefined && { after }) },
      };
  return JSON.stringify(position);
}

export function expired(what: string): HubError {
  return new HubError("connector.cursor-expired", what);
}
