import { HubError } from "#shared/errors.ts";
import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import type { Rule } from "../rule.ts";
import { type RaisedCompared, compareRaised } from "./compare-raised.ts";
import { raisedAlerts, type RaisePolicy } from "./raised-alerts.ts";
import { replay } from "./replay.ts";
import { limitsOf } from "./rule-limits.ts";
import { type RaisedSummary, summarize } from "./summarize.ts";
import { whatIsNotKnown } from "./what-is-not-known.ts";

/** A rule's settings as far as they decide what it raises. */
export interface BackTestSettings extends RaisePolicy {
  /** Parsed by the rule's own schema. */
  readonly options: unknown;
  readonly scope: RuleSettings["scope"];
  readonly allowedShares?: RuleSettings["allowedShares"];
}

export interface BackTestInput {
  readonly parts: PastParts;
  readonly rule: Rule;
  readonly wanted: BackTestSettings;
  /** To compare with: usually the settings of today. */
  readonly now?: BackTestSettings | undefined;
  readonly from: Instant;
  readonly to: Instant;
  /** Before it nothing of the past may be asked. */
  readonly oldest: Instant;
  readonly baselineMinutes?: number;
  /** Asked now and then; false ends it where it is, and the answer says so. Absent: always. */
  readonly hasTime?: () => boolean;
}

export interface BackTestResult {
  readonly from: Instant;
  /** Earlier than asked for where there was no time for more. */
  readonly to: Instant;
  readonly wanted: RaisedSummary;
  readonly now?: RaisedSummary;
  readonly compared?: RaisedCompared;
  /** The least number of people that a team had when something of it was found. */
  readonly people: ReadonlyMap<OrgUnitId, number>;
  /** Sentences for people. */
  readonly notKnown: readonly string[];
}

/**
 * What a rule would have raised between two moments, had it been set so, out of what is remembered of the
 * graph: one replay of all changes, whatever is compared. Throws `input.invalid` for a rule about which the
 * past tells nothing.
 */
export function backTest(input: BackTestInput): BackTestResult {
  const { parts, rule, wanted, now, from, oldest, baselineMinutes = 0 } = input;
  const { impossible } = limitsOf(rule);
  if (impossible !== undefined) throw new HubError("input.invalid", impossible);
  const settings = now ? [wanted, now] : [wanted];
  // What is waiting as the time begins opens in it.
  const begin = later(oldest, before(from, Math.max(...settings.map(waitMinutes))));
  const { hasTime = () => true, to } = input;
  const replayed = replay({
    parts,
    rule,
    variants: settings.map(({ options, scope }) => ({ options, scope })),
    from: begin,
    to,
    baselineMinutes,
    hasTime,
  });
  const asked = { from, to: later(from, replayed.reachedAt) };
  const [first, second] = settings.map((set, at) =>
    raisedAlerts(replayed.episodes[at] ?? [], set, asked),
  );
  if (!first) throw new HubError("invariant.broken", "The replay of a rule lost what it found");
  return {
    ...asked,
    wanted: summarize(rule, first, asked),
    ...(second && {
      now: summarize(rule, second, asked),
      compared: compareRaised(second.raised, first.raised),
    }),
    people: replayed.people,
    notKnown: whatIsNotKnown({ input, replayed, reachedAt: asked.to }),
  };
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
