import { depthMax } from "./line-of-sight.ts";
import { at, none } from "./whole-sight-numbers.ts";
import type { NumberedItems } from "./whole-sight-numbers.ts";

/** Where the spine of each item leads. */
export interface Spines {
  readonly anchor: Int32Array;
  readonly end: Uint8Array;
}

export const spineEnds = { top: 0, cycle: 1, tooDeep: 2 } as const;

/**
 * The ends of all spines in one pass: each item has one spine at most, so a walk stops where another
 * has been before, or where it meets itself.
 */
export function spinesOf({ items, spine }: NumberedItems): Spines {
  const anchor = new Int32Array(items.length).fill(none);
  const end = new Uint8Array(items.length);
  /** Items on the way up from here until nothing new comes, this one included; 0 is not known yet. */
  const length = new Int32Array(items.length);
  const walkedIn = new Int32Array(items.length);
  const way: number[] = [];
  for (let start = 0; start < items.length; start += 1) {
    way.length = 0;
    let n = start;
    while (n !== none && length[n] === 0 && walkedIn[n] !== start + 1) {
      walkedIn[n] = start + 1;
      way.push(n);
      n = at(spine, n);
    }
    if (n !== none && length[n] === 0) markCycle(way.splice(way.indexOf(n)));
    for (let below = way.pop(); below !== undefined; below = way.pop()) {
      const above = at(spine, below);
      length[below] = above === none ? 1 : at(length, above) + 1;
      anchor[below] = above === none ? below : at(anchor, above);
      end[below] = above === none ? spineEnds.top : (end[above] ?? spineEnds.top);
    }
  }
  cutTooDeep(spine, length, { anchor, end });
  return { anchor, end };

  function markCycle(cycle: readonly number[]): void {
    const idOf = (n: number) => items[n]?.id ?? "";
    const smallest = cycle.reduce((a, b) => (idOf(b) < idOf(a) ? b : a));
    for (const n of cycle) {
      length[n] = cycle.length;
      anchor[n] = smallest;
      end[n] = spineEnds.cycle;
    }
  }
}

function cutTooDeep(spine: Int32Array, length: Int32Array, { anchor, end }: Spines): void {
  for (let n = 0; n < length.length; n += 1) {
    if (at(length, n) <= depthMax + 1) continue;
    end[n] = spineEnds.tooDeep;
    anchor[n] = stepsUp(spine, n);
  }
}

function stepsUp(spine: Int32Array, start: number): number {
  let n = start;
  for (let step = 0; step < depthMax; step += 1) n = at(spine, n);
  return n;
}
