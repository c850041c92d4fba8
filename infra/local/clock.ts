import { setTimeout as sleepFor } from "node:timers/promises";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** The longest a timer can be set for; longer ones would fire at once. */
const timerMsMax = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  now: () => instantOf(Date.now()),
  async sleep(ms, signal) {
    try {
      for (let leftMs = ms; leftMs > 0; leftMs -= timerMsMax) {
        await sleepFor(Math.min(leftMs, timerMsMax), undefined, { signal });
      }
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};
