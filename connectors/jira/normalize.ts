import * as z from "zod";

import { Change, type Rejected, type Upsert } from "#shared/model/change.ts";
import type { Goal, WorkItem, WorkItemKind, WorkStatus } from "#shared/model/facts.ts";
import { shortText, titleOf } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, readDate, readInstant } from "#shared/model/time.ts";

import { edgesOf } from "./edges.ts";
import { keptFieldsOf } from "./kept-fields.ts";
import {
  type IdentityContext,
  issueFactId,
  type NormalizeContext,
  parentOf,
} from "./normalize-context.ts";
import { type ParentFlaw, parentIn } from "./parents.ts";
import { WireIssue, WireType } from "./wire.ts";
import { workStatusOf } from "./work-status.ts";

export type NormalizedIssue =
  | {
      readonly change: Upsert;
      readonly unresolvedUrls: number;
      /** Why a parent that the issue names is not followed. */
      readonly parentFlaw?: ParentFlaw;
    }
  | { readonly rejected: Rejected };

/** An issue as a work item or a goal, with the edges it asserts. Pure; a record it cannot read is rejected alone. */
export function normalizeIssue(
  context: NormalizeContext,
  raw: unknown,
  readAt: Instant,
): NormalizedIssue {
  const parsed = parseIssue(context, raw);
  return "rejected" in parsed ? parsed : normalizeParsed(context, parsed.issue, readAt);
}

/** The record as an issue, or why it is none. */
export function parseIssue(
  context: IdentityContext,
  raw: unknown,
): { readonly issue: WireIssue } | { readonly rejected: Rejected } {
  const parsed = WireIssue.safeParse(raw);
  if (parsed.success) return { issue: parsed.data };
  return { rejected: rejectionOf(nameOf(raw), parsed.error.issues, idOf(context, raw)) };
}

/** As `normalizeIssue`, of an issue that was parsed before. */
export function normalizeParsed(
  context: NormalizeContext,
  read: WireIssue,
  readAt: Instant,
): NormalizedIssue {
  const { parent, flaw } = parentIn(context, read);
  const issue =
    parent === (read.fields.parent ?? undefined)
      ? read
      : { ...read, fields: { ...read.fields, parent } };
  const updatedAt = readInstant(issue.fields.updated);
  const record = `issue ${issue.id}`;
  const idOfIt = () => issueFactId(context, issue.id, issue.fields.issuetype);
  if (updatedAt === undefined) {
    const reason = "fields.updated is not a point in time";
    return { rejected: { record, id: idOfIt(), reason } };
  }
  const version = { sourceVersion: epochMsOf(updatedAt), readAt };
  const kind = context.goalKindOf(issue.fields.issuetype);
  const fact = kind ? goalOf(context, issue, kind) : workItemOf(context, issue);
  const { edges, unresolvedUrls } = edgesOf(context, issue);
  const change = Change.safeParse({ kind: "upserted", record: { ...fact, ...version }, edges });
  if (!change.success) return { rejected: rejectionOf(record, change.error.issues, idOfIt()) };
  return {
    change: change.data as Upsert,
    unresolvedUrls,
    ...(flaw !== undefined && { parentFlaw: flaw }),
  };
}

type Unversioned<T> = Omit<T, "sourceVersion" | "readAt">;

function workItemOf(context: NormalizeContext, issue: WireIssue): Unversioned<WorkItem> {
  const { fields } = issue;
  const common = commonOf(context, issue);
  const parentId =
    parentOf(context, fields.parent).workItemId ??
    (fields.parent ? undefined : context.remoteTargets?.get(issue.id)?.parentId);
  const assigneeId = accountIdOf(context, issue);
  const labels = (fields.labels ?? []).flatMap((label) => shortText(label) ?? []).slice(0, 20);
  const kept = keptFieldsOf(context.fields.kept, fields);
  return {
    type: "work-item",
    id: factId("work-item", "jira", context.connectionId, issue.id),
    ...common,
    kind: kindOf(fields.issuetype),
    url: `${context.siteUrl}/browse/${encodeURIComponent(issue.key)}`,
    container: fields.project.key,
    canHoldGoal: canHoldGoal(context, fields),
    ...(parentId !== undefined && { parentId }),
    ...(assigneeId !== undefined && { assigneeId }),
    ...(labels.length > 0 && { labels }),
    ...(kept && { fields: kept }),
    ...momentsOf(fields, common.status),
  };
}

