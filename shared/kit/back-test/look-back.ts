import { HubError } from "#shared/errors.ts";
import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { OrgUnitId, RuleName } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import { type RaisedCompared, compareRaised } from "./compare-raised.ts";
import { raisedAlerts, type RaisePolicy } from "./raised-alerts.ts";
import { type Finder, type Looked, replay, type Replayed, type TeamPeople } from "./replay.ts";
import { type RaisedSummary, summarize } from "./summarize.ts";
import { whatIsNotKnown } from "./what-is-not-known.ts";
import { fewLeftOut, isOfThese, leftOutOf } from "./without-few.ts";

/** Of which past is asked, and how long it may take. */
export interface AskedTime {
  readonly parts: PastParts;
  readonly from: Instant;
  readonly to: Instant;
  /** Before it nothing of the past may be asked. */
  readonly oldest: Instant;
  readonly baselineMinutes?: number;
  /** Whether people are told of it, so that no number may be about fewer than five of them. */
  readonly hidesFew?: boolean;
  /** Asked before each moment; false ends it where it is, and the answer says so. Absent: always. */
  readonly hasTime?: () => boolean;
}

export interface BackTestResult {
  readonly from: Instant;
  /** Earlier than asked for where there was no time for more. */
  readonly to: Instant;
  readonly wanted: RaisedSummary;
  readonly now?: RaisedSummary;
  readonly compared?: RaisedCompared;
  /** Why there is nothing to compare it with, though there are settings of today; a sentence for people. */
  readonly notCompared?: string;
  readonly people: TeamPeople;
  /** Small teams that are in no number. */
  readonly leftOut: ReadonlySet<OrgUnitId>;
  /** Sentences for people. */
  readonly notKnown: readonly string[];
}

/** What alerts are asked for. */
interface Asked {
  /** Whose alerts they are. */
  readonly name: RuleName;
  /** Each has a look for each policy, in their order. */
  readonly finders: readonly Finder[];
  /** What is wanted, then what it is compared with, if anything. */
  readonly policies: readonly RaisePolicy[];
  /** Sentences on what the past does not tell of it. */
  readonly limits: readonly string[];
  readonly hasShares: boolean;
}

/** One replay of all changes, the alerts that each policy makes of what was seen, and what is not known. */
export function lookBack(time: AskedTime, asked: Asked): BackTestResult {
  const { parts, from, to, oldest, baselineMinutes = 0, hidesFew = false } = time;
  const { hasTime = () => true } = time;
  const { name, finders, policies, limits, hasShares } = asked;
  // What is waiting as the time begins opens in it.
  const begin = later(oldest, before(from, Math.max(...policies.map(waitMinutes))));
  const replayed = replay({ parts, finders, from: begin, to, baselineMinutes, hasTime });
  const reached = { from, to: later(from, replayed.reachedAt) };
  const all = policies.map((_policy, at) => lookedBy(replayed, at));
  const raise = (looked: readonly (readonly Looked[])[]) =>
    policies.map((policy, at) => raisedAlerts(episodesOf(looked[at] ?? []), policy, reached));
  const leftOut = hidesFew ? leftOutOf(all, raise(all), replayed.people) : new Set<OrgUnitId>();
  const told =
    leftOut.size === 0 ? all : all.map((looked) => looked.map((one) => without(leftOut, one)));
  const [first, second] = raise(told);
  if (!first) throw new HubError("invariant.broken", "The replay of a rule lost what it found");
  return {
    ...reached,
    wanted: summarize({ name }, first, reached),
    ...(second && {
      now: summarize({ name }, second, reached),
      compared: compareRaised(second.raised, first.raised),
    }),
    people: replayed.people,
    leftOut,
    notKnown: whatIsNotKnown({
      parts,
      from,
      to,
      reachedAt: reached.to,
      replayed,
      looked: told[0] ?? [],
      limits: [...new Set(leftOut.size > 0 ? [fewLeftOut, ...limits] : limits)],
      hasShares,
    }),
  };
}

/** What the looks of one policy saw, of all finders. */
function lookedBy({ looked }: Replayed, policy: number): readonly Looked[] {
  return looked.flatMap((looks) => looks[policy] ?? []);
}

function without(teams: ReadonlySet<OrgUnitId>, looked: Looked): Looked {
  return { ...looked, episodes: looked.episodes.filter((one) => !isOfThese(teams, one)) };
}

/** Of one finder they are in order; only those of one subject need be. */
function episodesOf(looked: readonly Looked[]) {
  return looked.flatMap(({ episodes }) => episodes);
}

function waitMinutes({ graceMinutes, holdDownMinutes }: RaisePolicy): number {
  return graceMinutes + holdDownMinutes;
}

function before(at: Instant, minutes: number): Instant {
  return instantOf(epochMsOf(at) - minutes * minuteMs);
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}
