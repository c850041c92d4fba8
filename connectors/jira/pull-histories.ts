import type { HistoryPage } from "#shared/kit/history-page.ts";
import { boundedHistory, type History, type HistoryId } from "#shared/model/history.ts";
import { epochMsOf, type Instant, instantOf, readInstant } from "#shared/model/time.ts";

import { changelogIssuesMax } from "./client-past.ts";
import { issuesByKeys } from "./find-by-keys.ts";
import { type Change, foldChangelog, isTold, namesIn } from "./fold-changelog.ts";
import { scopeJql, updatedSinceJql } from "./jql.ts";
import { type SiteMeanings, siteMeanings } from "./meanings.ts";
import { currentRun, positionAfter, readIssuesPosition } from "./position.ts";
import { chunksOfIds } from "./pull-by-ids.ts";
import { endlessPages } from "./pull-step.ts";
import type { JiraSession } from "./session.ts";
import type { WireChange } from "./wire-past.ts";

/**
 * Reads what happened to issues that changed since the last run, or to all: ids 5,000 at a time, changelogs
 * a thousand issues at a time and one after the other, since nobody waits for them. Where it stands it
 * says as the reading of issues does.
 */
export async function* pullHistories(
  session: JiraSession,
  positionText: string | undefined,
): AsyncIterable<HistoryPage> {
  const now = session.context.clock.now();
  const position = readIssuesPosition(positionText, now);
  // Fails on a dead token, which search would answer with an empty site.
  const { timeZone } = await session.client.myself();
  const projects = await session.projects();
  const run = currentRun(position, now);
  const changed = run.from === undefined ? [] : [updatedSinceJql(run.from, timeZone)];
  const jql = `${[scopeJql(projects), ...changed].join(" AND ")} ORDER BY created ASC`;
  const meanings = await siteMeanings(session, projects);
  const start = run.progress?.way === "ids" ? run.progress : ({ way: "ids" } as const);
  for await (const { ids, progress } of chunksOfIds(session, {
    jql,
    start,
    size: changelogIssuesMax,
  })) {
    yield {
      histories: ids.length === 0 ? [] : await readChunk(session, meanings, ids),
      position: positionAfter(position, run, progress),
      isLast: progress === undefined,
      recordsRead: ids.length,
    };
  }
}

/** The histories of issues, at most `changelogIssuesMax`; of those that never changed an empty one. */
async function readChunk(
  session: JiraSession,
  meanings: SiteMeanings,
  ids: readonly string[],
): Promise<readonly History[]> {
  const readAt = session.context.clock.now();
  const changelogs = await readChangelogs(session, ids);
  const names = new Set<string>();
  for (const { changes } of changelogs.values()) {
    for (const name of namesIn(changes, meanings.saysBlocked)) names.add(name);
  }
  const idOf = await namesRead(session, meanings, names);
  return ids.map((id) => {
    const { changes, newestMs } = changelogs.get(id) ?? nothingChanged;
    return boundedHistory({
      itemId: meanings.ownId(id),
      transitions: foldChangelog(changes, { ...meanings, idOf }),
      sourceVersion: newestMs,
      readAt,
    });
  });
}

/**
 * Numbers speak for themselves; keys are asked for. An issue that has moved is named by its old key and by
 * its new one, and shows under the new one alone: what was not found is asked for once more by itself.
 */
async function namesRead(
  session: JiraSession,
  { ownId }: SiteMeanings,
  names: ReadonlySet<string>,
): Promise<(name: string) => HistoryId | undefined> {
  const isNumber = (name: string) => /^\d+$/u.test(name);
  const keys = [...names].filter((name) => !isNumber(name));
  const found = await issuesByKeys(session, keys);
  const rest = keys.filter((key) => !found.has(key));
  const moved = found.size > 0 ? await issuesByKeys(session, rest) : found;
  return (name) => {
    const nativeId = isNumber(name) ? name : (found.get(name) ?? moved.get(name))?.id;
    return nativeId === undefined ? undefined : ownId(nativeId);
  };
}

interface Changelog {
  /** Those that say something to us, oldest first. */
  readonly changes: readonly Change[];
  readonly newestMs: number;
}

const nothingChanged: Changelog = { changes: [], newestMs: 0 };

/** Reads to the last page; of each page only what we understand stays in memory. */
async function readChangelogs(
  { past }: JiraSession,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Changelog>> {
  const changelogs = new Map<string, Changelog>();
  for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined;) {
    isFirst = false;
    const page = await past.changelogs(ids, pageToken);
    if (page.nextPageToken !== undefined && page.nextPageToken === pageToken) throw endlessPages();
    for (const { issueId, changeHistories } of page.changelogs) {
      changelogs.set(issueId, together(changelogs.get(issueId), changeHistories));
    }
    pageToken = page.nextPageToken;
  }
  return changelogs;
}

function together(known: Changelog | undefined, more: readonly WireChange[]): Changelog {
  const { changes, newestMs } = known ?? nothingChanged;
  const dated = more.flatMap(({ created, items }) => {
    const at = momentOf(created);
    return at === undefined ? [] : [{ at, items: items.filter(isTold) }];
  });
  const told = dated.filter(({ items }) => items.length > 0);
  return {
    changes: [...changes, ...told].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    newestMs: Math.max(newestMs, ...dated.map(({ at }) => epochMsOf(at))),
  };
}

/** Seconds up to here would be in the year 5138, milliseconds down to here in 1973. */
const secondsMax = 100_000_000_000;

/** The schema says date and time, its example is a number of seconds, and recordings hold milliseconds. */
function momentOf(created: unknown): Instant | undefined {
  if (typeof created !== "number") return readInstant(created);
  return readInstant(created < secondsMax ? instantOf(created * 1000) : created);
}
