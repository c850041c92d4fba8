import type { Gap, PulledPage } from "#shared/kit/connector.ts";

import { scopeJql, updatedSinceJql } from "./jql.ts";
import { planLanes } from "./plan-lanes.ts";
import {
  currentRun,
  type IssuesRun,
  positionAfter,
  type Progress,
  readIssuesPosition,
} from "./position.ts";
import { pagesByIds } from "./pull-by-ids.ts";
import { pagesByLanes } from "./pull-by-lanes.ts";
import { noteProjects } from "./renamed-projects.ts";
import type { JiraSession } from "./session.ts";

/**
 * Reads issues changed since the last run, or all of them. Ordered by creation, since rows ordered by
 * change jump between pages while people work. The next run begins at this one's start, not at its last
 * change: what changes meanwhile is read twice rather than never.
 */
export async function* pullIssues(
  session: JiraSession,
  positionText: string | undefined,
): AsyncIterable<PulledPage> {
  const now = session.context.clock.now();
  const saved = readIssuesPosition(positionText, now);
  // Fails on a dead token, which search would answer with an empty site.
  const { timeZone } = await session.client.myself();
  const projects = await session.projects();
  const { position, run: begun } = await noteProjects(session, {
    position: saved,
    run: currentRun(saved, now),
  });
  const where = [scopeJql(projects), ...changedJql(begun, timeZone)].join(" AND ");
  const total = begun.total ?? (await session.client.count(where));
  const run: IssuesRun = { ...begun, timeZone, total };
  const start =
    resumable(session, begun, timeZone) ??
    (await firstProgress(session, { where, timeZone, total }));
  const steps =
    start.way === "ids"
      ? pagesByIds(session, `${where} ORDER BY created ASC`, start)
      : pagesByLanes(session, where, start);
  const gaps = await missingProjects(session);
  for await (const { reading, recordsRead, progress } of steps) {
    yield {
      ...reading,
      gaps: [...(reading.gaps ?? []), ...gaps],
      position: positionAfter(position, run, progress),
      isLast: progress === undefined,
      recordsRead,
      recordsTotal: total,
    };
  }
}

/**
 * Where an interrupted run goes on; undefined where it must start over: other credentials read in another
 * way, and other clocks would put the borders of windows elsewhere.
 */
function resumable(
  session: JiraSession,
  { progress, timeZone: before }: IssuesRun,
  timeZone: string,
): Progress | undefined {
  return progress?.way === wayOf(session) && before === timeZone ? progress : undefined;
}

/**
 * With an hourly quota an id is a point, and so is an issue: reading both would be paid for twice. An
 * API token has no such quota, and reading by id shows what the search index does not know yet.
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (read 2026-11-21)
 */
function wayOf({ context }: JiraSession): Progress["way"] {
  return context.tokens ? "lanes" : "ids";
}

async function firstProgress(
  session: JiraSession,
  asked: Parameters<typeof planLanes>[1],
): Promise<Progress> {
  if (wayOf(session) === "ids") return { way: "ids" };
  return { way: "lanes", cuts: [...(await planLanes(session, asked))], next: 0, lanes: [] };
}

function changedJql({ from, renamed = [] }: IssuesRun, timeZone: string): readonly string[] {
  if (from === undefined) return [];
  const updated = updatedSinceJql(from, timeZone);
  return [renamed.length === 0 ? updated : `(${updated} OR ${scopeJql(renamed)})`];
}

async function missingProjects(session: JiraSession): Promise<readonly Gap[]> {
  return (await session.missingProjects()).map((key) => ({
    what: `Project ${key}`,
    why: "The account may not browse it, or it does not exist any more",
  }));
}
