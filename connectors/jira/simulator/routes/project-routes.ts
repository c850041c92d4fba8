import { Hono } from "hono";

import { addCost, type JiraContext, type JiraEnv, visibleProjects } from "../access.ts";
import type { Caller } from "../caller.ts";
import { securityLevelBean, statusBean, typeBean, userBean } from "../part-beans.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { JiraState, Project } from "../state.ts";

/** Projects, and the statuses and types in them. */
export function projectRoutes({ state }: Site): Hono<JiraEnv> {
  const app = new Hono<JiraEnv>().basePath("/rest/api/3/project");
  app.get("/search", (c) => c.json(projectPage(state, c)));
  app.get("/:idOrKey", (c) => {
    const project = loadVisible(state, c);
    addCost(c, { objects: 1 });
    return c.json(projectBean(state, project, "issueTypes,lead"));
  });
  app.get("/:idOrKey/statuses", (c) => {
    const project = loadVisible(state, c);
    return c.json(
      project.issueTypes.map(({ id, name, hierarchyLevel }) => ({
        self: `${state.baseUrl}/rest/api/3/issuetype/${id}`,
        id,
        name,
        subtask: hierarchyLevel < 0,
        statuses: state.statuses.map((status) => statusBean(state, status)),
      })),
    );
  });
  app.get("/:idOrKey/securitylevel", (c) => {
    const project = loadVisible(state, c);
    return c.json({ levels: levelsOf(state, project, c.get("caller")) });
  });
  return app;
}

/** The levels of the project's issues that the caller belongs to. Everybody here may set levels. */
function levelsOf(
  state: JiraState,
  { id: projectId }: Project,
  caller: Caller | undefined,
): readonly object[] {
  const used = [...state.issues.values()].flatMap((issue) =>
    issue.projectId === projectId ? (issue.securityLevelId ?? []) : [],
  );
  return [...new Set([...used, ...state.hiddenLevels.keys()])]
    .filter((id) => caller !== undefined && state.isInLevel(id, caller.user.accountId))
    .map((id) => securityLevelBean(state, id));
}

/** The projects that lists show: those the caller may browse, without the archived ones. */
export function visibleProjectList(
  state: JiraState,
  caller: Caller | undefined,
): readonly Project[] {
  const ids = visibleProjects(state, caller);
  return [...state.projects.values()].filter(
    ({ id }) => ids.has(id) && !state.archivedProjects.has(id),
  );
}

/** A project that the caller may browse. Throws `Refusal` (404) for all others. */
export function findProject(
  state: JiraState,
  caller: Caller | undefined,
  idOrKey: string,
): Project {
  const project = state.projects.get(idOrKey) ?? state.projectByKey(idOrKey);
  if (project && visibleProjects(state, caller).has(project.id)) return project;
  throw new Refusal(404, `No project could be found with key '${idOrKey}'.`);
}

function loadVisible(state: JiraState, c: JiraContext): Project {
  return findProject(state, c.get("caller"), c.req.param("idOrKey") ?? "");
}

function projectPage(state: JiraState, c: JiraContext): object {
  const query = new URL(c.req.url).searchParams;
  const listOf = (name: string) => query.getAll(name).flatMap((each) => each.split(","));
  const keys = listOf("keys");
  const ids = listOf("id");
  const words = query.get("query")?.toLowerCase() ?? "";
  const all = visibleProjectList(state, c.get("caller")).filter(
    ({ id, key, name }) =>
      (keys.length === 0 || keys.includes(key)) &&
      (ids.length === 0 || ids.includes(id)) &&
      `${key} ${name}`.toLowerCase().includes(words),
  );
  const startAt = Number(query.get("startAt") ?? 0);
  const maxResults = Math.min(100, Number(query.get("maxResults") ?? 50));
  const page = all.slice(startAt, startAt + maxResults);
  const end = startAt + page.length;
  const url = `${state.baseUrl}/rest/api/3/project/search`;
  const expand = query.get("expand") ?? "";
  addCost(c, { objects: page.length });
  return {
    self: `${url}?startAt=${startAt}&maxResults=${maxResults}`,
    ...(end < all.length && { nextPage: `${url}?startAt=${end}&maxResults=${maxResults}` }),
    maxResults,
    startAt,
    total: all.length,
    isLast: end >= all.length,
    values: page.map((project) => projectBean(state, project, expand)),
  };
}

function projectBean(state: JiraState, project: Project, expand: string): object {
  const { id, key, name, style, issueTypes, leadAccountId } = project;
  const lead = leadAccountId === undefined ? undefined : state.users.get(leadAccountId);
  return {
    self: `${state.baseUrl}/rest/api/3/project/${id}`,
    id,
    key,
    name,
    projectTypeKey: "software",
    style,
    simplified: style === "next-gen",
    isPrivate: false,
    ...(state.archivedProjects.has(id) && { archived: true }),
    ...(expand.includes("issueTypes") && {
      issueTypes: issueTypes.map((type) => typeBean(state, type)),
    }),
    ...(expand.includes("lead") && lead && { lead: userBean(state, lead) }),
  };
}
