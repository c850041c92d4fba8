import { isTokenRefused } from "./expired-token.ts";
import { createdJql } from "./jql.ts";
import type { LanesProgress } from "./position.ts";
import { endlessPages, type Step } from "./pull-step.ts";
import { readRecords } from "./reading.ts";
import type { JiraSession } from "./session.ts";

/** With all our fields Jira gives 100 a page at the most, as far as seen (2026-11). */
const issuesPerPage = 100;

interface LanePage extends Omit<Step, "progress"> {
  readonly window: number;
  readonly nextToken: string | undefined;
}

/**
 * Reads all issues of a query with their fields, in several windows of creation side by side: each
 * issue is paid for once, which counts where points are limited. At most one page per lane is in memory;
 * what is given says of every lane where it stands. Where one lane fails, the pages that others have on
 * their way are paid for as well: they are given before its error is thrown.
 */
export async function* pagesByLanes(
  session: JiraSession,
  where: string,
  start: LanesProgress,
): AsyncGenerator<Step> {
  const { cuts } = start;
  const lanes = new Map(start.lanes.map(({ window, token }) => [window, token] as const));
  const reading = new Map<number, Promise<Outcome>>();
  const failures: unknown[] = [];
  let { next } = start;
  const begin = (window: number, token: string | undefined, isSaved = false) => {
    lanes.set(window, token);
    if (failures.length > 0) return;
    const lane = { window, token, isSaved, jql: jqlOf(where, cuts, window) };
    reading.set(window, outcomeOf(window, readLane(session, lane)));
  };
  const beginNext = () => {
    if (next > cuts.length || failures.length > 0) return;
    begin(next, undefined);
    next += 1;
  };
  try {
    for (const [window, token] of lanes) begin(window, token, true);
    while (reading.size < session.context.settings.readsAtOnce && next <= cuts.length) beginNext();
    while (reading.size > 0) {
      const outcome = await Promise.race(reading.values());
      reading.delete(outcome.window);
      if ("error" in outcome) {
        failures.push(outcome.error);
        continue;
      }
      const { window, nextToken, ...page } = outcome;
      lanes.delete(window);
      if (nextToken === undefined) beginNext();
      else begin(window, nextToken);
      yield { ...page, progress: progressOf(cuts, next, lanes) };
    }
    if (failures.length > 0) throw failures[0];
  } finally {
    await Promise.allSettled(reading.values());
  }
}

type Outcome = LanePage | { readonly window: number; readonly error: unknown };

/** Never rejects: which lane failed must be known, and nobody may be waiting for it yet. */
async function outcomeOf(window: number, page: Promise<LanePage>): Promise<Outcome> {
  try {
    return await page;
  } catch (error) {
    return { window, error };
  }
}

function progressOf(
  cuts: readonly string[],
  next: number,
  lanes: ReadonlyMap<number, string | undefined>,
): LanesProgress | undefined {
  if (lanes.size === 0) return undefined;
  return {
    way: "lanes",
    cuts: [...cuts],
    next,
    lanes: [...lanes].map(([window, token]) => ({
      window,
      ...(token !== undefined && { token }),
    })),
  };
}

function jqlOf(where: string, cuts: readonly string[], window: number): string {
  const [from, to] = [cuts[window - 1], cuts[window]];
  const created = createdJql({
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  return `${[where, ...created].join(" AND ")} ORDER BY created ASC`;
}

interface Lane {
  readonly window: number;
  readonly jql: string;
  readonly token: string | undefined;
  /** The token is one from before a crash or a pause. */
  readonly isSaved: boolean;
}

async function readLane(session: JiraSession, lane: Lane): Promise<LanePage> {
  const { window, jql, token, isSaved } = lane;
  const fields = await session.fieldsToRead();
  const readAt = session.context.clock.now();
  try {
    const { issues, nextPageToken } = await session.client.search(
      { jql, ...(token !== undefined && { pageToken: token }) },
      fields,
      issuesPerPage,
    );
    if (nextPageToken !== undefined && nextPageToken === token) throw endlessPages();
    const reading = await readRecords(session, issues, readAt);
    return { window, nextToken: nextPageToken, reading, recordsRead: issues.length };
  } catch (error) {
    // A token dies after a week, and with changed settings: the lane starts over, at no loss.
    if (!isSaved || token === undefined || !isTokenRefused(error)) throw error;
    return readLane(session, { ...lane, token: undefined });
  }
}
