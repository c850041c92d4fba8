import { signalId } from "#shared/model/ids.ts";
import type { SignalId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import { outOfScope } from "../alert-lifecycle.ts";
import type { Episode, Finding, Said } from "./episode.ts";

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
  /** Since when the finding had been such that it is an alert's. */
  readonly wantedSince: Instant;
  /** Absent: it stands. */
  readonly endedAt?: Instant;
  readonly endedBecause?: string;
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
 * then raises nothing. One that is no alert's any more ends its alert, and raises another should it become
 * one's again. What stood before the stretch, or nobody knows since when, is no news.
 */
export function raisedAlerts(
  episodes: readonly Episode[],
  policy: RaisePolicy,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Raising {
  const raised: Raised[] = [];
  const lastEnded = new Map<SignalId, Instant>();
  let waitedOut = 0;
  for (const episode of episodes) {
    const { start, clearedAt } = episode;
    const id = signalId(episode.rule, episode.subjectId);
    const waitsUntil = endOfWaiting(episode, lastEnded.get(id), policy);
    if (clearedAt !== undefined) lastEnded.set(id, clearedAt);
    const stretches = newsOf(episode);
    const opened = stretches.flatMap((stretch) => raisedIn(episode, stretch, waitsUntil) ?? []);
    raised.push(...opened.filter(({ at }) => from <= at && at <= to));
    const isOver = start === "seen" && stretches.length > 0 && opened.length === 0;
    if (isOver && clearedAt !== undefined && clearedAt >= from) waitedOut += 1;
  }
  return { raised: raised.toSorted((a, b) => (a.at < b.at ? -1 : 1)), waitedOut };
}

/** A time for which a finding is an alert's without a break: what it said then, and how that ended. */
interface Stretch {
  readonly says: Said[];
  endedAt?: Instant | undefined;
  endedBecause?: string | undefined;
}

/** The stretches of which it is known when they began. */
function newsOf({ start, says, clearedAt, clearedBecause }: Episode): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let [current, isFirst]: [Stretch | undefined, boolean] = [undefined, true];
  for (const said of says) {
    if (!said.isWanted) {
      if (current) [current.endedAt, current.endedBecause] = [said.at, outOfScope];
      current = undefined;
    } else if (current) {
      current.says.push(said);
    } else {
      current = { says: [said] };
      if (!isFirst || start === "seen") stretches.push(current);
    }
    isFirst = false;
  }
  if (current) [current.endedAt, current.endedBecause] = [clearedAt, clearedBecause];
  return stretches;
}

/** Undefined: it was over too soon. */
function raisedIn(
  episode: Episode,
  { says, endedAt, endedBecause }: Stretch,
  waitsUntil: Instant,
): Raised | undefined {
  const [first] = says;
  if (!first) return undefined;
  const at = first.at > waitsUntil ? first.at : waitsUntil;
  if (endedAt !== undefined && at >= endedAt && at !== first.at) return undefined;
  const { finding } = says.findLast((said) => said.at <= at) ?? first;
  const end = { ...(endedAt !== undefined && { endedAt }) };
  const because = { ...(endedBecause !== undefined && { endedBecause }) };
  return { episode, at, finding, wantedSince: first.at, ...end, ...because };
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
