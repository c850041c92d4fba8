import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";

import { Families } from "./families.ts";
import { nothing } from "./ways-up.ts";

/** What is known of a number at a glance, one bit each. */
const marks = { isRemoved: 1, isOpen: 2, hasOtherHomes: 4, hasGuests: 8 } as const;

/**
 * Items, and who is above and below whom. Every id that is held or named has a number, and what leads from
 * one to the next are numbers alone: a way up through a million items, or a look at who of a family is
 * open, reads a few bytes of each and none of the items.
 */
export class Hierarchy {
  readonly #numberOf = new Map<WorkItemId, number>();
  readonly #ids: WorkItemId[] = [];
  /** What is held. Nothing where something held has a home there, or a tombstone stands there. */
  readonly #items: (WorkItem | undefined)[] = [];
  /** By first homes. */
  readonly #families = new Families();
  #marks = new Uint8Array(16);
  /** Homes after the first, in their order: nearly all items have one home at most. */
  readonly #otherHomes = new Map<number, readonly number[]>();
  /** What is held and has a further home here. */
  readonly #guests = new Map<number, Set<number>>();
  /** Numbers that stand for nothing any more. */
  readonly #free: number[] = [];

  get(id: WorkItemId): WorkItem | undefined {
    const n = this.#numberOf.get(id);
    return n === undefined ? undefined : this.#items[n];
  }

