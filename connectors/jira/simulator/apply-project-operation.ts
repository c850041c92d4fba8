import type { Done, JiraEvent, Moment } from "./moment.ts";
import type { ProjectOperation } from "./project-operation.ts";
import { Refusal } from "./refusal.ts";
import type { JiraState, Project } from "./state.ts";

/** Projects come and go, and words change. Only `project_*` tells of it; no issue is touched. */
export function applyProjectOperation(moment: Moment, operation: ProjectOperation): Done {
  const { state } = moment;
  if (!("projectKey" in operation)) return applyToSite(state, operation);
  const project = state.projectByKey(operation.projectKey);
  if (!project)
    throw new Refusal(404, `No project could be found with key '${operation.projectKey}'.`);
  switch (operation.kind) {
    case "hideProject":
    case "showProject":
      return show(state, project, operation);
    case "archiveProject":
      state.archivedProjects.add(project.id);
      return done(project, "project_archived");
    case "restoreProject":
      state.archivedProjects.delete(project.id);
      return done(project, "project_restored_archived");
    case "renameProject": {
      const renamed = { ...project, name: operation.name };
      state.projects.set(project.id, renamed);
      return done(renamed, "project_updated");
    }
    case "changeProjectKey":
      return changeKey(moment, project, operation.key);
    case "deleteProject":
      return remove(moment, project);
  }
}

function applyToSite(
  state: JiraState,
  operation: Exclude<ProjectOperation, { readonly projectKey: string }>,
): Done {
  if (operation.kind === "renameStatus") return renameStatus(state, operation);
  if (operation.kind === "renameIssueType") return renameType(state, operation);
  return showLevel(state, operation);
}

function changeKey({ state, at }: Moment, project: Project, key: string): Done {
  if (state.projectByKey(key)) throw new Refusal(400, `Project '${key}' uses this project key.`);
  if (state.store.bulk) throw new Refusal(400, "Generated issues keep their keys.");
  state.formerKeys.set(project.key, project.id);
  const renamed = { ...project, key };
  state.projects.set(project.id, renamed);
  for (const issue of state.issues.values()) {
    if (issue.projectId !== project.id) continue;
    state.store.change(issue, { key: `${key}-${issue.key.split("-").at(-1)}` }, at);
  }
  return done(renamed, "project_updated");
}

function show(
  { hiddenProjects }: JiraState,
  project: Project,
  { kind, accountId }: Extract<ProjectOperation, { kind: "hideProject" | "showProject" }>,
): Done {
  const from = hiddenProjects.get(project.id) ?? new Set();
  if (kind === "hideProject") hiddenProjects.set(project.id, from.add(accountId ?? "*"));
  else if (accountId === undefined) hiddenProjects.delete(project.id);
  else if (from.delete(accountId) && from.size === 0) hiddenProjects.delete(project.id);
  return done(project);
}

function showLevel(
  { hiddenLevels }: JiraState,
  operation: Extract<ProjectOperation, { kind: "hideLevel" | "showLevel" }>,
): Done {
  const { levelId } = operation;
  if (operation.kind === "showLevel") hiddenLevels.delete(levelId);
  else {
    const from = hiddenLevels.get(levelId) ?? new Set();
    hiddenLevels.set(levelId, from.add(operation.accountId ?? "*"));
  }
  return { result: { id: levelId }, events: [] };
}

function remove({ state, at }: Moment, project: Project): Done {
  const doomed = [...state.issues.values()].filter((each) => each.projectId === project.id);
  for (const issue of doomed) {
    for (const child of state.childrenOf(issue.id)) {
      state.store.change(child, { parentId: undefined }, at);
    }
    state.removeIssue(issue, at);
  }
  state.projects.delete(project.id);
  state.archivedProjects.delete(project.id);
  state.hiddenProjects.delete(project.id);
  return done(project, "project_deleted");
}

function renameStatus(
  state: JiraState,
  { statusId, ...next }: Extract<ProjectOperation, { kind: "renameStatus" }>,
): Done {
  const index = state.statuses.findIndex(({ id }) => id === statusId);
  const status = state.statuses[index];
  if (!status) throw new Refusal(404, "There is no such status.");
  const { name = status.name, category = status.category } = next;
  state.statuses[index] = { ...status, name, category };
  return { result: { id: statusId }, events: [] };
}

function renameType(
  state: JiraState,
  { typeId, name }: Extract<ProjectOperation, { kind: "renameIssueType" }>,
): Done {
  const having = [...state.projects.values()].filter(({ issueTypes }) =>
    issueTypes.some(({ id }) => id === typeId),
  );
  if (having.length === 0) throw new Refusal(404, "There is no such issue type.");
  for (const project of having) {
    const issueTypes = project.issueTypes.map((each) =>
      each.id === typeId ? { ...each, name } : each,
    );
    state.projects.set(project.id, { ...project, issueTypes });
  }
  return { result: { id: typeId }, events: [] };
}

function done(
  project: Project,
  name?: Extract<JiraEvent, { readonly project: Project }>["name"],
): Done {
  return {
    result: { id: project.id, key: project.key },
    events: name === undefined ? [] : [{ name, project }],
  };
}
