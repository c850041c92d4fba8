import { HubError } from "#shared/errors.ts";
import { holdDownMinutesDefault } from "#shared/kit/alert-rule.ts";
import { backTestPattern, refuseUntold } from "#shared/kit/back-test/back-test-pattern.ts";
import type { PatternSettings, RuleAsSet } from "#shared/kit/back-test/back-test-pattern.ts";
import { deployablePattern } from "#shared/kit/custom-pattern.ts";
import { sameJson } from "#shared/kit/same-json.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import { getCustomRule } from "#shared/store/custom-rules.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { answerOf } from "./answer-back-test.ts";
import type { BackTestAnswer, PatternBackTestRequest } from "./back-test-answers.ts";
import { readPast } from "./read-past.ts";

/** What a custom rule is called that nobody has saved yet. */
const draftName = "custom-draft";

/**
 * What a custom rule would have raised: one that is saved, one with changes that are not, or a draft. Throws
 * `entity.not-found`, `input.invalid` for a pattern that may not be deployed or of which the past tells
 * nothing, `input.too-large` where the past cannot be read in time; a replay that takes too long answers for
 * the days that it came to.
 */
export async function runPatternBackTest(
  context: AppContext,
  request: PatternBackTestRequest,
): Promise<BackTestAnswer> {
  const startMs = context.clock.nowMs();
  const { id, pattern, days } = request;
  const [saved, allSettings] = await Promise.all([
    id === undefined ? undefined : getCustomRule(context.table, id),
    listDocuments(context.table, ruleSettingsSpec, lists.ruleSettings),
  ]);
  const stored = allSettings.find(({ rule }) => rule === id);
  const asked = pattern ?? saved?.pattern;
  if (!asked) {
    const message = "Give the pattern, or the id of a custom rule";
    throw new HubError("input.invalid", message, { issues: [{ path: "pattern", message }] });
  }
  const wanted = wantedOf(policyOf(stored), deployablePattern(asked), request);
  const now = saved && savedSettings(saved, stored);
  const rules = rulesAsSet(context, allSettings);
  // Before all the past is read for it.
  refuseUntold(wanted.pattern, rules);
  const time = await readPast(context, { days, startMs });
  const name = id ?? draftName;
  const result = backTestPattern({
    ...time,
    name,
    rules,
    wanted,
    now: sameJson(wanted, now) ? undefined : now,
  });
  const tookMs = context.clock.nowMs() - startMs;
  context.logger.info("rule.back-tested", { rule: name, days, tookMs });
  return answerOf(context, { rule: name, result, time, tookMs });
}

/** How alerts of the rule wait today, or would by default. */
export function policyOf(stored: RuleSettings | undefined): Omit<PatternSettings, "pattern"> {
  return {
    graceMinutes: stored?.graceMinutes ?? 0,
    holdDownMinutes: stored?.holdDownMinutes ?? holdDownMinutesDefault,
    delivery: stored?.delivery ?? "message",
    scope: stored?.scope,
    allowedShares: stored?.allowedShares,
  };
}

function wantedOf(
  policy: Omit<PatternSettings, "pattern">,
  pattern: PatternSettings["pattern"],
  { graceMinutes, holdDownMinutes, scope }: PatternBackTestRequest,
): PatternSettings {
  return {
    ...policy,
    pattern,
    ...(graceMinutes !== undefined && { graceMinutes }),
    ...(holdDownMinutes !== undefined && { holdDownMinutes }),
    ...(scope && { scope }),
  };
}

/** Unreadable: this release does not understand its pattern. */
function savedSettings(
  { pattern }: CustomRule,
  stored: RuleSettings | undefined,
): PatternSettings | "unreadable" {
  try {
    return { ...policyOf(stored), pattern: deployablePattern(pattern) };
  } catch (error) {
    if (error instanceof HubError && error.code === "input.invalid") return "unreadable";
    throw error;
  }
}

/** The shipped rules as detect runs them today: options that no longer parse mean the defaults. */
function rulesAsSet(
  { rules }: AppContext,
  settings: readonly RuleSettings[],
): readonly RuleAsSet[] {
  const own = new Map(settings.map((one) => [one.rule, one]));
  return rules.map((rule) => {
    const { isEnabled = true, options = {} } = own.get(rule.name) ?? {};
    const parsed = rule.options.safeParse(options);
    return { rule, isEnabled, options: parsed.success ? parsed.data : rule.options.parse({}) };
  });
}
