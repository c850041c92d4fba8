import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { GraphView, MemoryGraph } from "./view.ts";

/** Stands where there is no item. */
export const none = -1;

/** What an item itself shows, one bit each: a link that supports, and why others or homes do not. */
export const marks = {
  supported: 1,
  goalUnread: 2,
  parentUnread: 4,
  goalDropped: 8,
  goalRemoved: 16,
  linkExpired: 32,
} as const;

/** All items of a graph by number, with their homes as lists of numbers: what a pass over all reads. */
export interface NumberedItems {
  readonly items: readonly WorkItem[];
  readonly numberOf: ReadonlyMap<WorkItemId, number>;
  /** The home that counts where only one can, where it is held. */
  readonly spine: Int32Array;
  /** Held homes of item `n` are `homes[homesFrom[n]]` up to and without `homes[homesFrom[n + 1]]`. */
  readonly homesFrom: Int32Array;
  readonly homes: Int32Array;
  /** The same edges the other way: items that have a home in this one. */
  readonly guestsFrom: Int32Array;
  readonly guests: Int32Array;
  readonly marks: Uint8Array;
}

interface Options {
  readonly now: Instant;
  readonly homes: "all" | "spine";
}

/** Numbers the items in the order of the graph. In the mode `spine` other homes are no edges. */
export function numberItems(graph: MemoryGraph, options: Options): NumberedItems {
  const items = [...graph.items()];
  const numberOf = new Map(items.map(({ id }, n) => [id, n]));
  const marked = new Uint8Array(items.length);
  const spine = new Int32Array(items.length).fill(none);
  const homesFrom = new Int32Array(items.length + 1);
  const homes: number[] = [];
  for (const [n, item] of items.entries()) {
    marked[n] = marksOfLinks(graph, item, options.now);
    let isFirst = true;
    for (const id of homeIds(item)) {
      if (graph.wasRemoved(id)) continue;
      const home = numberOf.get(id) ?? none;
      if (isFirst) spine[n] = home;
      if (isFirst || options.homes === "all") {
        if (home === none) marked[n] = (marked[n] ?? 0) | marks.parentUnread;
        else homes.push(home);
      }
      isFirst = false;
    }
    homesFrom[n + 1] = homes.length;
  }
  const edges = { homesFrom, homes: Int32Array.from(homes) };
  return { items, numberOf, spine, marks: marked, ...edges, ...turned(items.length, edges) };
}

function* homeIds({ parentId, otherParentIds }: WorkItem): Iterable<WorkItemId> {
  if (parentId !== undefined) yield parentId;
  if (otherParentIds) yield* otherParentIds;
}

function marksOfLinks(graph: GraphView, item: WorkItem, now: Instant): number {
  let found = 0;
  for (const link of graph.linksOf(item)) found |= markOf(graph, link, now);
  return found;
}

function markOf(graph: GraphView, link: Link, now: Instant): number {
  if (link.source === "suggestion") return 0;
  if ((link.expiresAt ?? "\uFFFF") <= now) return marks.linkExpired;
  const goal = graph.goal(link.toId);
  if (goal) return goal.status === "dropped" ? marks.goalDropped : marks.supported;
  return graph.wasRemoved(link.toId) ? marks.goalRemoved : marks.goalUnread;
}

function turned(
  count: number,
  { homesFrom, homes }: Pick<NumberedItems, "homesFrom" | "homes">,
): Pick<NumberedItems, "guestsFrom" | "guests"> {
  const guestsFrom = new Int32Array(count + 1);
  for (const home of homes) guestsFrom[home + 1] = (guestsFrom[home + 1] ?? 0) + 1;
  for (let n = 0; n < count; n += 1) guestsFrom[n + 1] = at(guestsFrom, n + 1) + at(guestsFrom, n);
  const next = guestsFrom.slice();
  const guests = new Int32Array(homes.length);
  for (let n = 0; n < count; n += 1) {
    for (let edge = at(homesFrom, n); edge < at(homesFrom, n + 1); edge += 1) {
      const home = at(homes, edge);
      guests[at(next, home)] = n;
      next[home] = at(next, home) + 1;
    }
  }
  return { guestsFrom, guests };
}

/** The number there; the index is within the array wherever this is called. */
export function at(numbers: Int32Array | Uint8Array, index: number): number {
  return numbers[index] ?? none;
}
