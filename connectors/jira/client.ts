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
  getProject,
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
import { inParallel } from "./in-parallel.ts";
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
  WireProject,
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

/** A project by what stays and by what may change. */
export interface ProjectRef {
  readonly id: string;
  readonly key: string;
}

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

  /** Those of these projects that the account may browse, by the key asked for, be it a former one. */
  async visibleProjects(keys: readonly string[]): Promise<ReadonlyMap<string, ProjectRef>> {
    const visible = new Map<string, ProjectRef>();
    for (let start = 0; start < keys.length; start += projectsAskedMax) {
      const asked = keys.slice(start, start + projectsAskedMax);
      const answer = await searchProjects(this.#client, { keys: asked, maxResults: asked.length });
      const page = parseAnswer(WireProjectPage, answer, "the projects");
      for (const { id, key } of page.values) visible.set(key, { id, key });
    }
    const missing = keys.filter((key) => !visible.has(key)).slice(0, formerKeysMax);
    const renamed = await inParallel(missing, readsAtOnce, (key) => this.#renamedProject(key));
    for (const [index, key] of missing.entries()) {
      const project = renamed[index];
      if (project) visible.set(key, project);
    }
    return visible;
  }

  /** A project by a key that it had: lists need not find it by that. */
  async #renamedProject(formerKey: string): Promise<ProjectRef | undefined> {
    let found: ProjectRef | undefined;
    await this.#probe(async () => {
      const answer = await getProject(this.#client, { projectIdOrKey: formerKey });
      const { id, key, archived } = parseAnswer(WireProject, answer, "a project");
      // Under its own key an archived one can be read, too, and is in no list.
      if (key !== formerKey && archived !== true) found = { id, key };
    });
    return found;
  }

  /** All projects that the account may browse. */
  async allProjects(): Promise<readonly ProjectRef[]> {
    const all: ProjectRef[] = [];
    for (;;) {
      const page = { startAt: all.length, maxResults: projectsPerPage };
      const answer = await searchProjects(this.#client, page);
      const { values, isLast } = parseAnswer(WireProjectPage, answer, "the projects");
      all.push(...values.map(({ id, key }) => ({ id, key })));
      if (values.length === 0 || (isLast ?? values.length < projectsPerPage)) return all;
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
/** So many keys that no list knows are asked for one by one; where there are more, a right is missing. */
const formerKeysMax = 50;
const readsAtOnce = 8;
/** The most that one page gives (swagger of /project/search, 2026-11). */
const projectsPerPage = 100;