  *items(): Generator<WorkItem, void> {
    for (const item of this.#items) if (item) yield item;
  }

  /** Those with their first home here in the order in which they came, then those with a further one. */
  childrenOf(id: WorkItemId): readonly WorkItem[] {
    const n = this.#numberOf.get(id);
    if (n === undefined) return nobody;
    const children: WorkItem[] = [];
    for (const child of this.#childrenAt(n)) {
      const item = this.#items[child];
      if (item) children.push(item);
    }
    return children;
  }

  childCountOf(id: WorkItemId): number {
    const n = this.#numberOf.get(id);
    return n === undefined ? 0 : this.#families.sizeOf(n) + (this.#guestsAt(n)?.size ?? 0);
  }

  /** Of the open children that are accepted the first by id; what comes after one is not asked about. */
  firstOpenChild(id: WorkItemId, accepts: (child: WorkItem) => boolean): WorkItem | undefined {
    const n = this.#numberOf.get(id);
    if (n === undefined) return undefined;
    let first: WorkItem | undefined;
    for (const child of this.#childrenAt(n)) {
      if (!this.#has(child, marks.isOpen)) continue;
      const item = this.#items[child];
      if (!item || (first !== undefined && item.id > first.id)) continue;
      if (accepts(item)) first = item;
    }
    return first;
  }

  /** In the place of what is held under its id. */
  put(item: WorkItem): void {
    const n = this.#numberAt(item.id);
    const was = this.#items[n];
    this.#items[n] = item;
    this.#mark(n, marks.isOpen, isOpen(item));
    if (was && hasSameHomes(was, item)) return;
    if (was) this.#leaveHomes(n);
    this.#enterHomes(n, item);
  }

  drop(id: WorkItemId): void {
    const n = this.#numberOf.get(id);
    if (n === undefined || this.#items[n] === undefined) return;
    this.#items[n] = undefined;
    this.#mark(n, marks.isOpen, false);
    this.#leaveHomes(n);
    this.#forget(n);
  }

  setRemoved(id: WorkItemId, isRemoved: boolean): void {
    const known = this.#numberOf.get(id);
    if (known === undefined && !isRemoved) return;
    const n = known ?? this.#numberAt(id);
    this.#mark(n, marks.isRemoved, isRemoved);
    this.#forget(n);
  }

  /**
   * The item, its first home that was not removed, that one's, and so on, as long as they are held: so many
   * at most. It need not be held itself; then its own homes count, and not those of what is held instead.
   */
  wayUp(item: WorkItem, most: number): WorkItem[] {
    const way = [item];
    const n = this.#numberOf.get(item.id);
    let at = n !== undefined && this.#items[n] === item ? this.#above(n) : this.#firstHomeOf(item);
    while (at !== nothing && way.length < most) {
      const above = this.#items[at];
      if (!above) break;
      way.push(above);
      at = this.#above(at);
    }
    return way;
  }

  /** The home that counts where only one can. */
  #above(n: number): number {
    const home = this.#families.above(n);
    if (home !== nothing && !this.#has(home, marks.isRemoved)) return home;
    if (!this.#has(n, marks.hasOtherHomes)) return nothing;
    const others = this.#otherHomes.get(n) ?? noNumbers;
    return others.find((other) => !this.#has(other, marks.isRemoved)) ?? nothing;
  }

  #firstHomeOf(item: WorkItem): number {
    for (const id of homesOf(item)) {
      const n = this.#numberOf.get(id);
      if (n === undefined) return nothing;
      if (!this.#has(n, marks.isRemoved)) return n;
    }
    return nothing;
  }

  #childrenAt(n: number): number[] {
    const children: number[] = [];
    let child = this.#families.firstUnder(n);
    for (; child !== nothing; child = this.#families.after(child)) children.push(child);
    for (const guest of this.#guestsAt(n) ?? noNumbers) children.push(guest);
    return children;
  }

  #guestsAt(n: number): ReadonlySet<number> | undefined {
    return this.#has(n, marks.hasGuests) ? this.#guests.get(n) : undefined;
  }

  #enterHomes(n: number, { parentId, otherParentIds }: WorkItem): void {
    const first = parentId === undefined ? nothing : this.#numberAt(parentId);
    if (first !== nothing) this.#families.enter(n, first);
    if (otherParentIds === undefined || otherParentIds.length === 0) return;
    const others = otherParentIds.map((id) => this.#numberAt(id));
    this.#otherHomes.set(n, others);
    this.#mark(n, marks.hasOtherHomes, true);
    for (const home of others) if (home !== first) this.#addGuest(home, n);
  }

  #leaveHomes(n: number): void {
    const first = this.#families.above(n);
    this.#families.leave(n);
    if (first !== nothing) this.#forget(first);
    if (!this.#has(n, marks.hasOtherHomes)) return;
    const others = this.#otherHomes.get(n) ?? noNumbers;
    this.#otherHomes.delete(n);
    this.#mark(n, marks.hasOtherHomes, false);
    for (const home of others) this.#dropGuest(home, n);
  }

  #addGuest(home: number, n: number): void {
    const guests = this.#guests.get(home) ?? new Set();
    guests.add(n);
    this.#guests.set(home, guests);
    this.#mark(home, marks.hasGuests, true);
  }

  #dropGuest(home: number, n: number): void {
    const guests = this.#guests.get(home);
    guests?.delete(n);
    if (guests?.size === 0) {
      this.#guests.delete(home);
      this.#mark(home, marks.hasGuests, false);
    }
    this.#forget(home);
  }

  /** Its number, and a new one where it has none. */
  #numberAt(id: WorkItemId): number {
    const known = this.#numberOf.get(id);
    if (known !== undefined) return known;
    const n = this.#free.pop() ?? this.#ids.length;
    this.#reach(n);
    this.#numberOf.set(id, n);
    this.#ids[n] = id;
    this.#items[n] = undefined;
    this.#marks[n] = 0;
    return n;
  }

  #reach(n: number): void {
    this.#families.reach(n);
    if (n < this.#marks.length) return;
    const were = this.#marks;
    this.#marks = new Uint8Array(were.length * 2);
    this.#marks.set(were);
  }

  /** Where nothing is held, nobody has a home and no tombstone stands, there is nothing to know. */
  #forget(n: number): void {
    if (this.#items[n] !== undefined || this.#families.sizeOf(n) > 0) return;
    if (this.#has(n, marks.isRemoved | marks.hasGuests)) return;
    const id = this.#ids[n];
    if (id === undefined || this.#numberOf.get(id) !== n) return;
    this.#numberOf.delete(id);
    this.#free.push(n);
  }

  #has(n: number, bits: number): boolean {
    return ((this.#marks[n] ?? 0) & bits) !== 0;
  }

  #mark(n: number, bit: number, isSet: boolean): void {
    const held = this.#marks[n] ?? 0;
    const is = isSet ? held | bit : held & ~bit;
    if (is !== held) this.#marks[n] = is;
  }
}

const nobody: readonly WorkItem[] = [];
const noNumbers: readonly number[] = [];
const noHomes: readonly WorkItemId[] = [];

function homesOf({ parentId, otherParentIds }: WorkItem): readonly WorkItemId[] {
  const others: readonly WorkItemId[] = otherParentIds ?? noHomes;
  return parentId === undefined ? others : [parentId, ...others];
}

function hasSameHomes(a: WorkItem, b: WorkItem): boolean {
  const was: readonly WorkItemId[] = a.otherParentIds ?? noHomes;
  const is: readonly WorkItemId[] = b.otherParentIds ?? noHomes;
  if (a.parentId !== b.parentId || was.length !== is.length) return false;
  return was === is || was.every((id, at) => id === is[at]);
}
