import type { Instant } from "#shared/model/time.ts";

/** Time as an argument. Everything that waits or stamps takes one, so tests own the hours. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  nowMs(): number;
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
