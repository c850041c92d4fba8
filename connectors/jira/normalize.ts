import { Change, type Rejected, type Upsert } from "#shared/model/change.ts";
import type { Goal, WorkItem, WorkItemKind, WorkStatus } from "#shared/model/facts.ts";
import { shortText, titleOf } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, readDate, readInstant } from "#shared/model/time.ts";

import { edgesOf } from "./edges.ts";
import { type NormalizeContext, parentOf } from "./normalize-context.ts";
import { WireIssue, type WireType } from "./wire.ts";

export type NormalizedIssue =
  | { readonly change: Upsert; readonly unresolvedUrls: number }
  | { readonly rejected: Rejected };

/** An issue as a work item or a goal, with the edges it asserts. Pure; a record it cannot read is rejected alone. */
export function normalizeIssue(
  context: NormalizeContext,
  raw: unknown,
  readAt: Instant,
): NormalizedIssue {
  const parsed = WireIssue.safeParse(raw);
  if (!parsed.success) return { rejected: rejectionOf(nameOf(raw), parsed.error.issues) };
  const issue = parsed.data;
  const updatedAt = readInstant(issue.fields.updated);
  const record = `issue ${issue.id}`;
  if (updatedAt === undefined) {
    return { rejected: { record, reason: "fields.updated is not a point in time" } };
  }
  const version = { sourceVersion: epochMsOf(updatedAt), readAt };
  const kind = context.goalKindOf(issue.fields.issuetype);
  const fact = kind ? goalOf(context, issue, kind) : workItemOf(context, issue);
  const { edges, unresolvedUrls } = edgesOf(context, issue);
  const change = Change.safeParse({ kind: "upserted", record: { ...fact, ...version }, edges });
  if (!change.success) return { rejected: rejectionOf(record, change.error.issues) };
  return { change: change.data as Upsert, unresolvedUrls };
}

type Unversioned<T> = Omit<T, "sourceVersion" | "readAt">;

function workItemOf(context: NormalizeContext, issue: WireIssue): Unversioned<WorkItem> {
  const { fields } = issue;
  const common = commonOf(context, issue);
  const parentId = parentOf(context, fields.parent).workItemId;
  const assigneeId = accountIdOf(context, issue);
  const createdAt = readInstant(fields.created);
  const completedAt = common.status === "done" ? readInstant(fields.resolutiondate) : undefined;
  const labels = (fields.labels ?? []).flatMap((label) => shortText(label) ?? []).slice(0, 20);
  return {
    type: "work-item",
    id: factId("work-item", "jira", context.connectionId, issue.id),
    ...common,
    kind: kindOf(fields.issuetype),
    url: `${context.siteUrl}/browse/${encodeURIComponent(issue.key)}`,
    container: fields.project.key,
    // Team-managed projects end at the epic: a goal can only be named in a field, where there is one.
    canHoldGoal:
      fields.project.simplified !== true || context.fields.goalLinks.some((id) => id in fields),
    ...(parentId !== undefined && { parentId }),
    ...(assigneeId !== undefined && { assigneeId }),
    ...(labels.length > 0 && { labels }),
    ...(createdAt !== undefined && { createdAt }),
    ...(completedAt !== undefined && { completedAt }),
  };
}

function goalOf(
  context: NormalizeContext,
  issue: WireIssue,
  kind: Goal["kind"],
): Unversioned<Goal> {
  const parentId = parentOf(context, issue.fields.parent).goalId;
  const ownerId = accountIdOf(context, issue);
  return {
    type: "goal",
    id: factId("goal", "jira", context.connectionId, issue.id),
    ...commonOf(context, issue),
    kind,
    url: `${context.siteUrl}/browse/${encodeURIComponent(issue.key)}`,
    ...(parentId !== undefined && { parentId }),
    ...(ownerId !== undefined && { ownerId }),
  };
}

function commonOf(context: NormalizeContext, { key, fields }: WireIssue) {
  const dueOn = readDate(fields.duedate);
  const teamName = teamNameOf(context, fields);
  return {
    connectionId: context.connectionId,
    originalKind: shortText(fields.issuetype.name) ?? fields.issuetype.id,
    key,
    title: titleOf(fields.summary, key),
    status: statusOf(context, fields),
    originalStatus: shortText(fields.status.name) ?? "?",
    ...(dueOn !== undefined && { dueOn }),
    ...(teamName !== undefined && { teamName }),
  };
}

function accountIdOf({ connectionId }: NormalizeContext, { fields }: WireIssue) {
  const accountId = fields.assignee?.accountId;
  return accountId ? factId("account", "jira", connectionId, accountId) : undefined;
}

/** By category, whose keys no site can rename; given up is told from done by name, of status or resolution. */
function statusOf(
  { dropped }: NormalizeContext,
  { status, resolution }: WireIssue["fields"],
): WorkStatus {
  const category = status.statusCategory?.key;
  if (category === "indeterminate") return "in-progress";
  if (category !== "done") return "todo";
  const names = [status.name, status.id, resolution?.name, resolution?.id];
  return names.some((name) => name !== undefined && dropped.has(name.toLowerCase()))
    ? "dropped"
    : "done";
}

/** By level; within the lowest the name helps where it is English, and a wrong guess changes no verdict. */
function kindOf(type: WireType): WorkItemKind {
  const name = type.name.toLowerCase();
  const level = type.hierarchyLevel ?? guessLevel(type, name);
  if (level < 0) return "subtask";
  if (level === 1) return "epic";
  if (level > 1) return "initiative";
  if (/bug|defect/u.test(name)) return "bug";
  return name.includes("story") ? "story" : "task";
}

/** Old webhook bodies know no level. */
function guessLevel(type: WireType, name: string): number {
  if (type.subtask === true) return -1;
  return name === "epic" ? 1 : 0;
}

/** The mapping of the project first, then the team field: a team, a select option or text. */
function teamNameOf(context: NormalizeContext, fields: WireIssue["fields"]): string | undefined {
  const ofProject = context.teamOfProject.get(fields.project.key);
  if (ofProject !== undefined) return shortText(ofProject);
  const value = context.fields.team === undefined ? undefined : fields[context.fields.team];
  if (typeof value !== "object" || value === null) return shortText(value);
  const named = value as {
    readonly name?: unknown;
    readonly title?: unknown;
    readonly value?: unknown;
  };
  return shortText(named.name ?? named.title ?? named.value);
}

function nameOf(raw: unknown): string {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  return typeof id === "string" || typeof id === "number" ? `issue ${id}` : "an issue without id";
}

/** Says where and what, never the value. */
function rejectionOf(
  record: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly code?: string | undefined }[],
): Rejected {
  const [first] = issues;
  const path = first?.path.map(String).join(".") ?? "";
  return { record, reason: `${path} ${first?.code ?? "is not as documented"}`.trim() };
}
