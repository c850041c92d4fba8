import { issueBean } from "./beans.ts";
import type { HistoryItem } from "./entities.ts";
import { fieldHistory } from "./field-history.ts";
import { parentProblem } from "./hierarchy.ts";
import { type Done, loadIssue, type Moment, writeHistory } from "./moment.ts";
import type { JiraOperationOf } from "./operation.ts";
import { fieldRefusal, Refusal } from "./refusal.ts";
import type { Issue, JiraState, Project } from "./state.ts";

export type IssueOperation = JiraOperationOf<
  | "createIssue"
  | "updateIssue"
  | "transitionIssue"
  | "deleteIssue"
  | "moveIssue"
  | "archiveIssue"
  | "restoreIssue"
>;

export function applyIssueOperation(moment: Moment, operation: IssueOperation): Done {
  switch (operation.kind) {
    case "createIssue":
      return create(moment, operation);
    case "updateIssue":
      return update(moment, operation);
    case "transitionIssue":
      return transition(moment, operation);
    case "deleteIssue":
      return remove(moment, operation);
    case "moveIssue":
      return move(moment, operation);
    case "archiveIssue":
    case "restoreIssue": {
      const issue = loadIssue(moment.state, operation.key);
      moment.state.store.change(issue, { archived: operation.kind === "archiveIssue" }, moment.at);
      return { result: { id: issue.id, key: issue.key }, events: [] };
    }
  }
}

function create(moment: Moment, operation: JiraOperationOf<"createIssue">): Done {
  const { state, at, actorId } = moment;
  const project = state.projectByKey(operation.projectKey);
  if (!project) throw fieldRefusal("project", "valid project is required");
  const type = project.issueTypes.find(({ id }) => id === operation.typeId);
  if (!type) throw fieldRefusal("issuetype", "Specify a valid issue type");
  const statusId = operation.statusId ?? state.statuses.find((each) => each.category === "new")?.id;
  const status = state.status(statusId ?? "");
  if (!status) throw fieldRefusal("status", "There is no such status.");
  const child = { id: "", projectId: project.id, level: type.hierarchyLevel };
  const parentId = checkedParent(state, child, operation.parentKey);
  if (type.hierarchyLevel < 0 && parentId === undefined) {
    throw fieldRefusal("parent", "Sub-tasks must have a parent.");
  }
  checkUser(state, operation.assigneeId);
  checkCustom(state, project, operation.custom);
  const issue: Issue = {
    id: state.nextId(),
    key: state.store.nextKey(project.key),
    projectId: project.id,
    typeId: type.id,
    summary: operation.summary,
    statusId: status.id,
    parentId,
    assigneeId: operation.assigneeId,
    reporterId: actorId,
    labels: operation.labels ?? [],
    duedate: operation.duedate,
    created: at,
    updated: at,
    resolved: status.category === "done" ? at : undefined,
    custom: operation.custom ?? {},
  };
  state.store.add(issue, at);
  return {
    result: { id: issue.id, key: issue.key },
    events: [{ name: "jira:issue_created", issue }],
  };
}

function update(moment: Moment, operation: JiraOperationOf<"updateIssue">): Done {
  const { state } = moment;
  const issue = loadIssue(state, operation.key);
  const { parentKey, assigneeId, custom } = operation;
  const child = { ...issue, level: state.typeOf(issue).hierarchyLevel };
  const next: Partial<Issue> = {
    ...plainChanges(operation),
    ...(assigneeId !== undefined && { assigneeId: assigneeId ?? undefined }),
    ...(parentKey !== undefined && { parentId: checkedParent(state, child, parentKey) }),
    ...(custom !== undefined && { custom: { ...issue.custom, ...custom } }),
  };
  if (child.level < 0 && "parentId" in next && next.parentId === undefined) {
    throw fieldRefusal("parent", "Sub-tasks must have a parent.");
  }
  checkUser(state, next.assigneeId);
  checkCustom(state, state.projectOf(issue), custom);
  return changed(moment, issue, next);
}

/** What may be anything. */
function plainChanges(operation: JiraOperationOf<"updateIssue">): Partial<Issue> {
  const { summary, labels, components, duedate, securityLevelId } = operation;
  return {
    ...(summary !== undefined && { summary }),
    ...(labels !== undefined && { labels }),
    ...(components !== undefined && { components }),
    ...(duedate !== undefined && { duedate: duedate ?? undefined }),
    ...(securityLevelId !== undefined && { securityLevelId: securityLevelId ?? undefined }),
  };
}