function momentsOf(fields: WireIssue["fields"], status: WorkStatus) {
  const createdAt = readInstant(fields.created);
  const statusSince = readInstant(fields.statuscategorychangedate);
  const completedAt = status === "done" ? readInstant(fields.resolutiondate) : undefined;
  return {
    ...(createdAt !== undefined && { createdAt }),
    ...(statusSince !== undefined && { statusSince }),
    ...(completedAt !== undefined && { completedAt }),
  };
}

/**
 * Team-managed projects end at the epic: a goal can only be named in a field, where there is one, or by
 * a remote link, where those are read.
 */
function canHoldGoal(context: NormalizeContext, fields: WireIssue["fields"]): boolean {
  const isTeamManaged = fields.project.simplified === true || fields.project.style === "next-gen";
  if (!isTeamManaged || context.remoteTargets) return true;
  return context.fields.goalLinks.some((id) => id in fields);
}

function goalOf(
  context: NormalizeContext,
  issue: WireIssue,
  kind: Goal["kind"],
): Unversioned<Goal> {
  const parentId = parentOf(context, issue.fields.parent).goalId;
  const ownerId = accountIdOf(context, issue);
  const createdAt = readInstant(issue.fields.created);
  return {
    type: "goal",
    id: factId("goal", "jira", context.connectionId, issue.id),
    ...commonOf(context, issue),
    kind,
    url: `${context.siteUrl}/browse/${encodeURIComponent(issue.key)}`,
    ...(parentId !== undefined && { parentId }),
    ...(ownerId !== undefined && { ownerId }),
    ...(createdAt !== undefined && { createdAt }),
    ...(!canServe(context, issue.fields) && { canHoldGoal: false }),
  };
}

/**
 * Whether somebody could say here which goal it serves. What a work type may have above itself is not in
 * the issue, and the topmost has nothing: so only a field or a remote link counts, where it is read.
 */
function canServe(context: NormalizeContext, fields: WireIssue["fields"]): boolean {
  return context.remoteTargets !== undefined || context.fields.goalLinks.some((id) => id in fields);
}

function commonOf(context: NormalizeContext, { key, fields }: WireIssue) {
  const dueOn = readDate(fields.duedate);
  const teamName = teamNameOf(context, fields);
  const restrictedTo = fields.security;
  return {
    connectionId: context.connectionId,
    originalKind: shortText(fields.issuetype.name) ?? fields.issuetype.id,
    key,
    title: titleOf(fields.summary, key),
    status: statusOf(context, fields),
    originalStatus: shortText(fields.status.name) ?? "?",
    ...(dueOn !== undefined && { dueOn }),
    ...(teamName !== undefined && { teamName }),
    ...(restrictedTo && { restrictedTo }),
  };
}

function accountIdOf({ connectionId }: NormalizeContext, { fields }: WireIssue) {
  const accountId = fields.assignee?.accountId;
  return accountId ? factId("account", "jira", connectionId, accountId) : undefined;
}

function statusOf(
  { dropped }: NormalizeContext,
  { status, resolution }: WireIssue["fields"],
): WorkStatus {
  const names = [status.name, status.id, resolution?.name, resolution?.id];
  return workStatusOf(dropped, status.statusCategory?.key, names);
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
  const id = nativeIdOf(raw);
  return id === undefined ? "an issue without id" : `issue ${id}`;
}

function nativeIdOf(raw: unknown): string | undefined {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  const isId = (typeof id === "string" && /^\d{1,20}$/u.test(id)) || typeof id === "number";
  return isId ? String(id) : undefined;
}

/** What it would have become. Without a readable type work, by whose id it can be read again too. */
function idOf(context: IdentityContext, raw: unknown): WorkItemId | GoalId | undefined {
  const id = nativeIdOf(raw);
  if (id === undefined) return undefined;
  const type = Typed.safeParse(raw).data?.fields.issuetype;
  return issueFactId(context, id, type);
}

const Typed = z.looseObject({ fields: z.looseObject({ issuetype: WireType }) });

/** Says where and what, never the value. */
function rejectionOf(
  record: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly code?: string | undefined }[],
  id: WorkItemId | GoalId | undefined,
): Rejected {
  const [first] = issues;
  const path = first?.path.map(String).join(".") ?? "";
  const reason = `${path} ${first?.code ?? "is not as documented"}`.trim();
  return { record, reason, ...(id !== undefined && { id }) };
}
