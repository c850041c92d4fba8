import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { noLinkRules } from "./link-rules.ts";
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
  /** 1 where the tool of the item can hold a link to a goal. */
  readonly canHoldGoal: Uint8Array;
  /** Item `n` is from `connections[connectionOf[n]]`. */
  readonly connections: readonly ConnectionId[];
  readonly connectionOf: Int32Array;
}

interface Options {
  readonly now: Instant;
  readonly homes: "all" | "spine";
}

/** Numbers the items in the order of the graph. In the mode `spine` other homes are no edges. */
export function numberItems(graph: MemoryGraph, options: Options): NumberedItems {
  const items = [...graph.items()];
  const numberOf = new Map<WorkItemId, number>();
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    if (item) numberOf.set(item.id, n);
  }
  const marked = new Uint8Array(items.length);
  markLinks(graph, { items, numberOf, now: options.now }, marked);
  const edges = homesOf(graph, { items, numberOf, options }, marked);
  const own = toolsOf(items);
  return { items, numberOf, marks: marked, ...edges, ...turned(items.length, edges), ...own };
}

type Named = Pick<NumberedItems, "items" | "numberOf">;

/** Notes in `marked` where a home is referred to and was never read. */
function homesOf(
  graph: MemoryGraph,
  { items, numberOf, options }: Named & { readonly options: Options },
  marked: Uint8Array,
): Pick<NumberedItems, "spine" | "homes" | "homesFrom"> {
  const spine = new Int32Array(items.length).fill(none);
  const homesFrom = new Int32Array(items.length + 1);
  const homes = new Numbers(items.length);
  const isRemoved = removedAmong(graph, { items, numberOf });
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    const ids = item ? homeIds(item) : [];
    let isFirst = true;
    for (const id of ids) {
      const home = numberOf.get(id) ?? none;
      if (home === none ? graph.wasRemoved(id) : isRemoved[home] === 1) continue;
      if (isFirst) spine[n] = home;
      if (isFirst || options.homes === "all") {
        if (home === none) marked[n] = (marked[n] ?? 0) | marks.parentUnread;
        else homes.push(home);
      }
      isFirst = false;
    }
    homesFrom[n + 1] = homes.length;
  }
  return { spine, homesFrom, homes: homes.all() };
}

/** Few are ever removed and held at once: each is looked up once, and not with every item in it. */
function removedAmong(graph: MemoryGraph, { items, numberOf }: Named): Uint8Array {
  const isRemoved = new Uint8Array(items.length);
  for (const id of graph.removed()) {
    // An id of another type is the number of no item.
    const n = numberOf.get(id as WorkItemId);
    if (n !== undefined) isRemoved[n] = 1;
  }
  return isRemoved;
}

/** A list of numbers that grows, without an object for each. */
class Numbers {
  length = 0;
  #held: Int32Array;

  constructor(capacity: number) {
    this.#held = new Int32Array(Math.max(capacity, 16));
  }

  push(value: number): void {
    if (this.length === this.#held.length) {
      const held = new Int32Array(this.length * 2);
      held.set(this.#held);
      this.#held = held;
    }
    this.#held[this.length] = value;
    this.length += 1;
  }

  all(): Int32Array {
    return this.#held.slice(0, this.length);
  }
}

function toolsOf(
  items: readonly WorkItem[],
): Pick<NumberedItems, "canHoldGoal" | "connections" | "connectionOf"> {
  const canHoldGoal = new Uint8Array(items.length);
  const connectionOf = new Int32Array(items.length);
  const numbers = new Map<ConnectionId, number>();
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    if (!item) continue;
    canHoldGoal[n] = item.canHoldGoal ? 1 : 0;
    const known = numbers.get(item.connectionId);
    if (known === undefined) numbers.set(item.connectionId, numbers.size);
    connectionOf[n] = known ?? numbers.size - 1;
  }
  return { canHoldGoal, connections: [...numbers.keys()], connectionOf };
}

const noHomes: readonly WorkItemId[] = [];

function homeIds({ parentId, otherParentIds }: WorkItem): readonly WorkItemId[] {
  if (parentId === undefined) return otherParentIds ?? noHomes;
  return otherParentIds ? [parentId, ...otherParentIds] : [parentId];
}

/** Stored links are few beside items, so they are gone through; what rules link is asked item by item. */
function markLinks(
  graph: MemoryGraph,
  { items, numberOf, now }: Named & { readonly now: Instant },
  marked: Uint8Array,
): void {
  const mark = (n: number, link: Link) => {
    marked[n] = (marked[n] ?? 0) | markOf(graph, link, now);
  };
  if (graph.linkRules !== noLinkRules) {
    for (const [n, item] of items.entries()) for (const link of graph.linksOf(item)) mark(n, link);
    return;
  }
  for (const link of graph.links()) {
    // Goals have links too; the id of one is the number of no item.
    const n = numberOf.get(link.fromId as WorkItemId);
    if (n !== undefined) mark(n, link);
  }
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
  for (let edge = 0; edge < homes.length; edge += 1) {
    const next = at(homes, edge) + 1;
    guestsFrom[next] = at(guestsFrom, next) + 1;
  }
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
export function at(numbers: Int32Array, index: number): number {
  return numbers[index] ?? none;
}
