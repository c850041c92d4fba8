import { HubError } from "#shared/errors.ts";
import { isAboutFew } from "#shared/graph/headcount.ts";
import { deployablePattern } from "#shared/kit/custom-pattern.ts";
import type { CustomRule, CustomRuleId } from "#shared/model/custom-rule.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import type { Alert } from "#shared/model/signal.ts";
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

/** By rule; undefined where a number would be one about fewer than five people. */
type Standing = ReadonlyMap<string, number | undefined>;

async function countStanding({ table, orgReader }: AppContext): Promise<Standing> {
  const [org, ...lists] = await Promise.all([
    orgReader.read(),
    ...standingStatuses.map((status) => listDocuments(table, alertSpec, alertList(status))),
  ]);
  const byRule = Map.groupBy(lists.flat(), ({ rule }) => rule);
  const told = (alerts: readonly Alert[]) =>
    isAboutFew(
      org,
      alerts.flatMap(({ teamIds }) => teamIds),
    )
      ? undefined
      : alerts.length;
  return new Map([...byRule].map(([rule, alerts]) => [rule, told(alerts)]));
}

function describe({ type: _type, ...rule }: CustomRule, standing: Standing): CustomRuleAnswer {
  const standingAlerts = standing.has(rule.id) ? standing.get(rule.id) : 0;
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
