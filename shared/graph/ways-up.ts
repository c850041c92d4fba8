/** Bounds every way up: deeper lines than this are cycles or garbage. */
export const depthMax = 50;

/** Stands where there is nothing above. */
export const nothing = -1;

/**
 * A forest as its source gives it, cycles and all: for each node the one above it, by index. Ways up are
 * walked on numbers alone, so that where two of them meet is found in about a microsecond.
 */
export class WaysUp {
  readonly #above: Int32Array;
  readonly #idOf: (node: number) => string;

  /** `idOf` decides where two meeting places are equally near. */
  constructor(above: Int32Array, idOf: (node: number) => string) {
    this.#above = above;
    this.#idOf = idOf;
  }

  above(node: number): number {
    return this.#above[node] ?? nothing;
  }

  /** The node and all above it, bottom up; a cycle ends the way. */
  from(node: number): readonly number[] {
    const way: number[] = [];
    let at = node;
    while (at !== nothing && way.length < depthMax && !way.includes(at)) {
      way.push(at);
      at = this.above(at);
    }
    return way;
  }

  /**
   * Where two ways up meet first, else `nothing`. In a tree both sides meet at the same place; where a
   * cycle makes the ways differ, the fewest steps count, then the smaller id, so that neither side's
   * view wins.
   */
  meeting(a: number, b: number): number {
    const [wayA, wayB] = [this.from(a), this.from(b)];
    let nearest = nothing;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [stepsA, node] of wayA.entries()) {
      const stepsB = wayB.indexOf(node);
      if (stepsB === -1) continue;
      const steps = stepsA + stepsB;
      const isNearer =
        steps < fewest || (steps === fewest && this.#idOf(node) < this.#idOf(nearest));
      if (isNearer) [nearest, fewest] = [node, steps];
    }
    return nearest;
  }

  /** Every cycle once, each in the order of its steps up from its smallest id. */
  cycles(): readonly (readonly number[])[] {
    const doneIn = new Int32Array(this.#above.length);
    const found: (readonly number[])[] = [];
    for (let start = 0; start < doneIn.length; start += 1) {
      const turn = start + 1;
      let at = start;
      while (at !== nothing && doneIn[at] === 0) {
        doneIn[at] = turn;
        at = this.above(at);
      }
      if (at !== nothing && doneIn[at] === turn) found.push(this.#cycleAt(at));
    }
    return found.toSorted((a, b) => (this.#idOf(a[0] ?? 0) < this.#idOf(b[0] ?? 0) ? -1 : 1));
  }

  #cycleAt(node: number): readonly number[] {
    const cycle = [node];
    for (let at = this.above(node); at !== node; at = this.above(at)) cycle.push(at);
    const first = cycle.reduce((a, b) => (this.#idOf(b) < this.#idOf(a) ? b : a));
    const start = cycle.indexOf(first);
    return [...cycle.slice(start), ...cycle.slice(0, start)];
  }
}
