import { nothing } from "./ways-up.ts";

/**
 * Which number is under which: each has one above it at most, and those under one stand in the order in
 * which they came. Lists of neighbours in a few bytes a number, so that whoever comes or goes moves nobody.
 */
export class Families {
  #above = new Int32Array(16).fill(nothing);
  #first = new Int32Array(16).fill(nothing);
  #next = new Int32Array(16).fill(nothing);
  /** Of the first one the last. */
  #previous = new Int32Array(16).fill(nothing);
  #size = new Int32Array(16);

  /** Makes room for this number; known ones stay where they are. */
  reach(n: number): void {
    if (n < this.#above.length) return;
    const length = Math.max(n + 1, this.#above.length * 2);
    this.#above = longer(this.#above, length, nothing);
    this.#first = longer(this.#first, length, nothing);
    this.#next = longer(this.#next, length, nothing);
    this.#previous = longer(this.#previous, length, nothing);
    this.#size = longer(this.#size, length, 0);
  }

  above(n: number): number {
    return this.#above[n] ?? nothing;
  }

  firstUnder(n: number): number {
    return this.#first[n] ?? nothing;
  }

  /** The one that came after it under the same one above. */
  after(n: number): number {
    return this.#next[n] ?? nothing;
  }

  /** How many are right under it. */
  sizeOf(n: number): number {
    return this.#size[n] ?? 0;
  }

  /** `n` is under nobody yet. */
  enter(n: number, above: number): void {
    const first = this.firstUnder(above);
    this.#above[n] = above;
    this.#size[above] = this.sizeOf(above) + 1;
    if (first === nothing) {
      this.#first[above] = n;
      this.#previous[n] = n;
      return;
    }
    const last = this.#previous[first] ?? first;
    this.#next[last] = n;
    this.#previous[n] = last;
    this.#previous[first] = n;
  }

  leave(n: number): void {
    const above = this.above(n);
    if (above === nothing) return;
    const [next, previous] = [this.after(n), this.#previous[n] ?? n];
    const first = this.firstUnder(above);
    if (n === first) this.#first[above] = next;
    else this.#next[previous] = next;
    // What comes after it follows its previous one; without any, the first one has a new last.
    const follower = next === nothing ? this.firstUnder(above) : next;
    if (follower !== nothing) this.#previous[follower] = previous;
    this.#above[n] = nothing;
    this.#next[n] = nothing;
    this.#previous[n] = nothing;
    this.#size[above] = this.sizeOf(above) - 1;
  }
}

function longer(numbers: Int32Array, length: number, filler: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length).fill(filler, numbers.length);
  longer.set(numbers);
  return longer;
}
