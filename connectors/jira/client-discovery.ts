import {
  countIssues,
  getFields,
  getIssueAllTypes,
  getIssueLinkTypes,
  getStatuses,
  searchProjects,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import * as z from "zod";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import { parseAnswer } from "./parse-answer.ts";
import { WireCount, WireField, WireType } from "./wire.ts";

const WireProject = z.looseObject({
  key: z.string(),
  name: z.string().default(""),
  /** `next-gen` for team-managed projects. */
  style: z.string().optional(),
  projectTypeKey: z.string().optional(),
});
export type WireProject = z.infer<typeof WireProject>;

const WireProjects = z.looseObject({
  isLast: z.boolean().optional(),
  values: z.array(WireProject).default([]),
});

const WireNamedStatus = z.looseObject({
  name: z.string(),
  statusCategory: z.looseObject({ key: z.string() }).optional(),
});
export type WireNamedStatus = z.infer<typeof WireNamedStatus>;

const WireWordedLinkType = z.looseObject({
  id: z.string(),
  name: z.string(),
  inward: z.string().default(""),
  outward: z.string().default(""),
});
export type WireWordedLinkType = z.infer<typeof WireWordedLinkType>;
const WireWordedLinkTypes = z.looseObject({
  issueLinkTypes: z.array(WireWordedLinkType).default([]),
});

/** Largest page of projects (swagger of /project/search, 2026-11). */
const pageMax = 100;

/** The calls that onboarding makes to learn what a site has, answers parsed. */
export class JiraDiscoveryClient {
  readonly #client: Client;

  constructor(access: JiraAccess) {
    this.#client = jiraTransport(access);
  }

  /** The projects that the account may browse, those with the latest activity first. */
  async projects(most: number): Promise<{ all: readonly WireProject[]; isCut: boolean }> {
    const all: WireProject[] = [];
    for (;;) {
      const answer = await searchProjects(this.#client, {
        startAt: all.length,
        maxResults: Math.min(pageMax, most - all.length),
        orderBy: "-lastIssueUpdatedDate",
      });
      const page = parseAnswer(WireProjects, answer, "the projects");
      all.push(...page.values);
      const isLast = page.isLast !== false || page.values.length === 0;
      if (isLast || all.length >= most) return { all, isCut: !isLast };
    }
  }

  /** About how many issues a project has. */
  async countIssuesOf(key: string): Promise<number> {
    const answer = await countIssues(this.#client, { jql: `project = "${key}"` });
    return parseAnswer(WireCount, answer, "the count").count;
  }

  async fields(): Promise<readonly WireField[]> {
    return parseAnswer(z.array(WireField), await getFields(this.#client), "the fields");
  }

  async types(): Promise<readonly WireType[]> {
    return parseAnswer(z.array(WireType), await getIssueAllTypes(this.#client), "the work types");
  }

  async statuses(): Promise<readonly WireNamedStatus[]> {
    const answer = await getStatuses(this.#client);
    return parseAnswer(z.array(WireNamedStatus), answer, "the statuses");
  }

  async linkTypes(): Promise<readonly WireWordedLinkType[]> {
    const answer = await getIssueLinkTypes(this.#client);
    return parseAnswer(WireWordedLinkTypes, answer, "the link types").issueLinkTypes;
  }
}
