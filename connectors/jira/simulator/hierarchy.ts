import type { Issue, JiraState } from "./state.ts";

/**
 * Why an issue may not have this parent, in Jira's words; undefined when it may. The parent is exactly
 * one level above; sub-tasks and everything in a team-managed project stay within their project
 * (https://support.atlassian.com/jira-software-cloud/docs/what-are-team-managed-and-company-managed-projects/, 2026-11).
 */
export function parentProblem(
  state: JiraState,
  child: Pick<Issue, "id" | "projectId"> & { readonly level: number },
  parent: Issue,
): string | undefined {
  const parentLevel = state.typeOf(parent).hierarchyLevel;
  if (parentLevel !== child.level + 1 || parent.id === child.id) {
    return "Given parent work item does not belong to appropriate hierarchy.";
  }
  const stays = [child.projectId, parent.projectId].some(
    (id) => state.projects.get(id)?.style === "next-gen",
  );
  if ((stays || child.level < 0) && child.projectId !== parent.projectId) {
    return "Work items with this Work Type must be created in the same space as the parent.";
  }
  return undefined;
}

/** The issues that may be the parent of this one, by key. */
export function possibleParents(state: JiraState, issue: Issue): readonly Issue[] {
  const child = { ...issue, level: state.typeOf(issue).hierarchyLevel };
  return [...state.issues.values()].filter((each) => !parentProblem(state, child, each));
}
