import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { dayMs, epochMsOf, hourMs, Instant, instantOf, minuteMs } from "#shared/model/time.ts";

/** Where the reading of issues stands. */
const IssuesPosition = z.strictObject({
  version: z.literal(1),
  /** Start of the last run that ended; absent before the first. */
  since: Instant.optional(),
  /** Start of the last run that looked far back. */
  deepAt: Instant.optional(),
  /** The run under way. */
  run: z
    .strictObject({
      startedAt: Instant,
      /** Lower bound of `updated`; absent in a backfill. */
      from: Instant.optional(),
      isDeep: z.boolean(),
      pageToken: z.string().optional(),
      total: z.int().nonnegative().optional(),
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

/** Throws `connector.cursor-expired` on a position that is not one of ours. */
export function readIssuesPosition(text: string | undefined): IssuesPosition {
  return text === undefined ? { version: 1 } : readPosition(IssuesPosition, text);
}

/** The run to do now: the interrupted one, or a new one. */
export function currentRun(position: IssuesPosition, now: Instant): IssuesRun {
  if (position.run) return position.run;
  if (position.since === undefined) return { startedAt: now, isDeep: true };
  const deepAtMs = position.deepAt === undefined ? 0 : epochMsOf(position.deepAt);
  const isDeep = epochMsOf(now) - deepAtMs >= deepEveryMs;
  const backMs = isDeep ? deepOverlapMs : overlapMs;
  return { startedAt: now, isDeep, from: instantOf(epochMsOf(position.since) - backMs) };
}

/** The position after a page of a run; without a next page, after the run. */
export function positionAfter(
  position: IssuesPosition,
  run: IssuesRun,
  nextPageToken: string | undefined,
): string {
  const next: IssuesPosition =
    nextPageToken === undefined
      ? {
          version: 1,
          since: run.startedAt,
          ...(run.isDeep
            ? { deepAt: run.startedAt }
            : position.deepAt !== undefined && { deepAt: position.deepAt }),
        }
      : { ...position, run: { ...run, pageToken: nextPageToken } };
  return JSON.stringify(next);
}

const AccountsPosition = z.strictObject({ version: z.literal(1), startAt: z.int().nonnegative() });

export function readAccountsPosition(text: string | undefined): number {
  return text === undefined ? 0 : readPosition(AccountsPosition, text).startAt;
}

export function accountsPosition(startAt: number): string {
  return JSON.stringify({ version: 1, startAt } satisfies z.infer<typeof AccountsPosition>);
}

function readPosition<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new HubError(
    "connector.cursor-expired",
    "The saved position in Jira is of another release; the collection is read anew",
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
