import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** The run's own time. Nobody else moves it: what the hub waits for passes at once. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #said: { readonly ms: number; readonly instant: Instant } | undefined;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  now(): Instant {
    if (this.#said?.ms !== this.#nowMs) {
      this.#said = { ms: this.#nowMs, instant: instantOf(this.#nowMs) };
    }
    return this.#said.instant;
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
