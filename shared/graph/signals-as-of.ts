import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

/** Whether a signal was open at a moment: `unknown` before the oldest opening that it still remembers. */
export function wasOpen(signal: Signal, at: Instant): boolean | "unknown" {
  const { state, openedAt, clearedAt, earlier = [], generation } = signal;
  if (at >= openedAt) return state === "open" || (clearedAt !== undefined && at < clearedAt);
  const opening = earlier.findLast((one) => one.openedAt <= at);
  if (opening) return at < opening.clearedAt;
  const isWhole = earlier.length === generation - 1;
  return isWhole ? false : "unknown";
}
