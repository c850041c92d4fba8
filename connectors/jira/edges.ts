import type { AssertedEdge } from "#shared/model/change.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";

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
  const goals = resolved(context, issue, context.fields.goalLinks);
  const links = new Map<string, AssertedEdge>();
  for (const id of goals.ids.filter(isGoalId)) {
    links.set(id, { type: "link", fromId: ownId, toId: id, source: "field", confidence: 1 });
  }
  if (isGoalId(ownId)) return { edges: [...links.values()], unresolvedUrls: goals.unresolved };
  const { goalId } = parentOf(context, issue.fields.parent);
  if (goalId !== undefined) {
    links.set(goalId, {
      type: "link",
      fromId: ownId,
      toId: goalId,
      source: "native",
      confidence: 1,
    });
  }
  const blockers = resolved(context, issue, context.fields.blockedBy);
  const dependencies = new Map<string, AssertedEdge>();
  for (const [source, ids] of [
    ["field", blockers.ids.filter(isWorkItemId)],
    ["native", linkedBlockers(context, issue)],
  ] as const) {
    for (const blockingId of ids) {
      if (blockingId === ownId) continue;
      dependencies.set(blockingId, { type: "dependency", blockedId: ownId, blockingId, source });
    }
  }
  return {
    edges: [...links.values(), ...dependencies.values()],
    unresolvedUrls: goals.unresolved + blockers.unresolved,
  };
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
  const urls = fieldIds.flatMap((id) => {
    const value = fields[id];
    // A text field may hold several, among words.
    return typeof value === "string" ? (value.match(/https?:\/\/[^\s<>"|\]]+/gu) ?? []) : [];
  });
  const ids = urls.flatMap((url) => context.resolveUrl(url) ?? []);
  return { ids, unresolved: urls.length - ids.length };
}

function isGoalId(id: WorkItemId | GoalId): id is GoalId {
  return readFactId(id)?.type === "goal";
}

function isWorkItemId(id: WorkItemId | GoalId): id is WorkItemId {
  return readFactId(id)?.type === "work-item";
}
