import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { parentIds } from "#shared/graph/line-of-sight.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { Episode } from "#shared/kit/back-test/episode.ts";
import { lookOf } from "#shared/kit/back-test/look.ts";
import { mayFitRule } from "#shared/kit/back-test/pattern-asks.ts";
import {
  followsRouting as followsRoutingOf,
  patternLook,
} from "#shared/kit/back-test/pattern-look.ts";
import { raisedAlerts } from "#shared/kit/back-test/raised-alerts.ts";
import { replay } from "#shared/kit/back-test/replay.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { scanAll } from "#shared/store/list.ts";
import { pastPartsOf } from "#shared/store/past-parts.ts";
import { goalConnection } from "#shared/testing/facts.ts";

import type { Lived, LivedCustomRule, LivedEpisode, Waits } from "./live-days.ts";

/** What a back-test told, beside what happened. */
export interface Difference {
  readonly rule: string;
  readonly episodes: number;
  readonly alerts: number;
  /** Told as seen from their beginning, and not so in life. */
  readonly invented: readonly string[];
  /** Of life, and not told, though all that they rest on is remembered. */
  readonly missed: readonly string[];
  readonly inventedAlerts: readonly string[];
  readonly missedAlerts: readonly string[];
  /** Of life, and not told, for something that they rest on has forgotten how it stood. */
  readonly forgotten: number;
}

export async function pastOf({ hub }: Pick<Lived, "hub">): Promise<PastParts> {
  const registry = {
    providesGoals: ({ id }: { id: string }) => id === goalConnection,
    isSource: () => true,
  };
  const sources = await readSourceStates(hub.table, hub.clock, registry);
  return pastPartsOf(await scanAll(hub.table), { sources, linkRules: noLinkRules });
}

/** What a back-test of a custom rule told, beside what happened to its alerts. */
export interface CustomDifference {
  readonly pattern: EventPattern;
  readonly alerts: number;
  readonly ends: number;
  readonly invented: readonly string[];
  readonly missed: readonly string[];
}

/** Back-tests a custom rule over what the lived days left behind, and holds it against them. */
export function customDifferenceOf(
  { id, pattern }: LivedCustomRule,
  lived: Lived,
  parts: PastParts,
  { waits, rules }: { readonly waits: Waits; readonly rules: readonly Rule[] },
): CustomDifference {
  const { from, to } = lived;
  const tested = rules.filter(({ name }) => mayFitRule(pattern, name));
  const looks = [patternLook(pattern, undefined)];
  const followsRouting = followsRoutingOf(pattern, undefined);
  const { looked } = replay({
    parts,
    finders: tested.map((rule) => ({
      rule,
      options: rule.options.parse({}),
      looks,
      followsRouting,
    })),
    from,
    to,
    baselineMinutes: 0,
    hasTime: () => true,
  });
  const episodes = looked.flatMap((each) => each[0]?.episodes ?? []);
  const hazy = new Set(
    tested.flatMap((rule, at) =>
      forgottenOf(rule, lived, parts, looked[at]?.[0]?.episodes ?? []).map(
        ({ subjectId }) => `${rule.name} ${subjectId}`,
      ),
    ),
  );
  const { raised } = raisedAlerts(episodes, { ...waits, delivery: "message" }, { from, to });
  const told = raised.map(({ at, episode, endedAt }) => ({ ...episode, at, endedAt }));
  const happened = (lived.alerts.get(id) ?? []).map((one) => ({ ...one, rule: one.foundBy }));
  const [toldKeys, keys] = [told, happened].map((some) =>
    some
      .filter(({ rule, subjectId }) => !hazy.has(`${rule} ${subjectId}`))
      .map(({ rule, subjectId, openedAt, at, endedAt }) => {
        return `${rule} ${subjectId} ${openedAt} ${minuteOf(at)} ${endedAt ?? "stands"}`;
      }),
  ) as [string[], string[]];
  return {
    pattern,
    alerts: toldKeys.length,
    ends: told.filter(({ endedAt }) => endedAt !== undefined).length,
    invented: toldKeys.filter((key) => !keys.includes(key)),
    missed: keys.filter((key) => !toldKeys.includes(key)),
  };
}

/** Openings of life that a replay does not tell, for something that they rest on has forgotten. */
function forgottenOf(
  rule: Rule,
  lived: Lived,
  parts: PastParts,
  told: readonly Episode[],
): readonly LivedEpisode[] {
  const toldKeys = new Set(told.filter(({ start }) => start === "seen").map(keyOf));
  const happened = lived.episodes.get(rule.name) ?? [];
  const forgets = forgetfulness(parts, rule);
  return happened.filter((one) => !toldKeys.has(keyOf(one)) && forgets(one));
}

