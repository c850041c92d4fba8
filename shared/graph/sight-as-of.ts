import type { WorkItem } from "#shared/model/facts.ts";
import type { FactId, WorkItemId } from "#shared/model/ids.ts";

import type { Allowance } from "./allowances.ts";
import { type DependencyState, dependencyState } from "./dependency-state.ts";
import type { GraphAsOf } from "./graph-as-of.ts";
import { lineOfSight, parentIds, spineOf, spineParentId } from "./line-of-sight.ts";
import type { LineOfSight } from "./line-of-sight.ts";

/** A line of sight of the past; `past-unknown` is its reason where what is remembered does not reach. */
export interface SightAsOf extends LineOfSight {
  /** False where its way up leads to something of which then is not known. */
  readonly isAnchorKnown: boolean;
}

export const pastUnknown = "past-unknown";

/**
 * What the kernel says of an item of that moment. A link that stood proves itself; that there was none is
 * said only where everything above the item is known.
 */
export function lineOfSightAsOf(
  past: GraphAsOf,
  item: WorkItem,
  allowances: readonly Allowance[],
): SightAsOf {
  const sight = lineOfSight(past.graph, item, { now: past.at, allowances });
  const isAnchorKnown = isSpineKnown(past, item);
  const isCertain =
    sight.verdict === "linked"
      ? !restsOnGuess(past, sight)
      : !past.mayMissLinks && isAllAboveKnown(past, item);
  if (isCertain) return { ...sight, isAnchorKnown };
  return { ...sight, verdict: "unknown", reason: pastUnknown, isAnchorKnown };
}

/** A rule gave the link by labels or teams of which then is not known. */
function restsOnGuess({ told }: GraphAsOf, { path }: LineOfSight): boolean {
  return path.some(({ link }) => link?.source === "rule" && told.has(link.fromId));
}

function isHazy({ told, unknown }: GraphAsOf, id: FactId): boolean {
  return told.has(id) || unknown.has(id);
}

function isSpineKnown(past: GraphAsOf, item: WorkItem): boolean {
  const { items } = spineOf(past.graph, item);
  const top = items.at(-1);
  const above = top && spineParentId(past.graph, top);
  return [...items.map(({ id }) => id), ...(above ? [above] : [])].every((id) => !isHazy(past, id));
}

function isAllAboveKnown(past: GraphAsOf, start: WorkItem): boolean {
  const { graph, unknown } = past;
  const entered = new Set<WorkItemId>([start.id]);
  // Whoever is added while this runs is looked at in its turn.
  for (const id of entered) {
    if (isHazy(past, id)) return false;
    const item = graph.item(id);
    if (!item) continue;
    if (graph.linksOf(item).some(({ toId }) => unknown.has(toId))) return false;
    for (const parentId of parentIds(item)) entered.add(parentId);
  }
  return true;
}

export type DependencyStateAsOf =
  | DependencyState
  | { readonly state: "unknown"; readonly reason: typeof pastUnknown };

const unknownState = { state: "unknown", reason: pastUnknown } as const;

/** What one dependency was at that moment. Whether an end was over, its source tells; whose it was, not. */
export function dependencyStateAsOf(
  past: GraphAsOf,
  blockedId: WorkItemId,
  blockingId: WorkItemId,
): DependencyStateAsOf {
  const edge = past.graph.dependency(blockedId, blockingId);
  if (!edge) {
    const isForgotten = past.mayMissLinks || isHazy(past, blockedId);
    return isForgotten ? unknownState : { state: "gone" };
  }
  if (past.unknown.has(blockedId) || past.unknown.has(blockingId)) return unknownState;
  const state = dependencyState(past.graph, edge);
  const isHazyEnd = isHazy(past, blockedId) || isHazy(past, blockingId);
  return state.state === "waiting" && isHazyEnd ? unknownState : state;
}
