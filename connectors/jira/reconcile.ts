import type { Presence, Reading } from "#shared/kit/connector.ts";
import type { FactId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";

import { bulkFetchMax } from "./client.ts";
import { goalKindReader } from "./goal-types.ts";
import { scopeJql, typeJql } from "./jql.ts";
import { issueFactId } from "./normalize-context.ts";
import { usersPerPage } from "./pull-accounts.ts";
import { readRecords } from "./reading.ts";
import type { JiraSession } from "./session.ts";
import { WireIssue } from "./wire.ts";

/** All issue ids, as goals and as work: by type, so that pages of 5,000 bare ids do. */
export async function* enumerateIssues(session: JiraSession): AsyncIterable<readonly FactId[]> {
  const { client, context } = session;
  await client.myself();
  const scope = scopeJql(await session.projects());
  const goalKindOf = goalKindReader(context.settings.goalTypes);
  const goalTypeIds = (await client.issueTypes())
    .filter((type) => goalKindOf(type) !== undefined)
    .map(({ id }) => id);
  const parts =
    goalTypeIds.length === 0
      ? ([["work-item", scope]] as const)
      : ([
          ["goal", `${scope} AND ${typeJql("in", goalTypeIds)}`],
          ["work-item", `${scope} AND ${typeJql("not in", goalTypeIds)}`],
        ] as const);
  for (const [type, where] of parts) {
    for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined;) {
      isFirst = false;
      const page = await client.searchIds({
        jql: `${where} ORDER BY created ASC`,
        ...(pageToken !== undefined && { pageToken }),
      });
      yield page.ids.map((id) => factId(type, "jira", context.connectionId, id));
      pageToken = page.nextPageToken;
    }
  }
}

export async function* enumerateAccounts(session: JiraSession): AsyncIterable<readonly FactId[]> {
  const { client, context } = session;
  for (let startAt = 0; ;) {
    const users = await client.users(startAt, usersPerPage);
    if (users.length === 0) return;
    startAt += users.length;
    yield users
      .filter(({ accountType }) => accountType !== "customer")
      .map(({ accountId }) => factId("account", "jira", context.connectionId, accountId));
  }
}

/** Reads issues by id from the database, where a change is seen at once, not from the search index. */
export async function readIssues(
  session: JiraSession,
  nativeIds: readonly string[],
): Promise<Reading> {
  const fields = await session.fieldsToRead();
  const records: unknown[] = [];
  const readAt = session.context.clock.now();
  for (let start = 0; start < nativeIds.length; start += bulkFetchMax) {
    const asked = nativeIds.slice(start, start + bulkFetchMax);
    records.push(...(await session.client.issues(asked, fields)));
  }
  return readRecords(session, records, readAt);
}

/**
 * What is under these ids. Bulk reading leaves out what is deleted and what is hidden alike, and a read
 * one by one answers both with 404. We call it gone only while every configured project can be seen;
 * without configured projects, what the account cannot see is not part of what it reads.
 */
export async function confirmIssues(
  session: JiraSession,
  ids: readonly FactId[],
): Promise<ReadonlyMap<FactId, Presence>> {
  const { settings } = session.context;
  const projects = await session.projects();
  const isWholeScopeVisible = projects.length === settings.projects.length;
  const presence = new Map<FactId, Presence>();
  for (let start = 0; start < ids.length; start += bulkFetchMax) {
    const asked = ids.slice(start, start + bulkFetchMax);
    const found = await factsUnder(session, asked, projects);
    for (const id of asked) {
      const shown = found.get(nativeIdOf(id));
      if (shown === undefined) {
        const answer = await session.client.canReadIssue(nativeIdOf(id));
        presence.set(
          id,
          answer === "yes"
            ? "present"
            : isWholeScopeVisible && answer === "not-found"
              ? "gone"
              : "hidden",
        );
      } else presence.set(id, shown === id ? "present" : "gone");
    }
  }
  return presence;
}

export async function confirmAccounts(
  session: JiraSession,
  ids: readonly FactId[],
): Promise<ReadonlyMap<FactId, Presence>> {
  const presence = new Map<FactId, Presence>();
  for (const id of ids) {
    const answer = await session.client.canReadUser(nativeIdOf(id));
    presence.set(id, answer === "yes" ? "present" : answer === "not-found" ? "gone" : "hidden");
  }
  return presence;
}

/** Native id → the fact it is now; "elsewhere" for an issue moved out of the configured projects. */
async function factsUnder(
  session: JiraSession,
  ids: readonly FactId[],
  projects: readonly string[],
): Promise<ReadonlyMap<string, FactId | "elsewhere">> {
  const { context, client } = session;
  const goalKindOf = goalKindReader(context.settings.goalTypes);
  const fields = ["issuetype", "project", "status"];
  const found = new Map<string, FactId | "elsewhere">();
  for (const record of await client.issues(ids.map(nativeIdOf), fields)) {
    const issue = WireIssue.safeParse(record);
    if (!issue.success) continue;
    const { project, issuetype } = issue.data.fields;
    const isInScope = projects.length === 0 || projects.includes(project.key);
    const identity = { connectionId: context.connectionId, goalKindOf };
    found.set(
      issue.data.id,
      isInScope ? issueFactId(identity, issue.data.id, issuetype) : "elsewhere",
    );
  }
  return found;
}

export function nativeIdOf(id: FactId): string {
  return readFactId(id)?.nativeId ?? "";
}
