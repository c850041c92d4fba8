import type { HistoryItem } from "./entities.ts";
import type { Issue, JiraState } from "./state.ts";

interface Change {
  readonly field: string;
  /** Absent where Jira leaves it out (key, parent association). */
  readonly fieldId?: string;
  readonly before: Value;
  readonly after: Value;
}

/** An id as Jira notes it and what people read; null and null for nothing. */
type Value = readonly [id: string | null, text: string | null];

/** The changelog items of an edit, worded as Jira words them; empty when nothing changes. */
export function fieldHistory(
  state: JiraState,
  issue: Issue,
  next: Partial<Issue>,
): readonly HistoryItem[] {
  const after = { ...issue, ...next };
  const system = systemFields.map(({ valueOf, ...names }) => ({
    ...names,
    before: valueOf(state, issue),
    after: valueOf(state, after),
  }));
  const custom = state.fields.map(({ id, name }) => ({
    field: name,
    fieldId: id,
    before: [null, customText(issue.custom[id])] as const,
    after: [null, customText(after.custom[id])] as const,
  }));
  return [
    ...system.filter(differs).map((each) => item(each, "jira")),
    ...custom.filter(differs).map((each) => item(each, "custom")),
  ];
}

const nothing: Value = [null, null];

const systemFields: readonly {
  readonly field: string;
  readonly fieldId?: string;
  readonly valueOf: (state: JiraState, issue: Issue) => Value;
}[] = [
  { field: "summary", fieldId: "summary", valueOf: (_, { summary }) => [null, summary] },
  {
    field: "status",
    fieldId: "status",
    valueOf: (state, issue) => [issue.statusId, state.statusOf(issue).name],
  },
  {
    field: "resolution",
    fieldId: "resolution",
    valueOf: (_, { resolved }) => (resolved === undefined ? nothing : ["10000", "Done"]),
  },
  {
    field: "IssueParentAssociation",
    valueOf: (state, { parentId }) =>
      parentId === undefined ? nothing : [parentId, state.issue(parentId)?.key ?? null],
  },
  {
    field: "assignee",
    fieldId: "assignee",
    valueOf: (state, { assigneeId }) =>
      assigneeId === undefined
        ? nothing
        : [assigneeId, state.users.get(assigneeId)?.displayName ?? null],
  },
  { field: "labels", fieldId: "labels", valueOf: (_, { labels }) => [null, labels.join(" ")] },
  {
    field: "Component",
    fieldId: "components",
    valueOf: (_, { components }) =>
      components === undefined || components.length === 0 ? nothing : [null, components.join(", ")],
  },
  {
    field: "duedate",
    fieldId: "duedate",
    valueOf: (_, { duedate }) => (duedate === undefined ? nothing : [duedate, duedate]),
  },
  {
    field: "project",
    fieldId: "project",
    valueOf: (state, issue) => [issue.projectId, state.projectOf(issue).name],
  },
  { field: "Key", valueOf: (_, { key }) => [null, key] },
];

/** When the category of its status last changed; as far as is known, it was made with it. */
export function categorySince(state: JiraState, issue: Issue): Issue["created"] {
  const categoryOf = (statusId: string | null | undefined) =>
    state.status(statusId ?? "")?.category;
  const last = (state.histories.get(issue.id) ?? []).findLast(({ items }) =>
    items.some(({ field, from, to }) => field === "status" && categoryOf(from) !== categoryOf(to)),
  );
  return last?.created ?? issue.created;
}

function differs({ before, after }: Change): boolean {
  return before[0] !== after[0] || before[1] !== after[1];
}

function item(
  { field, fieldId, before, after }: Change,
  fieldtype: "jira" | "custom",
): HistoryItem {
  return {
    field,
    ...(fieldId !== undefined && { fieldId }),
    fieldtype,
    from: before[0],
    fromString: before[1],
    to: after[0],
    toString: after[1],
  };
}

function customText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  const isNamed = typeof value === "object" && "name" in value && typeof value.name === "string";
  return isNamed ? String(value.name) : JSON.stringify(value);
}
