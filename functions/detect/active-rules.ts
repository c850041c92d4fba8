import type { Rule } from "#shared/kit/rule.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists, ruleSettingsKey } from "#shared/store/keys.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { ActiveRule } from "./evaluate-subjects.ts";

/** The settings of rules as they stand now, and what of them cannot be read. */
export interface AllSettings {
  readonly settings: readonly RuleSettings[];
  readonly setAside: SetAside;
}

export async function readRuleSettings(table: Table): Promise<AllSettings> {
  const setAside = new SetAside();
  const settings = await listDocuments(table, ruleSettingsSpec, lists.ruleSettings, setAside);
  return { settings, setAside };
}

/** Every rule as it is set now. */
export async function activeRules(
  table: Table,
  rules: readonly Rule[],
  logger: Logger,
): Promise<readonly ActiveRule[]> {
  return rulesAsSet(await readRuleSettings(table), rules, logger);
}

/**
 * Every rule as these settings have it. Options that no longer parse mean the defaults; where its settings
 * cannot be read at all, nobody knows whether it is switched on, and what it has found stands.
 */
export function rulesAsSet(
  { settings, setAside }: AllSettings,
  rules: readonly Rule[],
  logger: Logger,
): readonly ActiveRule[] {
  reportSetAside(logger, [setAside]);
  const own = new Map(settings.map((one) => [one.rule, one]));
  return rules.map((rule) => {
    if (setAside.partitions.has(ruleSettingsKey(rule.name).pk)) {
      return { rule: standingStill(rule), options: parsed(rule, {}).options };
    }
    const { isEnabled, options: given = {} } = own.get(rule.name) ?? {};
    if (isEnabled === false) return { rule: switchedOff(rule), options: {} };
    const { options, isOutdated } = parsed(rule, given);
    if (isOutdated) logger.warn("rule.options-outdated", { rule: rule.name });
    return { rule, options };
  });
}

interface Parsed {
  readonly text: string;
  readonly options: unknown;
  readonly isOutdated: boolean;
}

/** Options rarely change, and every batch asks for those of every rule. */
const parsedLast = new WeakMap<Rule, Parsed>();

function parsed(rule: Rule, given: unknown): Parsed {
  const text = JSON.stringify(given);
  const last = parsedLast.get(rule);
  if (last?.text === text) return last;
  const { success: isRight, data } = rule.options.safeParse(given);
  const options = isRight ? data : rule.options.parse({});
  const now = { text, options, isOutdated: !isRight };
  parsedLast.set(rule, now);
  return now;
}

function standingStill(rule: Rule): Rule {
  return { ...rule, evaluate: () => ({ state: "unknown", because: "settings-unreadable" }) };
}

/** A rule that is off finds nothing, so whatever it had found clears. */
function switchedOff(rule: Rule): Rule {
  return {
    ...rule,
    touched: (delta) =>
      (delta.after ?? delta.before)?.type === "rule-settings" ? [{ kind: "all" }] : [],
    subjects: () => [],
    evaluate: () => ({ state: "cleared", because: "rule-switched-off" }),
  };
}
