import * as z from "zod";

import { descendantsOf } from "#shared/graph/tops.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { lifeNotedAfterDays } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";

export const Options = z.strictObject({
  days: z.int().min(7).max(365).default(30).meta({
    title: "Days without a sign of life",
    description:
      "Work in progress of which its tool has told no change for so long, nor of anything under it, is taken for stale.",
  }),
  goalDays: z.int().min(7).max(365).default(45).meta({
    title: "Days without an update of a goal",
    description:
      "A goal in progress of which its tool has told no change for so long, neither of its measure nor of anything else, is taken for stale.",
  }),
});
export type Options = z.infer<typeof Options>;

/**
 * How old the last version that is stored must be for the source to have been silent for so many days: it
 * may have had a few later ones that say the same.
 */
export function silentAfterMs(days: number): number {
  return (days + lifeNotedAfterDays) * dayMs;
}

/** Until when something cannot be called silent, by what was last heard of it. */
export function quietFrom(
  { sourceVersion }: Pick<WorkItem, "sourceVersion">,
  days: number,
): number {
  return sourceVersion + silentAfterMs(days);
}

export interface Life {
  readonly isAlive: boolean;
  /** Where it is alive: no sooner than then it may not be. */
  readonly turnsAt?: Instant;
}

/** A sign of life of the item itself, or of anything under it; more under it than is looked at is alive. */
export function lifeOf(
  view: GraphView,
  item: WorkItem,
  { days, now }: { readonly days: number; readonly now: Instant },
): Life {
  const nowMs = epochMsOf(now);
  const own = quietFrom(item, days);
  if (nowMs < own) return aliveUntil(own);
  for (const below of descendantsOf(view, item.id)) {
    if (below === undefined) return { isAlive: true };
    const until = quietFrom(below, days);
    if (nowMs < until) return aliveUntil(until);
  }
  return { isAlive: false };
}

export function aliveUntil(ms: number): Life {
  // Beyond what an instant can say lies no time at which anybody looks.
  return ms < 8.64e15 ? { isAlive: true, turnsAt: instantOf(ms) } : { isAlive: true };
}
