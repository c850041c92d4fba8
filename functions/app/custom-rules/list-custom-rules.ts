import { HubError } from "#shared/errors.ts";
import { deployablePattern } from "#shared/kit/custom-pattern.ts";
import type { CustomRule, CustomRuleId } from "#shared/model/custom-rule.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import { getCustomRule, listCustomRules } from "#shared/store/custom-rules.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { CustomRuleAnswer } from "./custom-rule-answers.ts";

export async function describeCustomRules(context: AppContext): Promise<CustomRuleAnswer[]> {
  const [rules, standing] = await Promise.all([
    listCustomRules(context.table),
    countStanding(context),
  ]);
  return rules.map((rule) => describe(rule, standing));
}

/** Throws `entity.not-found` where there is none. */
export async function describeCustomRule(
  context: AppContext,
  id: CustomRuleId,
): Promise<CustomRuleAnswer> {
  const [rule, standing] = await Promise.all([
    getCustomRule(context.table, id),
    countStanding(context),
  ]);
  return describe(rule, standing);
}

async function countStanding({ table }: AppContext): Promise<ReadonlyMap<string, number>> {
  const lists = await Promise.all(
    standingStatuses.map((status) => listDocuments(table, alertSpec, alertList(status))),
  );
  const counts = new Map<string, number>();
  for (const { rule } of lists.flat()) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function describe(
  { type: _type, ...rule }: CustomRule,
  standing: ReadonlyMap<string, number>,
): CustomRuleAnswer {
  const standingAlerts = standing.get(rule.id) ?? 0;
  try {
    return { ...rule, deployedPattern: deployablePattern(rule.pattern), standingAlerts };
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "input.invalid") throw error;
    // Saved by a release that could read it: it must be seen, to be mended or deleted.
    const problem = `This release cannot read its pattern: ${error.message}`.slice(0, 300);
    const deployment = { state: "failed" as const, at: rule.deployment.at, problem };
    return { ...rule, deployment, deployedPattern: rule.pattern, standingAlerts };
  }
}
