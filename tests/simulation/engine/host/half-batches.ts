/** Writes of one invocation that are asked for side by side. */
interface Batch {
  size: number;
  readonly isClosed: Promise<void>;
}

interface Armed {
  /** Whether the first, third … are refused, or the second, fourth … */
  readonly isFirst: boolean;
  times: number;
}

/** So many turns lie at most between the first and the last of those that are asked for at once. */
const turnsOfABatch = 8;

/**
 * Of writes that are asked for side by side every second one is refused, as where a batch is done by half
 * and asking for the rest has come to its end. One that stands alone is no batch.
 */
export class HalfBatches {
  #armed: Armed[] = [];

  arm(isFirst: boolean, times: number): void {
    this.#armed.push({ isFirst, times });
  }

  clear(): void {
    this.#armed = [];
  }

  get isArmed(): boolean {
    return this.#armed.length > 0;
  }

  /** Which of a batch are refused; that was one of the times. */
  use(): boolean | undefined {
    const [next] = this.#armed;
    if (!next) return undefined;
    next.times -= 1;
    if (next.times <= 0) this.#armed.shift();
    return next.isFirst;
  }
}

/** Finds which writes of an invocation belong together. */
export class Batching {
  #open: Batch | undefined;
  readonly #halves: HalfBatches;
  readonly #refused = new WeakMap<Batch, boolean | undefined>();

  constructor(halves: HalfBatches) {
    this.#halves = halves;
  }

  /** Waits until all that are asked for at once are there, and says whether this one is refused. */
  async isRefused(): Promise<boolean> {
    const batch = (this.#open ??= { size: 0, isClosed: this.#close() });
    const place = batch.size;
    batch.size += 1;
    await batch.isClosed;
    if (batch.size < 2) return false;
    if (!this.#refused.has(batch)) this.#refused.set(batch, this.#halves.use());
    const isFirst = this.#refused.get(batch);
    return isFirst !== undefined && (place % 2 === 0) === isFirst;
  }

  async #close(): Promise<void> {
    for (let turn = 0; turn < turnsOfABatch; turn += 1) await Promise.resolve();
    this.#open = undefined;
  }
}