function transition(moment: Moment, operation: JiraOperationOf<"transitionIssue">): Done {
  const issue = loadIssue(moment.state, operation.key);
  const status = moment.state.status(operation.statusId);
  if (!status) throw new Refusal(400, "It isn't possible to transition to that status.");
  const resolved = status.category === "done" ? (issue.resolved ?? moment.at) : undefined;
  return changed(moment, issue, { statusId: status.id, resolved });
}

/** A move changes key and project; type and status carry over where the new project has the type. */
function move(moment: Moment, operation: JiraOperationOf<"moveIssue">): Done {
  const { state } = moment;
  const issue = loadIssue(state, operation.key);
  const project = state.projectByKey(operation.projectKey);
  if (!project) throw fieldRefusal("project", "valid project is required");
  const { hierarchyLevel, name } = state.typeOf(issue);
  const sameLevel = project.issueTypes.filter((each) => each.hierarchyLevel === hierarchyLevel);
  const type = sameLevel.find((each) => each.name === name) ?? sameLevel[0];
  if (!type) throw fieldRefusal("issuetype", "The target space has no such work type.");
  const next = { projectId: project.id, typeId: type.id, key: state.store.nextKey(project.key) };
  const parent = issue.parentId === undefined ? undefined : state.issue(issue.parentId);
  const child = { id: issue.id, projectId: project.id, level: hierarchyLevel };
  const loses = parent !== undefined && parentProblem(state, child, parent) !== undefined;
  return changed(moment, issue, { ...next, ...(loses && { parentId: undefined }) });
}

function changed(moment: Moment, issue: Issue, next: Partial<Issue>): Done {
  const items: readonly HistoryItem[] = fieldHistory(moment.state, issue, next);
  moment.state.store.change(issue, next, moment.at);
  const result = { id: issue.id, key: issue.key };
  // An edit that changes nothing leaves no trace in Jira either.
  if (items.length === 0) return { result, events: [] };
  const history = writeHistory(moment, issue, items);
  return { result, events: [{ name: "jira:issue_updated", issue, history }] };
}

function remove(moment: Moment, operation: JiraOperationOf<"deleteIssue">): Done {
  const { state } = moment;
  const issue = loadIssue(state, operation.key);
  const children = state.childrenOf(issue.id);
  const subtasks = children.filter((child) => state.typeOf(child).hierarchyLevel < 0);
  if (subtasks.length > 0 && operation.deleteSubtasks !== true) {
    throw new Refusal(
      400,
      `The issue '${issue.key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
    );
  }
  const doomed = [...subtasks, issue];
  // Children that are no sub-tasks live on without a parent.
  for (const child of children) {
    if (!subtasks.includes(child)) state.store.change(child, { parentId: undefined }, moment.at);
  }
  const links = new Set(doomed.flatMap((each) => state.linksOf(each.id)));
  const bodies = doomed.map((each) => issueBean(state, each, { version: 2 }));
  for (const each of doomed) state.removeIssue(each, moment.at);
  return {
    result: { id: issue.id, key: issue.key },
    events: [
      ...[...links].map((link) => ({ name: "issuelink_deleted", link }) as const),
      ...doomed.map(
        (each, index) =>
          ({ name: "jira:issue_deleted", issue: each, body: bodies[index] }) as const,
      ),
    ],
  };
}

function checkedParent(
  state: JiraState,
  child: Parameters<typeof parentProblem>[1],
  key: string | null | undefined,
): string | undefined {
  if (key === null || key === undefined) return undefined;
  const parent = state.issue(key);
  if (!parent) throw fieldRefusal("parent", "Could not find issue by id or key.");
  const problem = parentProblem(state, child, parent);
  if (problem !== undefined) throw fieldRefusal("parent", problem);
  return parent.id;
}

function checkUser(state: JiraState, accountId: string | undefined): void {
  if (accountId === undefined) return;
  const user = state.users.get(accountId);
  if (!user?.active) {
    throw fieldRefusal("assignee", `User '${accountId}' cannot be assigned issues.`);
  }
}

function checkCustom(
  state: JiraState,
  { fieldIds }: Project,
  custom: Readonly<Record<string, unknown>> = {},
): void {
  for (const id of Object.keys(custom)) {
    const isKnown = state.fields.some((field) => field.id === id);
    if (isKnown && (fieldIds?.includes(id) ?? true)) continue;
    throw fieldRefusal(
      id,
      `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`,
    );
  }
}
