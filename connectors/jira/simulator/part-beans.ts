import type { Issue, IssueType, JiraState, Link, Project, Status, User } from "./state.ts";

const categories = {
  new: { id: 2, colorName: "blue-gray", name: "To Do" },
  indeterminate: { id: 4, colorName: "yellow", name: "In Progress" },
  done: { id: 3, colorName: "green", name: "Done" },
} as const;

export function statusBean(state: JiraState, status: Status): object {
  return {
    self: `${state.baseUrl}/rest/api/3/status/${status.id}`,
    description: "",
    iconUrl: `${state.baseUrl}/images/icons/statuses/generic.png`,
    name: status.name,
    id: status.id,
    statusCategory: categoryBean(state, status.category),
  };
}

/** The three categories that every site has. */
export function statusCategoryBeans(state: JiraState): readonly object[] {
  return (["new", "indeterminate", "done"] as const).map((key) => categoryBean(state, key));
}

function categoryBean(state: JiraState, key: Status["category"]): object {
  const { id, ...category } = categories[key];
  return { self: `${state.baseUrl}/rest/api/3/statuscategory/${id}`, id, key, ...category };
}

export function typeBean(state: JiraState, type: IssueType): object {
  return {
    self: `${state.baseUrl}/rest/api/3/issuetype/${type.id}`,
    id: type.id,
    description: "",
    iconUrl: `${state.baseUrl}/images/icons/issuetypes/generic.png`,
    name: type.name,
    subtask: type.hierarchyLevel < 0,
    hierarchyLevel: type.hierarchyLevel,
  };
}

/** Its id follows from project and name: components of the simulator have no life of their own. */
export function componentBean(state: JiraState, project: Project, name: string): object {
  const digits = Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 9973, 7);
  const id = `${project.id}${digits}`;
  return { self: `${state.baseUrl}/rest/api/3/component/${id}`, id, name };
}

/**
 * `emailAddress` is absent when the profile hides it; of it and of the time zone the document says, too,
 * that they may be null (swagger of User, 2026-11).
 */
export function userBean(state: JiraState, user: User): object {
  return {
    self: `${state.baseUrl}/rest/api/3/user?accountId=${encodeURIComponent(user.accountId)}`,
    accountId: user.accountId,
    accountType: user.accountType,
    ...(user.emailAddress !== undefined && { emailAddress: user.emailAddress }),
    displayName: user.displayName,
    active: user.active,
    timeZone: user.timeZone,
    ...Object.fromEntries(user.hidden.map((name) => [name, null])),
  };
}

/** A link as one of its ends shows it: the other end, on the side that says which way it reads. */
export function linkBean(state: JiraState, link: Link, seenFrom: Issue): object {
  const isSource = link.sourceId === seenFrom.id;
  const other = state.issue(isSource ? link.destinationId : link.sourceId);
  return {
    ...linkFrame(state, link),
    ...(other && { [isSource ? "outwardIssue" : "inwardIssue"]: linkedBean(state, other) }),
  };
}

/** A link seen from outside: both ends. The source is the inward one: it is what the other is blocked by. */
export function wholeLinkBean(state: JiraState, link: Link): object {
  const source = state.issue(link.sourceId);
  const destination = state.issue(link.destinationId);
  return {
    ...linkFrame(state, link),
    ...(source && { inwardIssue: linkedBean(state, source) }),
    ...(destination && { outwardIssue: linkedBean(state, destination) }),
  };
}

function linkFrame(state: JiraState, link: Link): object {
  const self = `${state.baseUrl}/rest/api/3/issueLink/${link.id}`;
  return { id: link.id, self, type: linkTypeBean(state, state.linkTypeOf(link)) };
}

export function linkTypeBean(state: JiraState, type: JiraState["linkTypes"][number]): object {
  return { ...type, self: `${state.baseUrl}/rest/api/3/issueLinkType/${type.id}` };
}

function linkedBean(state: JiraState, issue: Issue): object {
  return {
    id: issue.id,
    key: issue.key,
    self: `${state.baseUrl}/rest/api/3/issue/${issue.id}`,
    fields: {
      summary: issue.summary,
      status: statusBean(state, state.statusOf(issue)),
      issuetype: typeBean(state, state.typeOf(issue)),
    },
  };
}

export function securityLevelBean({ baseUrl }: JiraState, id: string): object {
  const self = `${baseUrl}/rest/api/3/securitylevel/${id}`;
  return { self, id, name: `Level ${id}`, description: "" };
}
