import type { Gap } from "#shared/kit/connector.ts";
import { shortText } from "#shared/model/facts.ts";

import { parsed } from "./client.ts";
import { collect, orGap, type ReaderDeps } from "./reader.ts";
import type { Stage } from "./task-position.ts";
import { GidRef, ProjectOutline, projectOutlineFields } from "./wire.ts";

/** Whom tasks in no project are assigned to, as far as they can be told. */
export interface People {
  /** `workspace/user`, sorted. */
  readonly keys: readonly string[];
  readonly gaps: readonly Gap[];
}

/** What tasks are listed by: projects, read once at the start of a call, and people. */
export interface TaskLists {
  /** Project gids, sorted. */
  readonly projects: readonly string[];
  /** Those of them that are not archived. */
  readonly activeProjects: readonly string[];
  /** Read once, when they are first asked for: most runs do not, and there may be many thousands. */
  readonly people: () => Promise<People>;
  /** Team names by project gid. */
  readonly teamOfProject: ReadonlyMap<string, string>;
}

/** No list shows these: https://developers.asana.com/reference/gettasks (read 2026-11-21). */
const homelessGap: Gap = {
  what: "Tasks in no project",
  why: "Asana lists them by their assignee only: those that nobody is assigned to, and their subtasks, are not read",
  isForEverybody: true,
};

export async function readTaskLists(deps: ReaderDeps): Promise<TaskLists> {
  const projects = new Map<string, ProjectOutline>();
  for (const workspace of deps.source.settings.workspaces) {
    for (const project of await readProjects(deps, workspace)) projects.set(project.gid, project);
  }
  const gids = [...projects.keys()].toSorted();
  let people: Promise<People> | undefined;
  return {
    projects: gids,
    activeProjects: gids.filter((gid) => projects.get(gid)?.archived !== true),
    people: () => (people ??= readPeople(deps)),
    teamOfProject: teamsOf([...projects.values()]),
  };
}

async function readPeople({ client, source }: ReaderDeps): Promise<People> {
  const keys: string[] = [];
  const gaps: Gap[] = [homelessGap];
  for (const workspace of source.settings.workspaces) {
    const what = `users of workspace ${workspace}`;
    const list = collect(client.every((page) => client.users(workspace, page)));
    // Without them we miss only tasks that are in no project.
    const { value: users = [], gap } = await orGap(what, list);
    if (gap) gaps.push({ what: `Tasks in no project of workspace ${workspace}`, why: gap.why });
    keys.push(...users.map((user) => `${workspace}/${parsed(GidRef, user, what).gid}`));
  }
  return { keys: keys.toSorted(), gaps };
}

/** Gids of all projects that are not archived. */
export async function readActiveProjects(deps: ReaderDeps): Promise<readonly string[]> {
  const lists = deps.source.settings.workspaces.map((workspace) => readProjects(deps, workspace));
  const projects = (await Promise.all(lists)).flat();
  const active = projects.filter(({ archived }) => archived !== true).map(({ gid }) => gid);
  return [...new Set(active)].toSorted();
}

async function readProjects(
  { client }: ReaderDeps,
  workspace: string,
): Promise<readonly ProjectOutline[]> {
  const list = client.every((page) =>
    client.projects(workspace, { ...page, fields: projectOutlineFields }),
  );
  const what = `projects of workspace ${workspace}`;
  return (await collect(list)).map((project) => parsed(ProjectOutline, project, what));
}

export function teamsOf(projects: readonly ProjectOutline[]): ReadonlyMap<string, string> {
  const named = projects.flatMap(({ gid, team }) => {
    const name = shortText(team?.name);
    return name === undefined ? [] : [[gid, name] as const];
  });
  return new Map(named);
}

/**
 * The lists of a stage. Between sweeps archived projects rest: what changes in them waits for the
 * next sweep, since most projects of an old workspace are archived.
 */
export async function listsOf(
  lists: TaskLists,
  stage: Stage,
  sweeps: boolean,
): Promise<readonly string[]> {
  switch (stage) {
    case "projects":
      return sweeps ? lists.projects : lists.activeProjects;
    case "parents":
      return lists.projects;
    case "people":
    case "people-parents":
      return (await lists.people()).keys;
  }
}
