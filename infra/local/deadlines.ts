import type { Clock } from "#shared/ports/clock.ts";

import { Waker } from "./waker.ts";

interface Pending {
  readonly atMs: number;
  readonly miss: () => void;
}

/**
 * Watches many deadlines with one timer: a timer for each invocation, made and aborted, would cost
 * more than the rest of a short one.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #waker: Waker;
  readonly #pending = new Set<Pending>();
  #watchedMs = 0;
  #isWatching = false;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#waker = new Waker(clock);
  }

  /** Calls `miss` at that moment, unless what it returns is called before. */
  add(atMs: number, miss: () => void): () => void {
    const pending: Pending = { atMs, miss };
    this.#pending.add(pending);
    if (!this.#isWatching) void this.#watch();
    else if (atMs < this.#watchedMs) this.#waker.wake();
    return () => void this.#pending.delete(pending);
  }

  /** No deadline is watched any more, so no timer keeps the process alive. */
  close(): void {
    this.#isClosed = true;
    this.#waker.wake();
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#pending.size > 0 && !this.#isClosed) {
      this.#watchedMs = Math.min(...[...this.#pending].map(({ atMs }) => atMs));
      const leftMs = this.#watchedMs - this.#clock.nowMs();
      if (leftMs > 0) await this.#waker.wait(leftMs);
      const nowMs = this.#clock.nowMs();
      for (const pending of this.#pending) {
        if (pending.atMs > nowMs) continue;
        this.#pending.delete(pending);
        pending.miss();
      }
    }
    this.#isWatching = false;
  }
}
