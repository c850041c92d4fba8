import type { Change } from "#shared/model/change.ts";
import { lifeNotedAfterDays } from "#shared/model/facts.ts";
import type { FactId, FactType } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";

/** What orders the states of one record, whether they are stored or on their way. */
interface State {
  readonly isRemoval: boolean;
  readonly sourceVersion: number;
  readonly readAt: Instant;
}

/** A search index may show what was deleted for a while; only a clearly later reading proves it is back. */
const resurrectionMs = 10 * minuteMs;

export function idOf(change: Change): FactId {
  return change.kind === "upserted" ? change.record.id : change.id;
}

export function stateOf(change: Change): State {
  const { sourceVersion, readAt } = change.kind === "upserted" ? change.record : change;
  return { isRemoval: change.kind === "removed", sourceVersion, readAt };
}

/** Every fact and tombstone is stored with both. */
export function storedState(item: Item): State {
  return {
    isRemoval: item["isRemoved"] === true,
    sourceVersion: Number(item["sourceVersion"]),
    readAt: item["readAt"] as Instant,
  };
}

/**
 * What says the same as before and is so much later tells that somebody is at it still: a comment, a text
 * that we do not keep. It is worth a write, for all else that is known of it is that nothing changed.
 */
export function isSignOfLife(type: FactType, incoming: State, existing: State): boolean {
  if (type !== "work-item" && type !== "goal") return false;
  return incoming.sourceVersion - existing.sourceVersion >= lifeNotedAfterDays * dayMs;
}

/**
 * Whether `a` is outdated by `b`, whichever of them was heard of first: by the source's version, then
 * by when it was read. Deletion is a fact: a state of the same or an older version cannot undo it,
 * unless it was clearly read afterwards.
 */
export function isOutdatedBy(a: State, b: State): boolean {
  if (a.isRemoval && !b.isRemoval) return outlives(b, a);
  if (!a.isRemoval && b.isRemoval) return !outlives(a, b);
  return a.sourceVersion !== b.sourceVersion
    ? a.sourceVersion < b.sourceVersion
    : a.readAt < b.readAt;
}

function outlives(record: State, removal: State): boolean {
  const laterMs = epochMsOf(record.readAt) - epochMsOf(removal.readAt);
  return record.sourceVersion > removal.sourceVersion || laterMs > resurrectionMs;
}
