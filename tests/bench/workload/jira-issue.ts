/** One issue of the simulated site, as far as the hub looks at it. The rest of its body is noise. */
export interface BenchIssue {
  readonly id: number;
  readonly level: "goal" | "epic" | "story" | "task";
  readonly summary: string;
  readonly status: "todo" | "doing" | "done";
  readonly assignee: number;
  readonly parent?: Pick<BenchIssue, "id" | "level">;
  /** The issue that blocks this one. */
  readonly blocker?: number;
  /** How often anything of it changed that the hub does not keep. */
  readonly edits: number;
  readonly updatedMs: number;
  /** When it was done, while it is. */
  readonly resolvedMs?: number;
}

export function keyOf({ id }: { readonly id: number }): string {
  return `BEN-${id}`;
}

export function jiraAccountId(person: number): string {
  return `5b10a2844c20165700ede${String(person).padStart(3, "0")}`;
}

const types = {
  goal: { id: "10004", name: "Initiative", hierarchyLevel: 2 },
  epic: { id: "10000", name: "Epic", hierarchyLevel: 1 },
  story: { id: "10001", name: "Story", hierarchyLevel: 0 },
  task: { id: "10002", name: "Task", hierarchyLevel: 0 },
} as const;
const statuses = {
  todo: { id: "10010", name: "To Do", category: { id: 2, key: "new", name: "To Do" } },
  doing: {
    id: "10011",
    name: "In Progress",
    category: { id: 4, key: "indeterminate", name: "In Progress" },
  },
  done: { id: "10012", name: "Done", category: { id: 3, key: "done", name: "Done" } },
} as const;
const site = "https://bench.example";

/**
 * An issue in the shape of webhook bodies: REST v2 with every field of the site, most of them empty
 * (https://developer.atlassian.com/cloud/jira/platform/webhooks/, 2026-11). About 9 KB, as recorded
 * ones are.
 */
export function issueBody(issue: BenchIssue): Readonly<Record<string, unknown>> {
  return {
    id: String(issue.id),
    self: `${site}/rest/api/2/issue/${issue.id}`,
    key: keyOf(issue),
    fields: { ...emptyFields, ...leanFields(issue), ...noise(issue) },
  };
}

/** The same issue as `fields=` asks for it: what the hub reads, and nothing else. */
export function leanIssue(issue: BenchIssue): Readonly<Record<string, unknown>> {
  return { id: String(issue.id), key: keyOf(issue), fields: leanFields(issue) };
}

function leanFields(issue: BenchIssue) {
  return {
    summary: issue.summary,
    issuetype: typeBody(issue.level),
    project: {
      self: `${site}/rest/api/2/project/10000`,
      id: "10000",
      key: "BEN",
      name: "Bench",
      projectTypeKey: "software",
      simplified: false,
      avatarUrls: avatars("projectavatar", 10_324),
    },
    status: statusBody(issue.status),
    resolution: issue.status === "done" ? { id: "10100", name: "Done" } : null,
    resolutiondate: issue.resolvedMs === undefined ? null : jiraTime(issue.resolvedMs),
    ...(issue.parent && { parent: referenceBody(issue.parent) }),
    assignee: userBody(issue.assignee),
    labels: ["bench"],
    duedate: "2026-12-18",
    created: "2026-03-02T09:12:44.418+0100",
    updated: jiraTime(issue.updatedMs),
    issuelinks: issue.blocker === undefined ? [] : [linkBody(issue.id, issue.blocker)],
  };
}

function noise(issue: BenchIssue) {
  return {
    description: `${"What is to be done, and how we shall know that it is. ".repeat(20)}(${issue.edits})`,
    priority: { self: `${site}/rest/api/2/priority/3`, id: "3", name: "Medium" },
    reporter: userBody(7),
    creator: userBody(7),
    watches: { self: `${site}/rest/api/2/issue/${keyOf(issue)}/watchers`, watchCount: 3 },
    votes: { self: `${site}/rest/api/2/issue/${keyOf(issue)}/votes`, votes: 0, hasVoted: false },
    progress: { progress: 0, total: 0 },
    aggregateprogress: { progress: 0, total: 0 },
    attachment: [],
    customfield_10019: `0|i0${issue.edits.toString(36)}:`,
    customfield_10020: [
      { id: 12, name: "Sprint 12", state: "active", boardId: 4, goal: "", startDate: "2026-11-09" },
    ],
  };
}

const emptyFields: Readonly<Record<string, unknown>> = Object.fromEntries([
  ...["timespent", "timeestimate", "aggregatetimespent", "workratio", "lastViewed"].map(isNull),
  ...["security", "environment", "timeoriginalestimate", "statuscategorychangedate"].map(isNull),
  ...Array.from({ length: 90 }, (_, at) => isNull(`customfield_${10_030 + at}`)),
  ...["fixVersions", "versions", "components", "subtasks"].map((name) => [name, []] as const),
]);

function isNull(name: string): readonly [string, null] {
  return [name, null];
}

function typeBody(level: BenchIssue["level"]) {
  const type = types[level];
  return {
    self: `${site}/rest/api/2/issuetype/${type.id}`,
    ...type,
    description: "Created by Jira Software, do not edit or delete.",
    iconUrl: `${site}/images/icons/issuetypes/${level}.svg`,
    subtask: false,
  };
}

function statusBody(status: BenchIssue["status"]) {
  const { id, name, category } = statuses[status];
  return {
    self: `${site}/rest/api/2/status/${id}`,
    description: "",
    iconUrl: `${site}/`,
    id,
    name,
    statusCategory: { self: `${site}/rest/api/2/statuscategory/${category.id}`, ...category },
  };
}

function referenceBody(issue: Pick<BenchIssue, "id" | "level">) {
  const { id, level } = issue;
  return {
    id: String(id),
    key: keyOf(issue),
    self: `${site}/rest/api/2/issue/${id}`,
    fields: { summary: "Above", status: statusBody("doing"), issuetype: typeBody(level) },
  };
}

function linkBody(blocked: number, blocker: number) {
  return {
    id: String(blocked * 10),
    self: `${site}/rest/api/2/issueLink/${blocked * 10}`,
    type: { id: "10000", name: "Blocks", inward: "is blocked by", outward: "blocks" },
    inwardIssue: referenceBody({ id: blocker, level: "story" }),
  };
}

export function userBody(person: number) {
  const accountId = jiraAccountId(person);
  return {
    self: `${site}/rest/api/2/user?accountId=${accountId}`,
    accountId,
    avatarUrls: avatars("initials", person),
    displayName: `Person ${person}`,
    active: true,
    timeZone: "Europe/Vienna",
    accountType: "atlassian",
  };
}

function avatars(kind: string, of: number): Readonly<Record<string, string>> {
  const sizes = [48, 24, 16, 32];
  const url = (size: number) =>
    `${site}/secure/${kind}?size=${size}x${size}&avatarId=${of}&noRedirect=true`;
  return Object.fromEntries(sizes.map((size) => [`${size}x${size}`, url(size)]));
}

/** Jira writes the zone without a colon. */
function jiraTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+0000");
}
