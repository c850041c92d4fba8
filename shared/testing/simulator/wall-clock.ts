import { setTimeout as wait } from "node:timers/promises";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** Real time, for simulators that run on their own. */
export const wallClock: Clock = {
  nowMs: () => Date.now(),
  now: () => instantOf(Date.now()),
  async sleep(ms, signal) {
    await wait(ms, undefined, signal ? { signal } : {});
  },
};
