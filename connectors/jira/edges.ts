import type { AssertedEdge } from "#shared/model/change.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";

import { textsIn } from "./document-texts.ts";
import { issueFactId, type NormalizeContext, parentOf } from "./normalize-context.ts";
import type { WireIssue } from "./wire.ts";

interface Edges {
  readonly edges: readonly AssertedEdge[];
  /** How many addresses in the configured fields lead to nothing that the hub reads. */
  readonly unresolvedUrls: number;
}

/**
 * What an issue asserts: which goals it serves and what it waits for. Blocking links are asserted by
 * the blocked end alone, so that both ends together say each of them once.
 */
export function edgesOf(context: NormalizeContext, issue: WireIssue): Edges {
  const ownId = issueFactId(context, issue.id, issue.fields.issuetype);
  const goals = linksOf(context, issue, ownId);
  if (isGoalId(ownId)) return goals;
  const blockers = dependenciesOf(context, issue, ownId);
  return {
    edges: [...goals.edges, ...blockers.edges],
    unresolvedUrls: goals.unresolvedUrls + blockers.unresolvedUrls,
  };
}

/** A goal named twice is one link; a goal's own parent is no link. */
function linksOf(context: NormalizeContext, issue: WireIssue, ownId: WorkItemId | GoalId): Edges {
  const named = resolved(context, issue, context.fields.goalLinks);
  const remote = context.remoteTargets?.get(issue.id)?.goalIds ?? [];
  const parent = isGoalId(ownId) ? undefined : parentOf(context, issue.fields.parent).goalId;
  const sources = new Map<GoalId, "field" | "native">();
  for (const id of [...named.ids.filter(isGoalId), ...remote]) sources.set(id, "field");
  if (isGoalId(ownId)) sources.delete(ownId);
  if (parent !== undefined) sources.set(parent, "native");
  const edges = [...sources].map(([toId, source]): AssertedEdge => {
    return { type: "link", fromId: ownId, toId, source, confidence: 1 };
  });
  return { edges, unresolvedUrls: named.unresolved };
}

function dependenciesOf(context: NormalizeContext, issue: WireIssue, ownId: WorkItemId): Edges {
  const named = resolved(context, issue, context.fields.blockedBy);
  const remote = context.remoteTargets?.get(issue.id)?.blockingIds ?? [];
  const sources = new Map<WorkItemId, "field" | "native">();
  for (const id of [...named.ids.filter(isWorkItemId), ...remote]) sources.set(id, "field");
  for (const id of linkedBlockers(context, issue)) sources.set(id, "native");
  sources.delete(ownId);
  const edges = [...sources].map(([blockingId, source]): AssertedEdge => {
    return { type: "dependency", blockedId: ownId, blockingId, source };
  });
  return { edges, unresolvedUrls: named.unresolved };
}

/**
 * The issues that block this one. An entry with `inwardIssue` reads the type's inward text: of Blocks,
 * "is blocked by" (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/,
 * 2026-11). Reversed types read the other way. A goal blocks nothing.
 */
function linkedBlockers(context: NormalizeContext, { fields }: WireIssue): readonly WorkItemId[] {
  return (fields.issuelinks ?? []).flatMap(({ type, inwardIssue, outwardIssue }) => {
    const way = context.blockingOf(type);
    const blocker = way === "forward" ? inwardIssue : way === "reversed" ? outwardIssue : undefined;
    const blockerType = blocker?.fields?.issuetype;
    if (!blocker || (blockerType && context.goalKindOf(blockerType))) return [];
    return [factId("work-item", "jira", context.connectionId, blocker.id)];
  });
}

function resolved(
  context: NormalizeContext,
  { fields }: WireIssue,
  fieldIds: readonly string[],
): { readonly ids: readonly (WorkItemId | GoalId)[]; readonly unresolved: number } {
  const urls = urlsIn(fields, fieldIds);
  const ids = urls.flatMap((url) => context.resolveUrl(url) ?? []);
  return { ids, unresolved: urls.length - ids.length };
}

/** The addresses in these fields; a text field may hold several, among words, and each is given once. */
export function urlsIn(
  fields: Readonly<Record<string, unknown>>,
  fieldIds: readonly string[],
): string[] {
  const texts = fieldIds.flatMap((id) => textsIn(fields[id]));
  return [...new Set(texts.flatMap((text) => text.match(/https?:\/\/[^\s<>"|\]]+/gu) ?? []))];
}

export function isGoalId(id: WorkItemId | GoalId): id is GoalId {
  return readFactId(id)?.type === "goal";
}

export function isWorkItemId(id: WorkItemId | GoalId): id is WorkItemId {
  return readFactId(id)?.type === "work-item";
}
