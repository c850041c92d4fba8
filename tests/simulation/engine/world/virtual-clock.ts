import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** The run's own time. Nobody else moves it: what the hub waits for passes at once. */
export class VirtualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  now(): Instant {
    return instantOf(this.#nowMs);
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
