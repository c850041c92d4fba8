import * as z from "zod";

import type { Rule } from "#shared/kit/rule.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import type { RuleName } from "#shared/model/ids.ts";
import { listCustomRules } from "#shared/store/custom-rules.ts";

import type { AppContext } from "../app-deps.ts";

/** What is set of a rule, be it shipped or an ops admin's own. */
export type SettableRule = Pick<
  Rule,
  "name" | "title" | "why" | "nextStep" | "defaults" | "options"
> & {
  /** Of a custom rule: whether it is on stands with its pattern. */
  readonly custom?: CustomRule;
};

/** An event pattern has no options beside itself. */
const noOptions = z.strictObject({});

/** The shipped rules, then the custom ones. */
export async function listSettableRules(context: AppContext): Promise<readonly SettableRule[]> {
  const custom = await listCustomRules(context.table);
  return [...context.rules, ...custom.map(settableOf)];
}

export async function findSettableRule(
  context: AppContext,
  name: RuleName,
): Promise<SettableRule | undefined> {
  if (!isCustomRule(name)) return context.rules.find((rule) => rule.name === name);
  return (await listSettableRules(context)).find((rule) => rule.name === name);
}

function settableOf(custom: CustomRule): SettableRule {
  const { id: name, title, why, nextStep } = custom;
  return { name, title, why, nextStep, defaults: { graceMinutes: 0 }, options: noOptions, custom };
}
