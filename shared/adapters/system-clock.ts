import { setTimeout as wait } from "node:timers/promises";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  now: () => instantOf(Date.now()),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason in an AbortError of its own; the port promises the reason itself.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
