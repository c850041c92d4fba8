import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { watermarkAfter } from "#shared/kit/watermark.ts";
import { dayMs, epochMsOf, hourMs, Instant, minuteMs } from "#shared/model/time.ts";

/** One query of ids, which one after another are read by id. */
const IdsProgress = z.strictObject({
  way: z.literal("ids"),
  /** Of the page of ids that holds the last id that was read; absent: the first page. */
  token: z.string().optional(),
  /** That last id; absent: none of the page was read. */
  after: z.string().optional(),
});
export type IdsProgress = z.infer<typeof IdsProgress>;

/** Several queries at once, each for a window of time in which issues were created. */
const LanesProgress = z.strictObject({
  way: z.literal("lanes"),
  /** Between the windows, as JQL writes moments; the first and the last window have one end. */
  cuts: z.array(z.string().max(20)).max(100),
  /** The first window that no lane has begun. */
  next: z.int().nonnegative(),
  /** The windows being read, each with the token of its next page; absent: its first page. */
  lanes: z.array(z.strictObject({ window: z.int().nonnegative(), token: z.string().optional() })),
});
export type LanesProgress = z.infer<typeof LanesProgress>;
export type Progress = IdsProgress | LanesProgress;

/** More than a thousand projects, and room for the rest of a position. */
export const keysLengthMax = 11_000;

/** Where the reading of issues stands. */
const IssuesPosition = z.strictObject({
  version: z.literal(2),
  /** Start of the last run that ended; absent before the first. */
  since: Instant.optional(),
  /** Start of the last run that looked far back. */
  deepAt: Instant.optional(),
  /** Lower bound of a run that had days to catch up with; the next one that looks far back begins there. */
  caughtUpFrom: Instant.optional(),
  /** Projects and their keys when a run last looked far back, as `id:key,id:key`. */
  keys: z.string().max(keysLengthMax).optional(),
  /** The run under way. */
  run: z
    .strictObject({
      startedAt: Instant,
      /** Lower bound of `updated`; absent in a backfill. */
      from: Instant.optional(),
      isDeep: z.boolean(),
      /** Keys of projects that had others before: their issues are read whole. */
      renamed: z.array(z.string()).optional(),
      /** On whose clocks its queries wrote moments. */
      timeZone: z.string().optional(),
      total: z.int().nonnegative().optional(),
      progress: z.discriminatedUnion("way", [IdsProgress, LanesProgress]).optional(),
    })
    .optional(),
});
export type IssuesPosition = z.infer<typeof IssuesPosition>;
export type IssuesRun = NonNullable<IssuesPosition["run"]>;

/** Jira's search index lags by seconds, sometimes minutes; re-reading costs no write. */
const overlapMs = 10 * minuteMs;
/**
 * Now and then the index was seen hours late (2 were not enough, 12 were, in reports of 2025): a few
 * times a day a run looks back a whole day.
 */
const deepOverlapMs = dayMs;
const deepEveryMs = 6 * hourMs;
/**
 * A run that looks back further makes up for days of silence. Part of what it meets may be out of sight
 * just then, or what its addresses lead to; no later run would look back so far: it is read once more.
 */
const usualMsMax = deepOverlapMs + dayMs;

/** Clocks differ, but not by so much: a later moment was never ours, and would hide all changes before it. */
const aheadMsMax = dayMs;
/** What a cursor can keep (shared/model/connection.ts), with room to spare. */
const positionLengthMax = 19_000;

/** Throws `connector.cursor-expired` on a position that is not one of ours. */
export function readIssuesPosition(text: string | undefined, now: Instant): IssuesPosition {
  if (text === undefined) return { version: 2 };
  const position = readPosition(IssuesPosition, text);
  const { since, deepAt, caughtUpFrom, run } = position;
  refuseAhead([since, deepAt, caughtUpFrom, run?.startedAt, run?.from], now);
  return position;
}

/** The run to do now: the interrupted one, or a new one. */
export function currentRun(position: IssuesPosition, now: Instant): IssuesRun {
  if (position.run) return position.run;
  if (position.since === undefined) return { startedAt: now, isDeep: true };
  const deepAtMs = position.deepAt === undefined ? 0 : epochMsOf(position.deepAt);
  const isDeep = epochMsOf(now) - deepAtMs >= deepEveryMs;
  const from = watermarkAfter(position.since, isDeep ? deepOverlapMs : overlapMs);
  const { caughtUpFrom = from } = position;
  return { startedAt: now, isDeep, from: isDeep && caughtUpFrom < from ? caughtUpFrom : from };
}

/** The position after a page of a run; without progress that is left to make, after the run. */
export function positionAfter(
  position: IssuesPosition,
  run: IssuesRun,
  progress: Progress | undefined,
): string {
  if (progress) return fitting({ ...position, run: { ...run, progress } }, progress);
  const deepAt = run.isDeep ? run.startedAt : position.deepAt;
  const caughtUpFrom = caughtUpAfter(position, run);
  const next: IssuesPosition = {
    version: 2,
    since: run.startedAt,
    ...(deepAt !== undefined && { deepAt }),
    ...(caughtUpFrom !== undefined && { caughtUpFrom }),
    ...(position.keys !== undefined && { keys: position.keys }),
  };
  return JSON.stringify(next);
}

function caughtUpAfter(
  { caughtUpFrom }: IssuesPosition,
  { isDeep, startedAt, from }: IssuesRun,
): Instant | undefined {
  if (caughtUpFrom !== undefined) return isDeep ? undefined : caughtUpFrom;
  if (from === undefined) return undefined;
  return epochMsOf(startedAt) - epochMsOf(from) > usualMsMax ? from : undefined;
}

/** Should Jira's tokens be far longer than ever seen, the windows under way begin again after a crash. */
function fitting(position: IssuesPosition, progress: Progress): string {
  const text = JSON.stringify(position);
  if (text.length <= positionLengthMax || !position.run) return text;
  const short: Progress =
    progress.way === "ids"
      ? { way: "ids" }
      : { ...progress, lanes: progress.lanes.map(({ window }) => ({ window })) };
  return JSON.stringify({ ...position, run: { ...position.run, progress: short } });
}

/** Where the reading of accounts stands. */
const AccountsPosition = z.strictObject({
  version: z.literal(1),
  startAt: z.int().min(0).max(10_000_000),
  /** When the last run that ended had begun. */
  since: Instant.optional(),
  /** When the run under way began. */
  startedAt: Instant.optional(),
});
export type AccountsPosition = z.infer<typeof AccountsPosition>;

/** Throws `connector.cursor-expired` on a position that is not one of ours. */
export function readAccountsPosition(text: string | undefined, now: Instant): AccountsPosition {
  if (text === undefined) return { version: 1, startAt: 0 };
  const position = readPosition(AccountsPosition, text);
  refuseAhead([position.since, position.startedAt], now);
  return position;
}

function refuseAhead(moments: readonly (Instant | undefined)[], now: Instant): void {
  const latestMs = epochMsOf(now) + aheadMsMax;
  const isAhead = moments.some((moment) => moment !== undefined && epochMsOf(moment) > latestMs);
  if (isAhead) throw cursorExpired();
}

function readPosition<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw cursorExpired();
}

function cursorExpired(): HubError {
  return new HubError(
    "connector.cursor-expired",
    "The saved position in Jira is not one that this release knows; the collection is read anew",
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
