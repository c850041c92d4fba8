import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

/** Chance that repeats: two dice of one seed give the same throws. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** An integer from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** Throws on an empty list: the caller has promised one. */
  pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.#next() * from.length)];
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }

  /** Picks by weight: `[["todo", 3], ["done", 1]]` gives todo three times out of four. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let left = this.#next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return this.pick(choices)[0];
  }

  shuffled<T>(from: readonly T[]): T[] {
    const all = [...from];
    for (let at = all.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.#next() * (at + 1));
      const [a, b] = [all[at], all[other]];
      if (a !== undefined && b !== undefined) [all[at], all[other]] = [b, a];
    }
    return all;
  }
}

/** The moment that many days (fractions count) after `from`; negative is before. */
export function daysFrom(from: Instant, days: number): Instant {
  return instantOf(Math.round(epochMsOf(from) + days * dayMs));
}

export function dayFrom(from: Instant, days: number): CalendarDate {
  return dateOf(daysFrom(from, days));
}
