import {
  bulkFetchIssues,
  countIssues,
  getAllUsers,
  getCurrentUser,
  getFields,
  getIssue,
  getIssueAllTypes,
  getIssueLinkTypes,
  getMyPermissions,
  getRemoteIssueLinks,
  getServerInfo,
  getUser,
  searchAndReconsileIssuesUsingJqlPost,
  searchProjects,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import {
  WireBulk,
  WireCount,
  WireField,
  WireIds,
  WireKeyed,
  WireLinkTypes,
  WireMyself,
  WirePermissions,
  WireProjectPage,
  type WireRemoteLink,
  WireRemoteLinks,
  WireSearchPage,
  WireServerInfo,
  WireType,
  WireUser,
  WireWebhook,
} from "./wire.ts";

/** Largest page of ids, and of issues by id (swagger v3, 2026-11). */
const idsPerPageMax = 5000;
export const bulkFetchMax = 100;

interface Search {
  readonly jql: string;
  readonly pageToken?: string;
}

/** The calls we make to Jira, answers parsed. Throws only `HubError`. */
export class JiraClient {
  readonly #client: Client;

  constructor(access: JiraAccess) {
    this.#client = jiraTransport(access);
  }

  /** Who we are, and on whose clocks JQL dates are read. The one read that a dead token fails honestly. */
  async myself() {
    return parse(WireMyself, await getCurrentUser(this.#client), "the account");
  }

  async serverInfo() {
    return parse(WireServerInfo, await getServerInfo(this.#client), "the server");
  }

  async fields() {
    return parse(z.array(WireField), await getFields(this.#client), "the fields");
  }

  async issueTypes() {
    return parse(z.array(WireType), await getIssueAllTypes(this.#client), "the work types");
  }

  /** None where linking is switched off, which Jira answers with 404. */
  async linkTypes() {
    let types: z.output<typeof WireLinkTypes>["issueLinkTypes"] = [];
    await this.#probe(async () => {
      const answer = await getIssueLinkTypes(this.#client);
      types = parse(WireLinkTypes, answer, "the link types").issueLinkTypes;
    });
    return types;
  }

  /** Which of these permissions the account holds, anywhere for those of projects. */
  async heldPermissions(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const answer = await getMyPermissions(this.#client, { permissions: keys.join(",") });
    const { permissions } = parse(WirePermissions, answer, "the permissions");
    return new Set(keys.filter((key) => permissions[key]?.havePermission === true));
  }

  /** Which of these projects the account may browse. */
  async visibleProjectKeys(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const visible = new Set<string>();
    for (let start = 0; start < keys.length; start += projectsAskedMax) {
      const asked = keys.slice(start, start + projectsAskedMax);
      const answer = await searchProjects(this.#client, { keys: asked, maxResults: asked.length });
      const page = parse(WireProjectPage, answer, "the projects");
      for (const { key } of page.values) visible.add(key);
    }
    return visible;
  }

  /** One page of issues as Jira orders them. The records are unread. */
  async search({ jql, pageToken }: Search, fields: readonly string[], limit: number) {
    const answer = await searchAndReconsileIssuesUsingJqlPost(this.#client, {
      jql,
      fields: [...fields],
      maxResults: limit,
      ...(pageToken !== undefined && { nextPageToken: pageToken }),
    });
    const { issues, nextPageToken } = parse(WireSearchPage, answer, "the search");
    return { issues, nextPageToken: nextPageToken ?? undefined };
  }

  /** One page of nothing but ids. */
  async searchIds({ jql, pageToken }: Search) {
    const answer = await searchAndReconsileIssuesUsingJqlPost(this.#client, {
      jql,
      fields: ["id"],
      maxResults: idsPerPageMax,
      ...(pageToken !== undefined && { nextPageToken: pageToken }),
    });
    const { issues, nextPageToken } = parse(WireIds, answer, "the list of ids");
    return { ids: issues.map(({ id }) => id), nextPageToken: nextPageToken ?? undefined };
  }

  /** About how many issues match. */
  async count(jql: string): Promise<number> {
    return parse(WireCount, await countIssues(this.#client, { jql }), "the count").count;
  }

  /** Issues by id, at most `bulkFetchMax`, read from the database and not from the search index. */
  async issues(ids: readonly string[], fields: readonly string[]): Promise<readonly unknown[]> {
    const answer = await bulkFetchIssues(this.#client, {
      issueIdsOrKeys: [...ids],
      fields: [...fields],
    });
    return parse(WireBulk, answer, "issues by id").issues;
  }

  /**
   * What issues are, by key or id, at most `bulkFetchMax`. One that has moved answers to its old key
   * under its new one; what is unknown or hidden is left out.
   */
  async identities(keysOrIds: readonly string[]) {
    const answer = await bulkFetchIssues(this.#client, {
      issueIdsOrKeys: [...keysOrIds],
      fields: ["issuetype"],
    });
    return parse(WireKeyed, answer, "issues by key").issues;
  }

  /** Links from an issue to elsewhere; none where the issue is gone or hidden. */
  async remoteLinks(issueId: string): Promise<readonly WireRemoteLink[]> {
    let links: readonly WireRemoteLink[] = [];
    await this.#probe(async () => {
      const answer = await getRemoteIssueLinks(this.#client, { issueIdOrKey: issueId });
      links = parse(WireRemoteLinks, answer, "the remote links");
    });
    return links;
  }

  /** Whether one issue can be read; Jira does not tell a deleted one from one we may not see. */
  async canReadIssue(id: string): Promise<"yes" | "not-found" | "forbidden"> {
    return this.#probe(() => getIssue(this.#client, { issueIdOrKey: id, fields: ["id"] }));
  }

  async canReadUser(accountId: string): Promise<"yes" | "not-found" | "forbidden"> {
    return this.#probe(() => getUser(this.#client, { accountId }));
  }

  async users(startAt: number, maxResults: number): Promise<readonly WireUser[]> {
    const answer = await getAllUsers(this.#client, { startAt, maxResults });
    return parse(z.array(WireUser), answer, "the users");
  }

  /** Administrators' webhooks: not part of API v3, so not of jira.js. */
  async webhooks() {
    const answer: unknown = await this.#client.sendRequest({ url: webhookPath, method: "GET" });
    return parse(z.array(WireWebhook), answer, "the webhooks");
  }

  async createWebhook(body: Readonly<Record<string, unknown>>) {
    const request = { url: webhookPath, method: "POST", body } as const;
    const answer: unknown = await this.#client.sendRequest(request);
    return parse(WireWebhook, answer, "a new webhook");
  }

  /** Succeeds when it is already gone. */
  async deleteWebhook(id: string): Promise<void> {
    const url = `${webhookPath}/${encodeURIComponent(id)}`;
    await this.#probe(() => this.#client.sendRequest({ url, method: "DELETE" }));
  }

  async #probe(ask: () => Promise<unknown>): Promise<"yes" | "not-found" | "forbidden"> {
    try {
      await ask();
      return "yes";
    } catch (error) {
      const code = error instanceof HubError ? error.code : undefined;
      if (code === "connector.not-found") return "not-found";
      if (code === "connector.forbidden") return "forbidden";
      throw error;
    }
  }
}

const webhookPath = "/rest/webhooks/1.0/webhook";
/** Keys that one query may name (swagger of /project/search, 2026-11). */
const projectsAskedMax = 50;

/** Messages name places in the answer, never values of it. */
function parse<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? "" : `${issue.path.join(".")} ${issue.code}`;
  throw new HubError(
    "connector.drifted",
    `Jira's answer for ${what} is not as documented: ${where}`,
  );
}
