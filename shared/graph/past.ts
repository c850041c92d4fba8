import type { WorkStatus } from "#shared/model/facts.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

/** What histories tell of an item, at one moment. */
export interface ItemState {
  /** Undefined: a status that the source no longer knows. */
  readonly status: WorkStatus | undefined;
  readonly parentId: HistoryId | undefined;
  readonly blockedBy: ReadonlySet<WorkItemId>;
}

interface PastState extends ItemState {
  /** False where the history begins later: then it is the oldest state that is known. */
  readonly isKnown: boolean;
}

/**
 * What the item was at a moment: what it is now, with everything undone that happened since. Pure. Whether
 * it existed then, its own `createdAt` says.
 */
export function stateAt(now: ItemState, history: History, at: Instant): PastState {
  let { status, parentId } = now;
  const blockedBy = new Set(now.blockedBy);
  for (const transition of history.transitions.toReversed()) {
    if (transition.at <= at) break;
    switch (transition.what) {
      case "status":
        status = transition.from;
        break;
      case "parent":
        parentId = transition.from;
        break;
      case "blocked-by":
        if (transition.to !== undefined) blockedBy.delete(transition.to);
        if (transition.from !== undefined) blockedBy.add(transition.from);
        break;
    }
  }
  const [oldest] = history.transitions;
  const isBeforeAll = history.isCut && (oldest === undefined || at < oldest.at);
  return { status, parentId, blockedBy, isKnown: !isBeforeAll };
}

/**
 * Since when the item has waited for the other one without a break; undefined where the history does not
 * tell of it: the link may be older than what is kept, or of a kind that leaves no trace.
 */
export function blockedSince(history: History, blockingId: WorkItemId): Instant | undefined {
  const last = history.transitions.findLast(
    (each) => each.what === "blocked-by" && (each.to === blockingId || each.from === blockingId),
  );
  return last?.to === blockingId ? last.at : undefined;
}

/** When it came to have this status; undefined where the history does not tell, or tells of another. */
export function statusSince(history: History, status: WorkStatus): Instant | undefined {
  const last = history.transitions.findLast(({ what }) => what === "status");
  return last?.to === status ? last.at : undefined;
}
