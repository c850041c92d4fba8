import { depthMax } from "./line-of-sight.ts";
import { at } from "./whole-sight-numbers.ts";
import type { NumberedItems } from "./whole-sight-numbers.ts";

/** Stands where nothing is near enough. */
export const far = 255;

/**
 * For each item, how many steps up the nearest item with the mark stands, itself included; 255 where none
 * does within the depth that is followed. One pass down from all that have it, level by level.
 */
export function nearestOf(numbered: NumberedItems, mark: number): Uint8Array {
  const { guests, guestsFrom } = numbered;
  const steps = new Uint8Array(numbered.items.length).fill(far);
  /** Each item once, level after level. */
  const reached = new Int32Array(numbered.items.length);
  let end = 0;
  for (let n = 0; n < steps.length; n += 1) {
    if (((numbered.marks[n] ?? 0) & mark) === 0) continue;
    steps[n] = 0;
    reached[end] = n;
    end += 1;
  }
  for (let [next, depth] = [0, 1]; next < end && depth <= depthMax; depth += 1) {
    for (const levelEnd = end; next < levelEnd; next += 1) {
      const n = at(reached, next);
      const to = at(guestsFrom, n + 1);
      for (let edge = at(guestsFrom, n); edge < to; edge += 1) {
        const guest = at(guests, edge);
        if (steps[guest] !== far) continue;
        steps[guest] = depth;
        reached[end] = guest;
        end += 1;
      }
    }
  }
  return steps;
}

/**
 * Tells of an item whether something stands above it further away than is followed. Nearly always the
 * longest way up says that nothing can; only below longer ways and cycles is it looked for.
 */
export function isBeyondDepth(numbered: NumberedItems): (n: number) => boolean {
  const longest = longestWaysUp(numbered);
  return (n) => at(longest, n) > depthMax && reachesBeyond(numbered, n);
}

/** The longest way up from each item; endless, so more than is followed, for what leads into a cycle. */
function longestWaysUp(numbered: NumberedItems): Int32Array {
  const { items, homesFrom, guests, guestsFrom } = numbered;
  const longest = new Int32Array(items.length);
  const waitsFor = new Int32Array(items.length);
  const settled = new Int32Array(items.length);
  let end = 0;
  for (let n = 0; n < items.length; n += 1) {
    waitsFor[n] = at(homesFrom, n + 1) - at(homesFrom, n);
    if (waitsFor[n] !== 0) continue;
    settled[end] = n;
    end += 1;
  }
  for (let next = 0; next < end; next += 1) {
    const n = at(settled, next);
    for (let edge = at(guestsFrom, n); edge < at(guestsFrom, n + 1); edge += 1) {
      const guest = at(guests, edge);
      longest[guest] = Math.max(at(longest, guest), at(longest, n) + 1);
      waitsFor[guest] = at(waitsFor, guest) - 1;
      if (waitsFor[guest] !== 0) continue;
      settled[end] = guest;
      end += 1;
    }
  }
  for (let n = 0; n < items.length; n += 1) if (at(waitsFor, n) > 0) longest[n] = depthMax + 1;
  return longest;
}

function reachesBeyond({ homes, homesFrom }: NumberedItems, start: number): boolean {
  const entered = new Set([start]);
  let level: readonly number[] = [start];
  for (let depth = 0; depth <= depthMax && level.length > 0; depth += 1) {
    const above: number[] = [];
    for (const n of level) {
      for (let edge = at(homesFrom, n); edge < at(homesFrom, n + 1); edge += 1) {
        const home = at(homes, edge);
        if (entered.has(home)) continue;
        entered.add(home);
        above.push(home);
      }
    }
    level = above;
  }
  return level.length > 0;
}
