import { JiraSeed, type JiraSeedInput } from "./seed.ts";
import { JiraState } from "./state.ts";

/** A site from its seed. Throws with every broken reference named, so that a wrong seed fails at once. */
export function loadSeed(input: JiraSeedInput): JiraState {
  const seed = JiraSeed.parse(input);
  const state = new JiraState(seed);
  const problems = problemsOf(seed, state);
  if (problems.length > 0) throw new Error(`the Jira seed is broken:\n${problems.join("\n")}`);
  const idByKey = new Map(seed.issues.map((issue) => [issue.key, issue.id]));
  for (const { parentKey, ...issue } of seed.issues) {
    state.store.put({
      ...issue,
      projectId: state.projectByKey(projectKeyOf(issue.key))?.id ?? "",
      parentId: parentKey === undefined ? undefined : idByKey.get(parentKey),
      assigneeId: issue.assigneeId,
      reporterId: issue.reporterId,
      duedate: issue.duedate,
      resolved: state.status(issue.statusId)?.category === "done" ? issue.updated : undefined,
    });
  }
  for (const { sourceKey, destinationKey, ...link } of seed.links) {
    const sourceId = idByKey.get(sourceKey) ?? "";
    state.putLink({ ...link, sourceId, destinationId: idByKey.get(destinationKey) ?? "" });
  }
  return state;
}

function problemsOf(seed: JiraSeed, state: JiraState): readonly string[] {
  const keys = new Set(seed.issues.map(({ key }) => key));
  const ids = new Set([...seed.issues, ...seed.links].map(({ id }) => id));
  const isDoubled = ids.size < seed.issues.length + seed.links.length;
  const credentials = seed.credentials.filter(({ accountId }) => !state.users.has(accountId));
  return [
    ...(keys.size < seed.issues.length ? ["two issues have one key"] : []),
    ...(isDoubled ? ["two issues or links have one id"] : []),
    ...(seed.credentials.length + seed.oauthApps.length + state.apiTokens.length === 0
      ? ["nobody can log in: no credential, API token or app"]
      : []),
    ...state.apiTokens
      .filter(({ email }) => email === "")
      .map(({ accountId }) => `API token of ${accountId}: no email to log in with`),
    ...credentials.map(({ accountId }) => `credential of ${accountId}: no such user`),
    ...seed.issues.flatMap((issue) => issueProblems(issue, state, keys)),
    ...seed.links.flatMap((link) => {
      const type = seed.linkTypes.some(({ id }) => id === link.typeId);
      const ends = [link.sourceKey, link.destinationKey].filter((key) => !keys.has(key));
      return [
        ...(type ? [] : [`link ${link.id}: no link type ${link.typeId}`]),
        ...ends.map((key) => `link ${link.id}: no issue ${key}`),
      ];
    }),
  ];
}

function issueProblems(
  issue: JiraSeed["issues"][number],
  state: JiraState,
  keys: ReadonlySet<string>,
): readonly string[] {
  const project = state.projectByKey(projectKeyOf(issue.key));
  const users = [issue.assigneeId, issue.reporterId].filter((id) => id !== undefined);
  const missing = [
    project ? undefined : "its project",
    project?.issueTypes.some(({ id }) => id === issue.typeId) ? undefined : `type ${issue.typeId}`,
    state.status(issue.statusId) ? undefined : `status ${issue.statusId}`,
    issue.parentKey === undefined || keys.has(issue.parentKey) ? undefined : issue.parentKey,
    ...users.map((id) => (state.users.has(id) ? undefined : `user ${id}`)),
  ];
  return missing.filter((what) => what !== undefined).map((what) => `${issue.key}: no ${what}`);
}

function projectKeyOf(issueKey: string): string {
  return issueKey.split("-")[0] ?? "";
}
