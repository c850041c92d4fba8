import { getBulkChangelogs, getStatuses } from "jira.js/cloud";
import type { Client } from "jira.js/core";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import { parseAnswer } from "./parse-answer.ts";
import { WireChangelogs, WireStatuses } from "./wire-past.ts";

/** So many issues one request may name (swagger of /changelog/bulkfetch, 2026-11). */
export const changelogIssuesMax = 1000;
/** Changes a page. Up to 10,000 are allowed; with long descriptions among them the answer would be huge. */
const changesPerPage = 5000;

/** The calls that tell of the past, answers parsed. Throws only `HubError`. */
export class JiraPastClient {
  readonly #client: Client;

  constructor(access: JiraAccess) {
    this.#client = jiraTransport(access);
  }

  /**
   * Changes of at most `changelogIssuesMax` issues, oldest first; an issue may go on on the next page. Not
   * filtered by fields: a new parent and a link have no field id, and would be left out.
   */
  async changelogs(issueIds: readonly string[], pageToken: string | undefined) {
    const answer = await getBulkChangelogs(this.#client, {
      issueIdsOrKeys: [...issueIds],
      maxResults: changesPerPage,
      ...(pageToken !== undefined && { nextPageToken: pageToken }),
    });
    const page = parseAnswer(WireChangelogs, answer, "changelogs");
    return { changelogs: page.issueChangeLogs, nextPageToken: page.nextPageToken ?? undefined };
  }

  /** All statuses of active workflows, with their categories. */
  async statuses(): Promise<WireStatuses> {
    return parseAnswer(WireStatuses, await getStatuses(this.#client), "the statuses");
  }
}
