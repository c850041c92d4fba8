import * as z from "zod";

import { CustomRuleId } from "#shared/model/custom-rule.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import {
  createCustomRule,
  deployCustomRule,
  removeCustomRule,
  replaceCustomRule,
} from "./change-custom-rules.ts";
import { checkPattern } from "./check-pattern.ts";
import {
  CustomRuleAnswer,
  CustomRuleChange,
  CustomRuleCheck,
  CustomRuleInput,
  CustomRuleTrial,
} from "./custom-rule-answers.ts";
import { describeCustomRule, describeCustomRules } from "./list-custom-rules.ts";

const topic = "Custom rules";
const params = z.strictObject({ id: CustomRuleId });

/** Rules that ops admins write as event patterns. */
export function customRuleRoutes(context: AppContext): readonly Route[] {
  return [...readingRoutes(context), ...changingRoutes(context)];
}

function readingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/custom-rules",
      topic,
      summary: "The custom rules, and whether the bus has them",
      answer: z.strictObject({ rules: z.array(CustomRuleAnswer) }),
      run: async () => ({ rules: await describeCustomRules(context) }),
    }),
    defineRoute({
      method: "post",
      path: "/api/custom-rules/check",
      topic,
      summary: "Try a pattern: what it fits now. Nothing is saved",
      body: CustomRuleCheck,
      answer: CustomRuleTrial,
      run: ({ body }) => checkPattern(context, body),
    }),
    defineRoute({
      method: "get",
      path: "/api/custom-rules/{id}",
      topic,
      summary: "One custom rule",
      params,
      answer: CustomRuleAnswer,
      refusals: ["entity.not-found"],
      run: ({ params: { id } }) => describeCustomRule(context, id),
    }),
  ];
}

const changing = ["entity.not-found", "entity.conflict", "store.unavailable"] as const;

function changingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/custom-rules",
      topic,
      summary: "Make a rule of an event pattern, and deploy it to the bus",
      body: CustomRuleInput,
      status: 201,
      answer: CustomRuleAnswer,
      refusals: changing,
      run: async ({ body }) => describeCustomRule(context, await createCustomRule(context, body)),
    }),
    defineRoute({
      method: "put",
      path: "/api/custom-rules/{id}",
      topic,
      summary: "Set a custom rule whole, and deploy it again",
      params,
      body: CustomRuleChange,
      answer: CustomRuleAnswer,
      refusals: changing,
      run: async ({ params: { id }, body }) => {
        await replaceCustomRule(context, id, body);
        return describeCustomRule(context, id);
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/custom-rules/{id}/deploy",
      topic,
      summary: "Bring the bus in line with the rule once more, after that has failed",
      params,
      answer: CustomRuleAnswer,
      refusals: changing,
      run: async ({ params: { id } }) => {
        await deployCustomRule(context, id);
        return describeCustomRule(context, id);
      },
    }),
    defineRoute({
      method: "delete",
      path: "/api/custom-rules/{id}",
      topic,
      summary: "Delete a custom rule: its alerts resolve",
      params,
      answer: z.strictObject({ removed: z.literal(true) }),
      refusals: changing,
      run: async ({ params: { id } }) => {
        await removeCustomRule(context, id);
        return { removed: true as const };
      },
    }),
  ];
}
