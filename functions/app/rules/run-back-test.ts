import { HubError } from "#shared/errors.ts";
import { holdDownMinutesDefault } from "#shared/kit/alert-rule.ts";
import { backTest } from "#shared/kit/back-test/back-test.ts";
import type { BackTestSettings } from "#shared/kit/back-test/back-test.ts";
import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { sameJson } from "#shared/kit/same-json.ts";
import type { RuleName } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import { getDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { answerOf } from "./answer-back-test.ts";
import type { BackTestAnswer, BackTestRequest } from "./back-test-answers.ts";
import { readPast } from "./read-past.ts";

/**
 * What a shipped rule would have raised. Throws `entity.not-found`, `input.invalid` for options that it does not take
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
  const time = await readPast(context, { days: request.days, startMs });
  const compared = sameJson(wanted, now) ? undefined : now;
  const result = backTest({ ...time, rule, wanted, now: compared });
  const tookMs = context.clock.nowMs() - startMs;
  context.logger.info("rule.back-tested", { rule: name, days: request.days, tookMs });
  return answerOf(context, { rule: name, result, time, tookMs });
}

/** Throws `entity.not-found`. */
export function ruleNamed({ rules }: AppContext, name: RuleName): Rule {
  const rule = rules.find((candidate) => candidate.name === name);
  if (!rule) throw new HubError("entity.not-found", `There is no rule “${name}”`);
  return rule;
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
