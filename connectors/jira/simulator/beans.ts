import { customValue } from "./custom-fields.ts";
import { categorySince } from "./field-history.ts";
import {
  componentBean,
  linkBean,
  securityLevelBean,
  statusBean,
  typeBean,
  userBean,
} from "./part-beans.ts";
import type { Issue, JiraState } from "./state.ts";
import { jiraTime } from "./zone.ts";

export interface BeanOptions {
  /** 2 is what webhooks carry: texts as strings. 3 is what REST v3 gives: texts as documents. */
  readonly version: 2 | 3;
  /** As in the query: names, `*all`, `*navigable`, `-name`. Absent: everything. */
  readonly fields?: readonly string[];
  /** Keys of the entity properties to show. */
  readonly properties?: readonly string[];
  /** The caller's zone, in which moments are written. */
  readonly timeZone?: string;
}

/** An issue as Jira shows it. */
export function issueBean(
  state: JiraState,
  issue: Issue,
  options: BeanOptions,
): Readonly<Record<string, unknown>> {
  const wanted = selection(options.fields ?? ["*all"]);
  const fields: Record<string, unknown> = {};
  for (const [name, render] of Object.entries(renderers)) {
    if (wanted(name)) fields[name] = render(state, issue, options);
  }
  for (const field of state.fieldsOf(issue)) {
    if (wanted(field.id)) fields[field.id] = customValue(state, issue, field, options.version);
  }
  const shown = options.properties ?? [];
  return {
    expand: "operations,versionedRepresentations,editmeta,changelog,renderedFields",
    id: issue.id,
    self: `${state.baseUrl}/rest/api/${options.version}/issue/${issue.id}`,
    key: issue.key,
    fields,
    ...(shown.length > 0 && { properties: propertiesOf(state, issue, shown) }),
  };
}

function propertiesOf(state: JiraState, issue: Issue, keys: readonly string[]): object {
  const all = [...(state.properties.get(issue.id) ?? [])];
  return Object.fromEntries(all.filter(([key]) => keys.includes(key)));
}

/** Whether a field is asked for, given the `fields` of a query. */
function selection(fields: readonly string[]): (name: string) => boolean {
  const named = new Set(fields);
  const isAll = named.has("*all") || named.has("*navigable");
  return (name) => !named.has(`-${name}`) && (isAll || named.has(name));
}

type Renderer = (state: JiraState, issue: Issue, options: BeanOptions) => unknown;

const user = (state: JiraState, accountId: string | undefined) => {
  const found = accountId === undefined ? undefined : state.users.get(accountId);
  return found ? userBean(state, found) : null;
};
const time = (instant: Issue["created"], { timeZone = "Etc/UTC" }: BeanOptions) =>
  jiraTime(instant, timeZone);

const renderers: Readonly<Record<string, Renderer>> = {
  summary: (_, { summary }) => summary,
  description: () => null,
  issuetype: (state, issue) => typeBean(state, state.typeOf(issue)),
  project: (state, issue) => {
    const { id, key, name, style } = state.projectOf(issue);
    const self = `${state.baseUrl}/rest/api/3/project/${id}`;
    return { self, id, key, name, projectTypeKey: "software", simplified: style === "next-gen" };
  },
  status: (state, issue) => statusBean(state, state.statusOf(issue)),
  resolution: (state, { resolved }) =>
    resolved === undefined
      ? null
      : { self: `${state.baseUrl}/rest/api/3/resolution/10000`, id: "10000", name: "Done" },
  resolutiondate: (_, { resolved }, options) =>
    resolved === undefined ? null : time(resolved, options),
  parent: (state, { parentId }) => {
    const parent = parentId === undefined ? undefined : state.issue(parentId);
    return parent ? miniBean(state, parent) : undefined;
  },
  assignee: (state, { assigneeId }) => user(state, assigneeId),
  reporter: (state, { reporterId }) => user(state, reporterId),
  labels: (_, { labels }) => labels,
  components: (state, issue) =>
    (issue.components ?? []).map((name) => componentBean(state, state.projectOf(issue), name)),
  duedate: (_, { duedate }) => duedate ?? null,
  created: (_, { created }, options) => time(created, options),
  updated: (_, { updated }, options) => time(updated, options),
  statuscategorychangedate: (state, issue, options) => time(categorySince(state, issue), options),
  subtasks: (state, issue) =>
    state.typeOf(issue).hierarchyLevel < 0
      ? []
      : state
          .childrenOf(issue.id)
          .filter((child) => state.typeOf(child).hierarchyLevel < 0)
          .map((child) => miniBean(state, child)),
  security: (state, { securityLevelId: id }, { version }) => {
    if (id === undefined) return null;
    return version === 2 ? id : securityLevelBean(state, id);
  },
  issuelinks: (state, issue) => state.linksOf(issue.id).map((link) => linkBean(state, link, issue)),
};

/** What Jira shows of an issue inside another one. */
function miniBean(state: JiraState, issue: Issue): object {
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
