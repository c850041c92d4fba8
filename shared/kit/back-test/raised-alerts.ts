import type { SubjectId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import type { Episode, Finding } from "./episode.ts";

/** What becomes of findings; the rest of a rule's settings decides who is told, and how. */
export interface RaisePolicy {
  readonly graceMinutes: number;
  readonly holdDownMinutes: number;
  readonly delivery: NonNullable<RuleSettings["delivery"]>;
}

/** An alert that opened. */
export interface Raised {
  readonly episode: Episode;
  readonly at: Instant;
  /** What it said then. */
  readonly finding: Finding;
}

export interface Raising {
  /** By when they opened. */
  readonly raised: readonly Raised[];
  /** Findings that were over before anybody would have been told. */
  readonly waitedOut: number;
}

/**
 * The alerts that open in a stretch of time, by the same law as the life of an alert (alert-lifecycle.ts):
 * a finding waits for its grace, and for so long after the last one about its subject; one that is over by
 * then raises nothing. What stood before the stretch, or nobody knows since when, is no news.
 */
export function raisedAlerts(
  episodes: readonly Episode[],
  policy: RaisePolicy,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Raising {
  const raised: Raised[] = [];
  const lastEnded = new Map<SubjectId, Instant>();
  let waitedOut = 0;
  for (const episode of episodes) {
    const { subjectId, start, clearedAt } = episode;
    const said = start === "seen" ? raisedAt(episode, lastEnded.get(subjectId), policy) : undefined;
    if (clearedAt !== undefined) lastEnded.set(subjectId, clearedAt);
    if (said === undefined) continue;
    if (said === "over") {
      if (clearedAt !== undefined && clearedAt >= from) waitedOut += 1;
    } else if (from <= said.at && said.at <= to) {
      raised.push({ episode, ...said });
    }
  }
  return { raised: raised.toSorted((a, b) => (a.at < b.at ? -1 : 1)), waitedOut };
}

/** Undefined: the rule is not meant for it. */
function raisedAt(
  episode: Episode,
  lastEndedAt: Instant | undefined,
  policy: RaisePolicy,
): Omit<Raised, "episode"> | "over" | undefined {
  const { clearedAt, says } = episode;
  const waitsUntil = endOfWaiting(episode, lastEndedAt, policy);
  for (const [index, { at, finding, isWanted }] of says.entries()) {
    const next = says[index + 1]?.at ?? clearedAt;
    const opensAt = at > waitsUntil ? at : waitsUntil;
    const isInTime = next === undefined || opensAt < next || opensAt === at;
    if (isWanted && isInTime) return { at: opensAt, finding };
  }
  return says.some(({ isWanted }) => isWanted) ? "over" : undefined;
}

function endOfWaiting(
  { openedAt }: Episode,
  lastEndedAt: Instant | undefined,
  { graceMinutes, holdDownMinutes }: RaisePolicy,
): Instant {
  const graceEndsMs = epochMsOf(openedAt) + graceMinutes * minuteMs;
  if (lastEndedAt === undefined || holdDownMinutes === 0) return instantOf(graceEndsMs);
  return instantOf(Math.max(graceEndsMs, epochMsOf(lastEndedAt) + holdDownMinutes * minuteMs));
}
