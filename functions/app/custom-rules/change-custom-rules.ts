import { HubError } from "#shared/errors.ts";
import { deployablePattern } from "#shared/kit/custom-pattern.ts";
import { CustomRuleId, customRulesMax } from "#shared/model/custom-rule.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import {
  customRuleKey,
  customRuleSpec,
  getCustomRule,
  listCustomRules,
} from "#shared/store/custom-rules.ts";
import { createDocument, replaceDocument } from "#shared/store/documents.ts";

import type { AppContext } from "../app-deps.ts";
import { checkPattern } from "./check-pattern.ts";
import type { CustomRuleChange, CustomRuleInput } from "./custom-rule-answers.ts";

/** What may be left to the hourly net, where there is more than fits into one request. */
const followMs = 10_000;

/** Checks the pattern, keeps the rule, and puts it on the bus. */
export async function createCustomRule(
  context: AppContext,
  input: CustomRuleInput,
): Promise<CustomRuleId> {
  const { table, clock, random } = context;
  if ((await listCustomRules(table)).length >= customRulesMax) {
    throw new HubError("input.invalid", `There are ${customRulesMax} custom rules: delete some`);
  }
  await checkPattern(context, input);
  const now = clock.now();
  const { sample: _sample, ...kept } = input;
  const rule: CustomRule = {
    type: "custom-rule",
    id: CustomRuleId.parse(`custom-${random(10)}`),
    ...kept,
    deployment: { state: "waiting", at: now },
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  if (!(await createDocument(table, customRuleSpec, rule))) throw changedMeanwhile();
  await deployCustomRule(context, rule.id);
  return rule.id;
}

/** Sets a rule whole. Throws `entity.conflict` where it is not of the named revision any more. */
export async function replaceCustomRule(
  context: AppContext,
  id: CustomRuleId,
  { revision, ...input }: CustomRuleChange,
): Promise<void> {
  const standing = await getCustomRule(context.table, id);
  if (revision !== undefined && revision !== standing.revision) throw changedMeanwhile();
  await checkPattern(context, input);
  const { sample: _sample, ...kept } = input;
  const now = context.clock.now();
  const wanted: CustomRule = {
    ...standing,
    ...kept,
    deployment: { state: "waiting", at: now },
    updatedAt: now,
  };
  if (!(await replaceDocument(context.table, customRuleSpec, standing, wanted))) {
    throw changedMeanwhile();
  }
  await deployCustomRule(context, id);
}

/** Puts it on the bus, or takes it from there; its pattern stays. */
export async function switchCustomRule(
  context: AppContext,
  id: CustomRuleId,
  isEnabled: boolean,
): Promise<void> {
  const standing = await getCustomRule(context.table, id);
  const now = context.clock.now();
  const wanted: CustomRule = {
    ...standing,
    isEnabled,
    deployment: { state: "waiting", at: now },
    updatedAt: now,
  };
  if (!(await replaceDocument(context.table, customRuleSpec, standing, wanted))) {
    throw changedMeanwhile();
  }
  await deployCustomRule(context, id);
}

/**
 * Brings the bus in line with the rule as it stands, and notes how that went. Written first and deployed
 * then: a crash between leaves a rule that says that it waits, and deploying again is harmless.
 */
export async function deployCustomRule(context: AppContext, id: CustomRuleId): Promise<void> {
  const rule = await getCustomRule(context.table, id);
  let problem: HubError | undefined;
  try {
    if (rule.isEnabled) {
      const pattern = deployablePattern(rule.pattern);
      await context.eventRules.put({ name: id, summary: rule.title, pattern });
    } else {
      await context.eventRules.remove(id);
    }
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    problem = error;
  }
  const at = context.clock.now();
  const deployment = problem
    ? ({ state: "failed", at, problem: problem.message.slice(0, 300) } as const)
    : ({ state: "deployed", at } as const);
  // Whoever changed it meanwhile deploys it after us, and notes how that went.
  await replaceDocument(context.table, customRuleSpec, rule, { ...rule, deployment });
  context.logger.info(`custom-rule.${deployment.state}`, { rule: id, isEnabled: rule.isEnabled });
  if (problem) throw problem;
  await follow(context, id);
}

/** The bus tells of what comes; what is open already, and what the rule takes in no more, is looked at now. */
async function follow(context: AppContext, rule: CustomRuleId): Promise<void> {
  await reconcileAlerts(context, { rule, untilMs: context.clock.nowMs() + followMs });
}

/** Takes it from the bus first: a rule without its document would go on for ever. */
export async function removeCustomRule(context: AppContext, id: CustomRuleId): Promise<void> {
  await getCustomRule(context.table, id);
  await context.eventRules.remove(id);
  await context.table.write({ kind: "delete", key: customRuleKey(id), condition: [] });
  context.logger.info("custom-rule.removed", { rule: id });
  await follow(context, id);
}

function changedMeanwhile(): HubError {
  return new HubError("entity.conflict", "Somebody else changed this rule just now: look again");
}
