import type { WorkItemId } from "#shared/model/ids.ts";

import { type Allowance, allowanceFor } from "./allowances.ts";
import { depthMax } from "./line-of-sight.ts";
import type { Judged, SightOptions, VerdictKind } from "./line-of-sight.ts";
import { incompleteBecause } from "./sources.ts";
import type { MemoryGraph } from "./view.ts";
import { far, isBeyondDepth, nearestOf } from "./whole-sight-depths.ts";
import { at, marks, numberItems } from "./whole-sight-numbers.ts";
import type { NumberedItems } from "./whole-sight-numbers.ts";
import { spineEnds, spinesOf } from "./whole-sight-spines.ts";
import type { Spines } from "./whole-sight-spines.ts";

export type { Judged };

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
  /** How many steps up the nearest item stands that has a link that supports. */
  readonly #supported: Uint8Array;
  readonly #unread: readonly Spread[];
  readonly #dead: readonly Spread[];
  readonly #isBeyondDepth: (n: number) => boolean;
  /** By number of the connection: why it proves nothing now. */
  readonly #incomplete: readonly (string | undefined)[];

  constructor(graph: MemoryGraph, options: SightOptions, numbered = numbersFor(graph, options)) {
    this.#graph = graph;
    this.#options = options;
    this.numbered = numbered;
    this.#spines = spinesOf(numbered);
    this.#supported = nearestOf(numbered, marks.supported);
    this.#unread = spread(numbered, unread);
    this.#dead = spread(numbered, dead);
    this.#isBeyondDepth = isBeyondDepth(numbered);
    this.#incomplete = numbered.connections.map((id) => incompleteBecause(graph.sources, id));
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
    const verdict = this.verdictAt(n);
    return { verdict, reason: this.#reasonOf(verdict, n), anchorId: anchor.id };
  }

  /** The verdict alone: numbers tell it, and no item is looked at unless something is allowed. */
  verdictAt(n: number): VerdictKind {
    if ((this.#supported[n] ?? far) <= depthMax) return "linked";
    if (this.#allowanceAt(n)) return "allowed";
    if (this.#unknownBecause(n) !== undefined) return "unknown";
    const canHoldGoal = this.numbered.canHoldGoal[at(this.#spines.anchor, n)] === 1;
    return canHoldGoal ? "unlinked" : "unlinkable";
  }

  #reasonOf(verdict: VerdictKind, n: number): string {
    switch (verdict) {
      case "linked":
        return "goal-reached";
      case "allowed":
        return this.#allowanceAt(n)?.reason ?? "";
      case "unknown":
        return this.#unknownBecause(n) ?? "";
      case "unlinkable":
        return "tool-cannot-hold-link";
      default: {
        const isCycle = this.#spines.end[n] === spineEnds.cycle;
        return nearestReason(this.#dead, n) ?? (isCycle ? "cycle" : "no-link");
      }
    }
  }

  #allowanceAt(n: number): Allowance | undefined {
    const { allowances } = this.#options;
    if (allowances.length === 0) return undefined;
    const { items } = this.numbered;
    for (const item of [items[n], items[at(this.#spines.anchor, n)]]) {
      const allowance = item && allowanceFor(this.#graph.org, item, allowances);
      if (allowance) return allowance;
    }
    return undefined;
  }

  #unknownBecause(n: number): string | undefined {
    const reason = nearestReason(this.#unread, n);
    if (reason !== undefined) return reason;
    if (this.#spines.end[n] === spineEnds.tooDeep || this.#isBeyondDepth(n)) return "too-deep";
    return this.#incomplete[at(this.numbered.connectionOf, n)];
  }
}

/** A reason, and for each item how many steps up the nearest stands that gives it. */
interface Spread {
  readonly reason: string;
  readonly steps: Uint8Array;
}

/** Of reasons that no item gives there is nothing to keep. */
function spread(
  numbered: NumberedItems,
  reasons: readonly (readonly [mark: number, reason: string])[],
): readonly Spread[] {
  let found = 0;
  for (let n = 0; n < numbered.marks.length; n += 1) found |= numbered.marks[n] ?? 0;
  return reasons
    .filter(([mark]) => (found & mark) !== 0)
    .map(([mark, reason]) => ({ reason, steps: nearestOf(numbered, mark) }));
}

function nearestReason(spreads: readonly Spread[], n: number): string | undefined {
  let [nearest, found]: [number, string | undefined] = [depthMax + 1, undefined];
  for (const { reason, steps } of spreads) {
    const away = steps[n] ?? far;
    if (away < nearest) [nearest, found] = [away, reason];
  }
  return found;
}

/** Items by number, as the options look at their homes. */
export function numbersFor(graph: MemoryGraph, options: SightOptions): NumberedItems {
  return numberItems(graph, { now: options.now, homes: options.homes ?? "all" });
}
