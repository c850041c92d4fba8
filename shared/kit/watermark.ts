import { epochMsOf, instantOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

/**
 * From when on a run asks for what changed, so that nothing falls between it and the last whole one: from
 * the moment that one began, since what it had read already could change behind it; and `overlapMs`
 * before, since a source's index lags and its clock is not ours. What is read twice costs no write.
 */
export function watermarkAfter(startedAt: Instant, overlapMs: number): Instant {
  return instantOf(Math.max(0, epochMsOf(startedAt) - overlapMs));
}
