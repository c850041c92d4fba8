import type { FactId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";

import { isTokenRefused } from "./expired-token.ts";
import { goalTypeIds, type IssuePart, partJql, readPart } from "./issue-parts.ts";
import { accountIdOf } from "./normalize-account.ts";
import { usersPerPage } from "./pull-accounts.ts";
import { endlessPages } from "./pull-step.ts";
import type { JiraSession } from "./session.ts";

/**
 * All issue ids, or those of one part, as goals and as work: by type, so that pages of 5,000 bare ids do.
 * The account is asked for before and after, since a token that dies meanwhile would show an empty site.
 */
export async function* enumerateIssues(
  session: JiraSession,
  partText?: string,
): AsyncIterable<readonly FactId[]> {
  const { client, context } = session;
  const { timeZone } = await client.myself();
  const types = await goalTypeIds(session);
  const whole: readonly IssuePart[] = types.length === 0 ? [{}] : [{ isGoals: true }, {}];
  for (const part of partText === undefined ? whole : [readPart(partText)]) {
    const where = await partJql(session, part, { types, timeZone });
    if (where === undefined) continue;
    const type = part.isGoals === true ? "goal" : "work-item";
    for await (const ids of pagesOfIds(session, `${where} ORDER BY created ASC`)) {
      yield ids.map((id) => factId(type, "jira", context.connectionId, id));
    }
  }
  await client.myself();
}

/** All ids that a query finds; some of them twice where a page token died on the way, which may happen once. */
async function* pagesOfIds(
  { client }: JiraSession,
  jql: string,
): AsyncGenerator<readonly string[], undefined> {
  let mayBeginAgain = true;
  for (let pageToken: string | undefined; ;) {
    try {
      const page = await client.searchIds({ jql, ...(pageToken !== undefined && { pageToken }) });
      if (page.nextPageToken !== undefined && page.nextPageToken === pageToken)
        throw endlessPages();
      yield page.ids;
      pageToken = page.nextPageToken;
    } catch (error) {
      if (!mayBeginAgain || !isTokenRefused(error)) throw error;
      mayBeginAgain = false;
      pageToken = undefined;
      continue;
    }
    if (pageToken === undefined) return undefined;
  }
}

export async function* enumerateAccounts(session: JiraSession): AsyncIterable<readonly FactId[]> {
  const { client, context } = session;
  for (let startAt = 0; ;) {
    const users = await client.users(startAt, usersPerPage);
    if (users.length === 0) break;
    startAt += users.length;
    yield users.flatMap((user) => accountIdOf(context.connectionId, user) ?? []);
  }
  await client.myself();
}
