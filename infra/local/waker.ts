import type { Clock } from "#shared/ports/clock.ts";

/** One reason for all, because the one that an abort makes by itself costs more than the wait. */
const woken = new Error("woken");

/** A wait that ends early when somebody has something to do, even if they said so before it began. */
export class Waker {
  readonly #clock: Clock;
  #sleeping: AbortController | undefined;
  #isAwake = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait that is going on, or the next one at once. */
  wake(): void {
    if (this.#sleeping === undefined) this.#isAwake = true;
    else this.#sleeping.abort(woken);
  }

  /** Resolves after `ms` or when woken. One waiter at a time. */
  async wait(ms: number): Promise<"woken" | "passed"> {
    if (this.#isAwake) {
      this.#isAwake = false;
      return "woken";
    }
    const sleeping = new AbortController();
    this.#sleeping = sleeping;
    try {
      await this.#clock.sleep(ms, sleeping.signal);
      return "passed";
    } catch (error) {
      if (!sleeping.signal.aborted) throw error;
      return "woken";
    } finally {
      this.#sleeping = undefined;
    }
  }
}
