import type { PulledPage } from "#shared/kit/connector.ts";

import { normalizeUser } from "./normalize-account.ts";
import { accountsPosition, readAccountsPosition } from "./position.ts";
import type { JiraSession } from "./session.ts";

/** The most that one request gives (swagger of /users/search, 2026-11). */
export const usersPerPage = 1000;

/** Reads all users each time: Jira does not say who changed. */
export async function* pullAccounts(
  session: JiraSession,
  position: string | undefined,
): AsyncIterable<PulledPage> {
  const { clock, connectionId } = session.context;
  for (let startAt = readAccountsPosition(position); ;) {
    const readAt = clock.now();
    const users = await session.client.users(startAt, usersPerPage);
    const isLast = users.length === 0;
    startAt = isLast ? 0 : startAt + users.length;
    yield {
      changes: users.flatMap((user) => normalizeUser(connectionId, user, readAt) ?? []),
      rejected: [],
      position: accountsPosition(startAt),
      isLast,
      recordsRead: users.length,
    };
    if (isLast) return;
  }
}
