import { HubError } from "#shared/errors.ts";
import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { holdDownMinutesDefault } from "#shared/kit/alert-rule.ts";
import { backTest } from "#shared/kit/back-test/back-test.ts";
import type { BackTestSettings } from "#shared/kit/back-test/back-test.ts";
import type { BackTestResult } from "#shared/kit/back-test/look-back.ts";
import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import type { RaisedSummary } from "#shared/kit/back-test/summarize.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { sameJson } from "#shared/kit/same-json.ts";
import type { RuleName } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { routingKey } from "#shared/store/alerting-keys.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { loadWholePast } from "#shared/store/past-parts.ts";
import { routingSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { asOfDaysMax } from "../as-of/as-of-query.ts";
import { parseInput } from "../http/route.ts";
import { Deadline } from "../onboarding/deadline.ts";
import type { BackTestAnswer, BackTestRequest } from "./back-test-answers.ts";
import { linesOfTeams } from "./back-test-teams.ts";
import { headlineOf } from "./back-test-words.ts";

/** A request of the app has 29 seconds. The past is read in so many of them, and the rest is for the replay. */
const readMs = 12_000;
const allMs = 22_000;
/** More records do not fit into the memory of the app beside their past. */
const recordsMax = 400_000;

/**
 * What a rule would have raised. Throws `entity.not-found`, `input.invalid` for options that it does not take
 * or a rule of which the past tells nothing, `input.too-large` where the past cannot be read in time; a replay
 * that takes too long answers for the days that it came to.
 */
export async function runBackTest(
  context: AppContext,
  name: RuleName,
  request: BackTestRequest,
): Promise<BackTestAnswer> {
  const startMs = context.clock.nowMs();
  const rule = ruleNamed(context, name);
  const { impossible } = limitsOf(rule);
  if (impossible !== undefined) throw new HubError("input.invalid", impossible);
  const stored = await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(name));
  const now = settingsOf(rule, stored);
  const wanted = wantedOf(rule, now, request);
  const [parts, routing] = await Promise.all([
    readParts(context),
    getDocument(context.table, routingSpec, routingKey),
  ]);
  const to = instantOf(startMs);
  const result = backTest({
    parts,
    rule,
    wanted,
    now: sameJson(wanted, now) ? undefined : now,
    from: instantOf(startMs - request.days * dayMs),
    to,
    oldest: instantOf(startMs - asOfDaysMax * dayMs),
    baselineMinutes: routing?.baselineMinutes ?? 0,
    hasTime: () => context.clock.nowMs() - startMs < allMs,
  });
  const tookMs = context.clock.nowMs() - startMs;
  context.logger.info("rule.back-tested", { rule: name, days: request.days, tookMs });
  return answerOf(context, { rule: name, result, parts, tookMs });
}

/** Throws `entity.not-found`. */
export function ruleNamed({ rules }: AppContext, name: RuleName): Rule {
  const rule = rules.find((candidate) => candidate.name === name);
  if (!rule) throw new HubError("entity.not-found", `There is no rule “${name}”`);
  return rule;
}

async function readParts(context: AppContext): Promise<PastParts> {
  const { table, clock, registry } = context;
  const deadline = new Deadline(clock, readMs);
  try {
    const [sources, linkRules] = await Promise.all([
      readSourceStates(table, clock, registry),
      readLinkRules(table, clock.now()),
    ]);
    const read = await deadline.race(loadWholePast(table, { sources, linkRules }));
    if (read !== "time" && read.parts.records.length <= recordsMax) return read.parts;
  } finally {
    deadline.end();
  }
  throw new HubError(
    "input.too-large",
    "The hub holds more than a page has the time to read with all its past: a back-test of it is not possible here",
  );
}

export function settingsOf(rule: Rule, stored: RuleSettings | undefined): BackTestSettings {
  const parsed = rule.options.safeParse(stored?.options ?? {});
  const { graceMinutes, holdDownMinutes = holdDownMinutesDefault, delivery } = rule.defaults;
  const set: Partial<RuleSettings> = stored ?? {};
  return {
    options: parsed.success ? parsed.data : rule.options.parse({}),
    graceMinutes: set.graceMinutes ?? graceMinutes,
    holdDownMinutes: set.holdDownMinutes ?? holdDownMinutes,
    delivery: set.delivery ?? delivery ?? "message",
    scope: set.scope,
    allowedShares: set.allowedShares,
  };
}

function wantedOf(rule: Rule, now: BackTestSettings, request: BackTestRequest): BackTestSettings {
  const { options, graceMinutes, holdDownMinutes, scope } = request;
  return {
    ...now,
    ...(options && { options: parseInput(rule.options, options, "options") }),
    ...(graceMinutes !== undefined && { graceMinutes }),
    ...(holdDownMinutes !== undefined && { holdDownMinutes }),
    ...(scope && { scope }),
  };
}

async function answerOf(
  context: AppContext,
  given: {
    readonly rule: RuleName;
    readonly result: BackTestResult;
    readonly parts: PastParts;
    readonly tookMs: number;
  },
): Promise<BackTestAnswer> {
  const { rule, result, parts, tookMs } = given;
  const org = await context.orgReader.read();
  const byTeam = [...linesOfTeams(result, org)];
  const { from, to, wanted, now, compared } = result;
  const held = new Set<string>(parts.records.flatMap(({ fact }) => fact?.id ?? []));
  const days = Math.max(1, Math.round((epochMsOf(to) - epochMsOf(from)) / dayMs));
  return {
    rule,
    from,
    to,
    headline: headlineOf({ days, wanted, byTeam }),
    wanted: numbersOf(wanted),
    byTeam,
    byRule: linesOfRules(context, wanted),
    sample: wanted.sample.map(({ teamIds, ...one }) => ({
      ...one,
      isHeld: one.subjectId.split("=>").every((id) => held.has(id)),
      teams: teamIds.flatMap((id) => org.unit(id)?.name ?? []),
    })),
    ...(now && { today: numbersOf(now) }),
    ...(compared && {
      compared: {
        both: compared.both,
        onlyToday: compared.onlyNow,
        onlyWanted: compared.onlyWanted,
      },
    }),
    notKnown: [...result.notKnown],
    tookMs,
  };
}

/** Most first. */
function linesOfRules({ rules }: AppContext, { byRule }: RaisedSummary): BackTestAnswer["byRule"] {
  const titleOf = (name: RuleName) => rules.find((rule) => rule.name === name)?.title ?? name;
  return [...byRule]
    .map(([rule, raised]) => ({ rule, title: titleOf(rule), raised }))
    .toSorted((a, b) => b.raised - a.raised || a.title.localeCompare(b.title, "en"));
}

function numbersOf({
  byTeam: _team,
  byRule: _rule,
  sample: _sample,
  byWeek,
  ...numbers
}: RaisedSummary) {
  return { ...numbers, byWeek: [...byWeek] };
}
