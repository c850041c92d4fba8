import { HubError } from "#shared/errors.ts";

/** What marks the failure among others of its code. */
const reason = "page-token";

/**
 * A question with a page token. Where Jira refuses it, most likely the token is at fault: they die after
 * a week, and sooner than anybody is told. Then it throws `connector.unavailable`, since nothing is to
 * be set right: read again from the first page, it passes. Jira names no error of its own for it
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/, 2026-11).
 */
export async function askForPage<T>(token: string | undefined, ask: Promise<T>): Promise<T> {
  if (token === undefined) return ask;
  try {
    return await ask;
  } catch (error) {
    const isRefused = error instanceof HubError && error.code === "connector.misconfigured";
    if (!isRefused) throw error;
    throw new HubError(
      "connector.unavailable",
      "Jira no longer took the token of the next page; the reading begins again at its first",
      { cause: error, details: { reason } },
    );
  }
}

/** Whether a page token was refused. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof HubError && error.details?.["reason"] === reason;
}
