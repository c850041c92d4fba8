import type { WorkItemId } from "#shared/model/ids.ts";

import { allowanceFor } from "./allowances.ts";
import { depthMax } from "./line-of-sight.ts";
import type { LineOfSight, SightOptions } from "./line-of-sight.ts";
import { incompleteBecause } from "./sources.ts";
import type { MemoryGraph } from "./view.ts";
import { isBeyondDepth, nearestOf } from "./whole-sight-depths.ts";
import { at, marks, numberItems } from "./whole-sight-numbers.ts";
import type { NumberedItems } from "./whole-sight-numbers.ts";
import { spineEnds, spinesOf } from "./whole-sight-spines.ts";
import type { Spines } from "./whole-sight-spines.ts";

/** What is said of one item: a line of sight without its path. */
export type Judged = Omit<LineOfSight, "path">;

/** In the order in which equally near ones are told. */
const unread = [
  [marks.goalUnread, "goal-unread"],
  [marks.parentUnread, "parent-unread"],
] as const;
const dead = [
  [marks.goalDropped, "goal-dropped"],
  [marks.goalRemoved, "goal-removed"],
  [marks.linkExpired, "link-expired"],
] as const;

/**
 * The line of sight of every item of a graph, each as `lineOfSight` finds it, in one pass instead of a
 * walk from each: support and the reasons against it spread down from where they stand. It shares no
 * code of walking with `lineOfSight`, so that each can be held against the other.
 */
export class WholeSight {
  readonly numbered: NumberedItems;
  readonly #graph: MemoryGraph;
  readonly #options: SightOptions;
  readonly #spines: Spines;
  /** By mark: how many steps up the nearest item that has it stands. */
  readonly #nearest: ReadonlyMap<number, Uint8Array>;
  readonly #isBeyondDepth: (n: number) => boolean;
  readonly #incomplete = new Map<string, string | undefined>();

  constructor(graph: MemoryGraph, options: SightOptions, numbered = numbersFor(graph, options)) {
    this.#graph = graph;
    this.#options = options;
    this.numbered = numbered;
    this.#spines = spinesOf(numbered);
    const found = numbered.marks.reduce((all, marked) => all | marked, 0);
    this.#nearest = new Map(
      Object.values(marks)
        .filter((mark) => (found & mark) !== 0)
        .map((mark) => [mark, nearestOf(numbered, mark)] as const),
    );
    this.#isBeyondDepth = isBeyondDepth(numbered);
  }

  of(id: WorkItemId): Judged | undefined {
    const n = this.numbered.numberOf.get(id);
    return n === undefined ? undefined : this.at(n);
  }

  /** The item of that number must be there. */
  at(n: number): Judged {
    const { items } = this.numbered;
    const anchorNumber = at(this.#spines.anchor, n);
    const [item, anchor] = [items[n], items[anchorNumber]];
    if (!item || !anchor) throw new RangeError(`There is no item ${n}`);
    const anchorId = anchor.id;
    if (this.#stepsTo(marks.supported, n) <= depthMax) {
      return { verdict: "linked", reason: "goal-reached", anchorId };
    }
    const { allowances } = this.#options;
    const allowance =
      allowanceFor(this.#graph.org, item, allowances) ??
      allowanceFor(this.#graph.org, anchor, allowances);
    if (allowance) return { verdict: "allowed", reason: allowance.reason, anchorId };
    const end = at(this.#spines.end, n);
    const isTooDeep = () => end === spineEnds.tooDeep || this.#isBeyondDepth(n);
    const unknown =
      this.#nearestReason(unread, n) ??
      (isTooDeep() ? "too-deep" : this.#incompleteBecause(item.connectionId));
    if (unknown !== undefined) return { verdict: "unknown", reason: unknown, anchorId };
    if (!anchor.canHoldGoal) {
      return { verdict: "unlinkable", reason: "tool-cannot-hold-link", anchorId };
    }
    const otherwise = end === spineEnds.cycle ? "cycle" : "no-link";
    return { verdict: "unlinked", reason: this.#nearestReason(dead, n) ?? otherwise, anchorId };
  }

  #stepsTo(mark: number, n: number): number {
    return this.#nearest.get(mark)?.[n] ?? Number.POSITIVE_INFINITY;
  }

  #nearestReason(reasons: typeof unread | typeof dead, n: number): string | undefined {
    let [nearest, found]: [number, string | undefined] = [depthMax + 1, undefined];
    for (const [mark, reason] of reasons) {
      const steps = this.#stepsTo(mark, n);
      if (steps < nearest) [nearest, found] = [steps, reason];
    }
    return found;
  }

  #incompleteBecause(connectionId: Parameters<typeof incompleteBecause>[1]): string | undefined {
    if (!this.#incomplete.has(connectionId)) {
      const why = incompleteBecause(this.#graph.sources, connectionId);
      this.#incomplete.set(connectionId, why);
    }
    return this.#incomplete.get(connectionId);
  }
}

/** Items by number, as the options look at their homes. */
export function numbersFor(graph: MemoryGraph, options: SightOptions): NumberedItems {
  return numberItems(graph, { now: options.now, homes: options.homes ?? "all" });
}
