import { HubError } from "#shared/errors.ts";
import type { Choice, Discovery } from "#shared/kit/discovery.ts";

import { JiraDiscoveryClient, type WireProject } from "./client-discovery.ts";
import { inParallel } from "./in-parallel.ts";
import type { JiraSession } from "./session.ts";
import {
  suggestBlockingLinkTypes,
  suggestDroppedStatuses,
  suggestFields,
  suggestGoalTypes,
} from "./suggestions.ts";

const projectsMax = 500;
/** A count is a request; the projects where most happens are what an admin asks about. */
const countedMax = 50;
const countsAtOnce = 5;

/** What this account shows of the site: projects to choose from, and how the hub would read it. */
export async function discoverJira({ context }: JiraSession): Promise<Discovery> {
  const client = new JiraDiscoveryClient(context);
  const [projects, types, fields, linkTypes, statuses] = await Promise.all([
    client.projects(projectsMax),
    client.types(),
    client.fields(),
    unlessSwitchedOff(client.linkTypes()),
    client.statuses(),
  ]);
  const counts = await countIssues(client, projects.all.slice(0, countedMax));
  return {
    choices: [projectChoice(projects, counts)],
    suggestions: [
      ...suggestGoalTypes(types),
      ...suggestFields(fields),
      ...suggestBlockingLinkTypes(linkTypes),
      ...suggestDroppedStatuses(statuses),
    ],
  };
}

function projectChoice(
  { all, isCut }: { readonly all: readonly WireProject[]; readonly isCut: boolean },
  counts: ReadonlyMap<string, number>,
): Choice {
  return {
    field: "projects",
    title: "Projects",
    emptyMeans: "Every project that the account may browse, also those that come later",
    options: all.map(({ key, name, style, projectTypeKey }) => {
      const count = counts.get(key);
      const managed = style === "next-gen" ? "Team-managed" : "Company-managed";
      return {
        value: key,
        label: name === "" ? key : `${name} (${key})`,
        hint: projectTypeKey === undefined ? managed : `${managed} ${projectTypeKey}`,
        ...(count !== undefined && { count }),
      };
    }),
    isCut,
  };
}

/** Counts by key. They are a help only: where Jira asks to slow down, the rest goes without. */
async function countIssues(
  client: JiraDiscoveryClient,
  projects: readonly WireProject[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let isEnough = false;
  await inParallel(projects, countsAtOnce, async ({ key }) => {
    if (isEnough) return;
    try {
      counts.set(key, await client.countIssuesOf(key));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      isEnough = true;
    }
  });
  return counts;
}

/** Jira answers 404 where linking is switched off. */
async function unlessSwitchedOff<T>(asking: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof HubError && error.code === "connector.not-found") return [];
    throw error;
  }
}
