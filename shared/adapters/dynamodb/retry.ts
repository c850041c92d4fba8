import type { Clock } from "#shared/ports/clock.ts";

import { failureOf, storeError } from "./failures.ts";

/** In all about 2.5 s of waiting on average: longer than the local database takes to come back. */
const attemptsMax = 10;
const baseMs = 20;
const capMs = 1_000;

export interface Pause {
  readonly clock: Clock;
  /** 0 (included) to 1. */
  readonly random: () => number;
}

/** Sleeps a random part of an exponentially growing, capped time ("full jitter"). */
export function backOff({ clock, random }: Pause, attempt: number): Promise<void> {
  return clock.sleep(random() * Math.min(capMs, baseMs * 2 ** attempt));
}

export interface Attempt {
  /** Whether an earlier attempt got no answer, so that it may have been applied. */
  readonly maybeApplied: boolean;
}

/**
 * Repeats a request while its failure can pass, a bounded number of times. Requests that must not
 * run twice (`repeatable: false`) are only repeated when they surely were not applied.
 * Throws the port's errors.
 */
export async function withRetries<T>(
  pause: Pause,
  request: (attempt: Attempt) => Promise<T>,
  { repeatable = true }: { readonly repeatable?: boolean } = {},
): Promise<T> {
  let maybeApplied = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request({ maybeApplied });
    } catch (error) {
      const failure = failureOf(error);
      const passes = failure === "refused" || (failure === "unanswered" && repeatable);
      if (!passes || attempt + 1 >= attemptsMax) throw storeError(error);
      maybeApplied ||= failure === "unanswered";
    }
    await backOff(pause, attempt);
  }
}
