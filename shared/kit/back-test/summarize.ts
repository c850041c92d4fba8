import type { OrgUnitId, RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Severity } from "#shared/model/signal.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, dayMs, epochMsOf, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";

import { groupKeyOf } from "../alert-group.ts";
import type { Rule } from "../rule.ts";
import type { Raised, Raising } from "./raised-alerts.ts";

/** Most of a sample: enough to judge a rule by, and no list to work through. */
const sampleMax = 20;

export interface SampleOfRaised {
  /** The rule that found it. */
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly openedAt: Instant;
  readonly raisedAt: Instant;
  readonly clearedAt?: Instant;
  readonly clearedBecause?: string;
  readonly title: string;
  readonly sentence: string;
  readonly severity: Severity;
  readonly teamIds: readonly OrgUnitId[];
}

/** What a rule would have raised. */
export interface RaisedSummary {
  readonly raised: number;
  /** Of these, how many a first reading would have found: they are in its report, and nobody is told of each. */
  readonly ofFirstReading: number;
  /** Findings that were over before anybody would have been told. */
  readonly waitedOut: number;
  /** An alert about two teams counts for each. */
  readonly byTeam: ReadonlyMap<OrgUnitId | undefined, number>;
  /** By the rule that found it. */
  readonly byRule: ReadonlyMap<RuleName, number>;
  /** Weeks that begin with the first day, oldest first; none is left out. */
  readonly byWeek: readonly WeekOfRaised[];
  /** How many were over so soon after they opened. */
  readonly clearedWithin: {
    readonly hour: number;
    readonly day: number;
    readonly twoDays: number;
    readonly week: number;
  };
  readonly cleared: number;
  readonly standing: number;
  /** Of those that are over; absent where none is. */
  readonly medianMinutesToClear?: number;
  /** Spread evenly over the time, oldest first. */
  readonly sample: readonly SampleOfRaised[];
}

export interface WeekOfRaised {
  readonly from: CalendarDate;
  readonly raised: number;
  /** Alerts that people see as one matter count once: no more messages than that to each recipient. */
  readonly matters: number;
}

export function summarize(
  rule: Pick<Rule, "name">,
  { raised, waitedOut }: Raising,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): RaisedSummary {
  const lives = raised.flatMap(({ at, endedAt }) =>
    endedAt !== undefined && endedAt <= to ? [epochMsOf(endedAt) - epochMsOf(at)] : [],
  );
  const within = (ms: number) => lives.filter((life) => life <= ms).length;
  const median = medianOf(lives);
  return {
    raised: raised.length,
    ofFirstReading: raised.filter(({ episode }) => episode.isBaseline).length,
    waitedOut,
    byTeam: countByTeam(raised),
    byRule: countByRule(raised),
    byWeek: weeksOf(rule, raised, { from, to }),
    clearedWithin: {
      hour: within(hourMs),
      day: within(dayMs),
      twoDays: within(2 * dayMs),
      week: within(7 * dayMs),
    },
    cleared: lives.length,
    standing: raised.length - lives.length,
    ...(median !== undefined && { medianMinutesToClear: Math.round(median / minuteMs) }),
    sample: spread(raised).map(sampleOf),
  };
}

function countByTeam(raised: readonly Raised[]): ReadonlyMap<OrgUnitId | undefined, number> {
  const counts = new Map<OrgUnitId | undefined, number>();
  for (const { finding } of raised) {
    const teams = new Set(finding.teamIds.length > 0 ? finding.teamIds : [undefined]);
    for (const id of teams) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function countByRule(raised: readonly Raised[]): ReadonlyMap<RuleName, number> {
  const byRule = Map.groupBy(raised, ({ episode: { rule } }) => rule);
  return new Map([...byRule].map(([rule, alerts]) => [rule, alerts.length]));
}

function weeksOf(
  { name }: Pick<Rule, "name">,
  raised: readonly Raised[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): readonly WeekOfRaised[] {
  const [firstMs, lastMs] = [epochMsOf(from), epochMsOf(to)];
  const count = Math.max(1, Math.ceil((lastMs - firstMs) / (7 * dayMs)));
  const weeks = Array.from({ length: count }, () => new Array<Raised>());
  for (const one of raised) {
    const week = Math.floor((epochMsOf(one.at) - firstMs) / (7 * dayMs));
    weeks[Math.min(week, count - 1)]?.push(one);
  }
  const matterOf = ({ finding: { teamIds, evidence } }: Raised) =>
    groupKeyOf({ rule: name, teamIds: [...teamIds], evidence });
  return weeks.map((within, index) => ({
    from: dateOf(instantOf(firstMs + index * 7 * dayMs)),
    raised: within.length,
    matters: new Set(within.map(matterOf)).size,
  }));
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function spread(raised: readonly Raised[]): readonly Raised[] {
  if (raised.length <= sampleMax) return raised;
  const step = raised.length / sampleMax;
  return Array.from({ length: sampleMax }, (_, at) => raised[Math.floor(at * step)]).flatMap(
    (one) => one ?? [],
  );
}

function sampleOf({ at, finding, episode, endedAt, endedBecause }: Raised): SampleOfRaised {
  const { rule, subjectId, openedAt } = episode;
  return {
    rule,
    subjectId,
    openedAt,
    raisedAt: at,
    ...(endedAt !== undefined && { clearedAt: endedAt }),
    ...(endedBecause !== undefined && { clearedBecause: endedBecause }),
    title: finding.title,
    sentence: finding.evidence.sentence,
    severity: finding.severity,
    teamIds: finding.teamIds,
  };
}
