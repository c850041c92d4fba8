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
  getSecurityLevelsForProject,
  getServerInfo,
  getUser,
  searchAndReconsileIssuesUsingJqlPost,
  searchProjects,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import { askForPage } from "./expired-token.ts";
import { parseAnswer } from "./parse-answer.ts";
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
  WireSecurityLevels,
  WireServerInfo,
  WireType,
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
    return parseAnswer(WireMyself, await getCurrentUser(this.#client), "the account");
  }

  async serverInfo() {
    return parseAnswer(WireServerInfo, await getServerInfo(this.#client), "the server");
  }

  async fields() {
    return parseAnswer(z.array(WireField), await getFields(this.#client), "the fields");
  }

  async issueTypes() {
    return parseAnswer(z.array(WireType), await getIssueAllTypes(this.#client), "the work types");
  }

  /** None where linking is switched off, which Jira answers with 404. */
  async linkTypes() {
    let types: z.output<typeof WireLinkTypes>["issueLinkTypes"] = [];
    await this.#probe(async () => {
      const answer = await getIssueLinkTypes(this.#client);
      types = parseAnswer(WireLinkTypes, answer, "the link types").issueLinkTypes;
    });
    return types;
  }

  /** Which of these permissions the account holds, anywhere for those of projects. */
  async heldPermissions(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const answer = await getMyPermissions(this.#client, { permissions: keys.join(",") });
    const { permissions } = parseAnswer(WirePermissions, answer, "the permissions");
    return new Set(keys.filter((key) => permissions[key]?.havePermission === true));
  }

  /** Which of these projects the account may browse. */
  async visibleProjectKeys(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const visible = new Set<string>();
    for (let start = 0; start < keys.length; start += projectsAskedMax) {
      const asked = keys.slice(start, start + projectsAskedMax);
      const answer = await searchProjects(this.#client, { keys: asked, maxResults: asked.length });
      const page = parseAnswer(WireProjectPage, answer, "the projects");
      for (const { key } of page.values) visible.add(key);
    }
    return visible;
  }

  /** The keys of all projects that the account may browse. */
  async allProjectKeys(): Promise<readonly string[]> {
    const keys: string[] = [];
    for (;;) {
      const page = { startAt: keys.length, maxResults: projectsPerPage };
      const answer = await searchProjects(this.#client, page);
      const { values, isLast } = parseAnswer(WireProjectPage, answer, "the projects");
      keys.push(...values.map(({ key }) => key));
      if (values.length === 0 || (isLast ?? values.length < projectsPerPage)) return keys;
    }
  }

  /** Any project that the account may browse; undefined where there is none. */
  async firstProjectKey(): Promise<string | undefined> {
    const answer = await searchProjects(this.#client, { maxResults: 1 });
    return parseAnswer(WireProjectPage, answer, "the projects").values[0]?.key;
  }

  /** One page of issues as Jira orders them. The records are unread. */
  async search({ jql, pageToken }: Search, fields: readonly string[], limit: number) {
    const asked = searchAndReconsileIssuesUsingJqlPost(this.#client, {
      jql,
      fields: [...fields],
      maxResults: limit,
      ...(pageToken !== undefined && { nextPageToken: pageToken }),
    });
    const answer = await askForPage(pageToken, asked);
    const { issues, nextPageToken } = parseAnswer(WireSearchPage, answer, "the search");
    return { issues, nextPageToken: nextPageToken ?? undefined };
  }

  /** One page of nothing but ids. */
  async searchIds({ jql, pageToken }: Search) {
    const asked = searchAndReconsileIssuesUsingJqlPost(this.#client, {
      jql,
      fields: ["id"],
      maxResults: idsPerPageMax,
      ...(pageToken !== undefined && { nextPageToken: pageToken }),
    });
    const answer = await askForPage(pageToken, asked);
    const { issues, nextPageToken } = parseAnswer(WireIds, answer, "the list of ids");
    return { ids: issues.map(({ id }) => id), nextPageToken: nextPageToken ?? undefined };
  }

  /** About how many issues match. */
  async count(jql: string): Promise<number> {
    return parseAnswer(WireCount, await countIssues(this.#client, { jql }), "the count").count;
  }

  /** Issues by id, at most `bulkFetchMax`, read from the database and not from the search index. */
  async issues(ids: readonly string[], fields: readonly string[]): Promise<readonly unknown[]> {
    const answer = await bulkFetchIssues(this.#client, {
      issueIdsOrKeys: [...ids],
      fields: [...fields],
    });
    return parseAnswer(WireBulk, answer, "issues by id").issues;
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
    return parseAnswer(WireKeyed, answer, "issues by key").issues;
  }

  /** Links from an issue to elsewhere; none where the issue is gone or hidden. */
  async remoteLinks(issueId: string): Promise<readonly WireRemoteLink[]> {
    let links: readonly WireRemoteLink[] = [];
    await this.#probe(async () => {
      const answer = await getRemoteIssueLinks(this.#client, { issueIdOrKey: issueId });
      links = parseAnswer(WireRemoteLinks, answer, "the remote links");
    });
    return links;
  }

  /** Whether one issue can be read; Jira does not tell a deleted one from one we may not see. */
  async canReadIssue(id: string): Promise<"yes" | "not-found" | "forbidden"> {
    return this.#probe(() => getIssue(this.#client, { issueIdOrKey: id, fields: ["id"] }));
  }

  /**
   * Ids of the project's security levels that the account belongs to. None where it may not set levels,
   * whatever it belongs to (swagger of /project/{key}/securitylevel, 2026-11), or cannot see the project.
   */
  async securityLevels(projectKey: string): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    await this.#probe(async () => {
      const asked = { projectKeyOrId: projectKey };
      const answer = await getSecurityLevelsForProject(this.#client, asked);
      const { levels } = parseAnswer(WireSecurityLevels, answer, "the security levels");
      for (const { id } of levels) ids.add(id);
    });
    return ids;
  }

  async canReadUser(accountId: string): Promise<"yes" | "not-found" | "forbidden"> {
    return this.#probe(() => getUser(this.#client, { accountId }));
  }

  /** One page of users. The records are unread. */
  async users(startAt: number, maxResults: number): Promise<readonly unknown[]> {
    const answer = await getAllUsers(this.#client, { startAt, maxResults });
    return parseAnswer(z.array(z.unknown()), answer, "the users");
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

/** Keys that one query may name (swagger of /project/search, 2026-11). */
const projectsAskedMax = 50;
/** The most that one page gives (swagger of /project/search, 2026-11). */
const projectsPerPage = 100;
