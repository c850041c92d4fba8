import { HubError } from "#shared/errors.ts";
import { goesBeforeRules } from "#shared/graph/link-rules-compile.ts";
import { printLinkFilter } from "#shared/graph/link-rules-filter.ts";
import { ItemWords, testOf } from "#shared/graph/link-rules-match.ts";
import { parseLinkFilter } from "#shared/graph/link-rules-parse.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { describeItem } from "../work-items/describe.ts";
import type { Seen, Snapshot } from "../work-items/snapshot.ts";
import type { LinkRulePreview, PreviewQuery } from "./link-rule-answers.ts";

const examplesMax = 5;

/** What a filter fits now, and what a rule with it would change. Nothing is stored. */
export async function previewLinkRule(
  context: AppContext,
  { filter: text, goalId }: PreviewQuery,
): Promise<LinkRulePreview> {
  const parsed = parseLinkFilter(text);
  if (!parsed.ok) {
    const issues = [{ path: "filter", message: parsed.message }];
    throw new HubError("input.invalid", "The filter cannot be read", { issues });
  }
  const snapshot = await context.snapshots.read();
  const { graph, asOf } = snapshot;
  const test = testOf(parsed.filter);
  const fitting = snapshot.seen.filter(({ item }) => test(new ItemWords(item)));
  const open = fitting.filter(({ item }) => isOpen(item));
  const [unlinked, others] = [open.filter(isUnlinked), open.filter((seen) => !isUnlinked(seen))];
  const hasOwn = ({ item }: Seen) =>
    graph.linksFrom(item.id).some((link) => goesBeforeRules(link, asOf));
  const reached = fitting.filter((seen) => !hasOwn(seen)).map(({ item }) => item);
  return {
    asOf,
    filter: printLinkFilter(parsed.filter),
    openItems: open.length,
    closedItems: fitting.length - open.length,
    unlinkedItems: unlinked.length,
    wouldBeLinked: canSupport(graph, goalId) ? countUnlinkedUnder(snapshot, reached) : 0,
    ownLinks: open.filter(hasOwn).length,
    examples: [...unlinked.slice(0, examplesMax), ...others.slice(0, examplesMax)]
      .slice(0, examplesMax)
      .map((seen) => example(graph, seen)),
  };
}

/** Work that serves no goal: also where its own tool could not hold a link, which a rule needs not. */
function isUnlinked({ sight: { verdict } }: Seen): boolean {
  return verdict === "unlinked" || verdict === "unlinkable";
}

function canSupport(graph: MemoryGraph, goalId: GoalId | undefined): boolean {
  if (goalId === undefined) return true;
  const goal = graph.goal(goalId);
  return goal !== undefined && goal.status !== "dropped";
}

/** Open items that are unlinked today, among these and all that has a home below one of them. */
function countUnlinkedUnder({ graph, seen }: Snapshot, tops: readonly WorkItem[]): number {
  const unlinked = new Set<WorkItemId>();
  for (const one of seen) if (isOpen(one.item) && isUnlinked(one)) unlinked.add(one.item.id);
  const entered = new Set(tops);
  let count = 0;
  // The set grows while it is walked through, which visits what was added.
  for (const item of entered) {
    if (unlinked.has(item.id)) count += 1;
    for (const child of graph.childrenOf(item.id)) entered.add(child);
  }
  return count;
}

function example(graph: MemoryGraph, { item, sight }: Seen): LinkRulePreview["examples"][number] {
  const { id, key, title, url, kind, container, verdict } = describeItem(graph, item, sight);
  return { id, key, title, url, kind, container, verdict };
}
