import { HubError } from "#shared/errors.ts";
import type { Gap, PulledPage } from "#shared/kit/connector.ts";

import { scopeJql, updatedSinceJql } from "./jql.ts";
import { currentRun, type IssuesRun, positionAfter, readIssuesPosition } from "./position.ts";
import { readRecords } from "./reading.ts";
import type { JiraSession } from "./session.ts";

/** With all our fields Jira gives 100 a page at the most, as far as seen (2026-11). */
const issuesPerPage = 100;

/**
 * Reads issues changed since the last run, or all of them. Ordered by creation, since rows ordered by
 * change jump between pages while people work. The next run begins at this one's start, not at its last
 * change: what changes meanwhile is read twice rather than never.
 */
export async function* pullIssues(
  session: JiraSession,
  positionText: string | undefined,
): AsyncIterable<PulledPage> {
  const position = readIssuesPosition(positionText);
  // Fails on a dead token, which search would answer with an empty site.
  const { timeZone } = await session.client.myself();
  const projects = await session.projects();
  let run = currentRun(position, session.context.clock.now());
  const changed = run.from === undefined ? [] : [updatedSinceJql(run.from, timeZone)];
  const jql = `${[scopeJql(projects), ...changed].join(" AND ")} ORDER BY created ASC`;
  run = { ...run, total: run.total ?? (await session.client.count(jql)) };
  for (;;) {
    const { page, usedRun } = await readPage(session, jql, run);
    run = usedRun;
    const next = page.nextPageToken;
    if (next !== undefined && next === run.pageToken) {
      throw new HubError(
        "connector.drifted",
        "Jira's search repeats its page token and never ends",
      );
    }
    yield {
      ...page.reading,
      gaps: [...(page.reading.gaps ?? []), ...missingProjects(session, projects)],
      position: positionAfter(position, run, next),
      isLast: next === undefined,
      recordsRead: page.recordsRead,
      ...(run.total !== undefined && { recordsTotal: run.total }),
    };
    if (next === undefined) return;
    run = { ...run, pageToken: next };
  }
}

async function readPage(session: JiraSession, jql: string, run: IssuesRun) {
  const { pageToken, ...fromStart } = run;
  const fields = await session.fieldsToRead();
  const readAt = session.context.clock.now();
  const search = (token: string | undefined) =>
    session.client.search(
      { jql, ...(token !== undefined && { pageToken: token }) },
      fields,
      issuesPerPage,
    );
  try {
    const { issues, nextPageToken } = await search(pageToken);
    const reading = await readRecords(session, issues, readAt);
    return { page: { reading, nextPageToken, recordsRead: issues.length }, usedRun: run };
  } catch (error) {
    // A token dies after a week, and with changed settings: the run starts over, at no loss.
    const isRefused = error instanceof HubError && error.code === "connector.misconfigured";
    if (!isRefused || pageToken === undefined) throw error;
    const { issues, nextPageToken } = await search(undefined);
    const reading = await readRecords(session, issues, readAt);
    return { page: { reading, nextPageToken, recordsRead: issues.length }, usedRun: fromStart };
  }
}

function missingProjects({ context }: JiraSession, visible: readonly string[]): readonly Gap[] {
  const missing = context.settings.projects.filter((key) => !visible.includes(key));
  return missing.map((key) => ({
    what: `Project ${key}`,
    why: "The account may not browse it, or it does not exist any more",
  }));
}
