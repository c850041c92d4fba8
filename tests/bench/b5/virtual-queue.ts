import type { Clock } from "#shared/ports/clock.ts";
import type { Queue } from "#shared/ports/queue.ts";

/** A queue whose delays pass on a clock that the benchmark moves. */
export class VirtualQueue implements Queue {
  readonly #clock: Clock;
  #waiting: { readonly body: string; readonly dueMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(body: string, { delaySeconds = 0 } = {}): Promise<void> {
    this.#waiting.push({ body, dueMs: this.#clock.nowMs() + delaySeconds * 1000 });
  }

  /** Takes out what is due. */
  takeDue(): readonly string[] {
    const nowMs = this.#clock.nowMs();
    const due = this.#waiting.filter(({ dueMs }) => dueMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ dueMs }) => dueMs > nowMs);
    return due.map(({ body }) => body);
  }

  waiting(): readonly string[] {
    return this.#waiting.map(({ body }) => body);
  }

  /** When the next is due; Infinity when nothing waits. */
  nextDueMs(): number {
    return Math.min(Infinity, ...this.#waiting.map(({ dueMs }) => dueMs));
  }
}
