import type { PulledPage } from "#shared/kit/connector.ts";
import { epochMsOf, hourMs } from "#shared/model/time.ts";

import { readUsers } from "./normalize-account.ts";
import { type AccountsPosition, readAccountsPosition } from "./position.ts";
import type { JiraSession } from "./session.ts";

/** The most that one request gives (swagger of /users/search, 2026-11). */
export const usersPerPage = 1000;

/**
 * With an hourly quota each person costs two points: 10,000 of them every half hour would eat most of
 * it. https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (read 2026-11-21)
 */
const everyMsWithQuota = 6 * hourMs;

/** Reads all users each time: Jira does not say who changed. */
export async function* pullAccounts(
  session: JiraSession,
  positionText: string | undefined,
): AsyncIterable<PulledPage> {
  const { clock, connectionId } = session.context;
  const position = readAccountsPosition(positionText, clock.now());
  if (isTooSoon(session, position)) {
    const nothing = { changes: [], rejected: [], recordsRead: 0 };
    yield { ...nothing, position: JSON.stringify(position), isLast: true };
    return;
  }
  const startedAt = position.startedAt ?? clock.now();
  for (let { startAt } = position; ;) {
    const readAt = clock.now();
    const users = await session.client.users(startAt, usersPerPage);
    const isLast = users.length === 0;
    startAt += users.length;
    const next: AccountsPosition = isLast
      ? { version: 1, startAt: 0, since: startedAt }
      : { ...position, startAt, startedAt };
    yield {
      ...readUsers(connectionId, users, readAt),
      position: JSON.stringify(next),
      isLast,
      recordsRead: users.length,
    };
    if (isLast) return;
  }
}

function isTooSoon({ context }: JiraSession, { startAt, since }: AccountsPosition): boolean {
  if (!context.tokens || startAt > 0 || since === undefined) return false;
  return context.clock.nowMs() - epochMsOf(since) < everyMsWithQuota;
}
