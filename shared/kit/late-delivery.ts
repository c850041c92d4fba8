import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

/** Longer than a delivery usually takes; shorter than what a poll looks back, which mends the rest. */
const lateAfterMs = 5 * minuteMs;

/**
 * Whether what a delivery tells may have been undone since: a state that was left and come back to is no
 * change to us (docs/decisions/0003-versions-and-aba.md), so late news of the state between would be
 * believed. Such a record is read as it is now instead.
 */
export function isLateDelivery(saidAt: Instant | undefined, receivedAt: Instant): boolean {
  return saidAt !== undefined && epochMsOf(receivedAt) - epochMsOf(saidAt) > lateAfterMs;
}