/** Back-tests a rule over what the lived days left behind, and holds it against them. */
export function differenceOf(rule: Rule, lived: Lived, parts: PastParts, waits: Waits): Difference {
  const { from, to } = lived;
  const { looked } = replay({
    parts,
    finders: [{ rule, options: rule.options.parse({}), looks: [lookOf(rule, undefined)] }],
    from,
    to,
    baselineMinutes: 0,
    hasTime: () => true,
  });
  const told = looked[0]?.[0]?.episodes ?? [];
  const happened = lived.episodes.get(rule.name) ?? [];
  const toldKeys = new Set(told.filter(({ start }) => start === "seen").map(keyOf));
  const happenedKeys = new Set(happened.map(keyOf));
  const forgets = forgetfulness(parts, rule);
  const untold = happened.filter((one) => !toldKeys.has(keyOf(one)));
  const missed = untold.filter((one) => !forgets(one));
  const forgotten = untold.filter(forgets);
  const hazy = new Set(forgotten.map(({ subjectId }) => subjectId));
  const { raised } = raisedAlerts(told, { ...waits, delivery: "message" }, { from, to });
  // After an opening that is forgotten nobody knows how long the next one had to wait.
  const raisedKeys = raised
    .filter(({ episode }) => !hazy.has(episode.subjectId))
    .map(({ at, episode }) => `${episode.subjectId} ${episode.openedAt} ${minuteOf(at)}`);
  const alertKeys = (lived.alerts.get(rule.name) ?? [])
    .filter(({ subjectId }) => !hazy.has(subjectId))
    .map(({ subjectId, openedAt, at }) => `${subjectId} ${openedAt} ${minuteOf(at)}`);
  return {
    rule: rule.name,
    episodes: toldKeys.size,
    alerts: raisedKeys.length,
    invented: [...toldKeys].filter((key) => !happenedKeys.has(key)),
    missed: missed.map(keyOf),
    inventedAlerts: raisedKeys.filter((key) => !alertKeys.includes(key)),
    missedAlerts: alertKeys.filter((key) => !raisedKeys.includes(key)),
    forgotten: forgotten.length,
  };
}

function keyOf({ subjectId, openedAt, clearedAt }: Omit<LivedEpisode, "about">): string {
  return `${subjectId} ${openedAt} ${clearedAt ?? "stands"}`;
}

/** The sweep opens what is due at its next minute. */
function minuteOf(at: Instant): number {
  return Math.ceil(epochMsOf(at) / minuteMs);
}

/** Whether anything that the finding names, or that stands above it, has forgotten how it stood then. */
function forgetfulness(
  { records, edges }: PastParts,
  { reads }: Rule,
): (one: LivedEpisode) => boolean {
  // A record that may have linked the work of others leaves no lack of a link that can be believed.
  const hiding = records.filter(({ past }) => past.hidesOthersEdges).map(({ past }) => past.since);
  const readsLinks = reads !== "above" && reads !== "waited-for" && reads !== "subject";
  const cut = new Map(
    records.flatMap(({ past }) => (past.isCut ? [[String(past.id), past.since] as const] : [])),
  );
  const above = new Map<string, readonly string[]>();
  for (const { past, fact } of records) {
    const own =
      fact?.type === "work-item" ? parentIds(fact) : fact?.parentId ? [fact.parentId] : [];
    const was = past.rows.flatMap(({ was: fields }) => [
      fields.get("parentId"),
      ...asList(fields.get("otherParentIds")),
    ]);
    const edgesOfPast = past.rows.flatMap((row) => [...row.went, ...row.came]);
    const linked = [...edgesOfPast, ...edges.filter(({ assertedBy }) => assertedBy === past.id)];
    const ends = linked.map((edge) => (edge.type === "link" ? edge.toId : edge.blockingId));
    above.set(
      past.id,
      [...own, ...was, ...ends].flatMap((id) => (typeof id === "string" ? id : [])),
    );
  }
  return ({ about, openedAt }) => {
    if (readsLinks && hiding.some((since) => since >= openedAt)) return true;
    if (reads === "under-goal") {
      const namers = [...cut].filter(([id]) => above.get(id)?.some((one) => about.includes(one)));
      if (namers.some(([, since]) => since >= openedAt)) return true;
    }
    const entered = new Set(about);
    for (const id of entered) {
      const since = cut.get(id);
      if (since !== undefined && since >= openedAt) return true;
      for (const next of above.get(id) ?? []) entered.add(next);
    }
    return false;
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
