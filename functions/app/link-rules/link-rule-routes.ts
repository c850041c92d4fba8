import * as z from "zod";

import { LinkRuleId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { createLinkRule, removeLinkRule, replaceLinkRule } from "./change-link-rules.ts";
import {
  LinkRuleAnswer,
  LinkRuleChange,
  LinkRuleInput,
  LinkRulePreview,
  PreviewQuery,
} from "./link-rule-answers.ts";
import { describeLinkRule, describeLinkRules } from "./list-link-rules.ts";
import { previewLinkRule } from "./preview-link-rule.ts";

const params = z.strictObject({ id: LinkRuleId });

/** What is said once about all work of a kind. */
export function linkRuleRoutes(context: AppContext): readonly Route[] {
  return [...readingRoutes(context), ...changingRoutes(context)];
}

function readingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/link-rules",
      topic: "Link rules",
      summary: "The link rules, with what each fits and links now",
      answer: z.strictObject({
        rules: z.array(LinkRuleAnswer),
        unreadable: z.array(z.string()).meta({
          description:
            "Ids of rules that are stored and cannot be read: while there is one, no work is found unlinked",
        }),
      }),
      run: () => describeLinkRules(context),
    }),
    defineRoute({
      method: "get",
      path: "/api/link-rules/preview",
      topic: "Link rules",
      summary: "What a filter fits now, and what a rule with it would link",
      query: PreviewQuery,
      answer: LinkRulePreview,
      run: ({ query }) => previewLinkRule(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/link-rules/{id}",
      topic: "Link rules",
      summary: "One link rule",
      params,
      answer: LinkRuleAnswer,
      refusals: ["entity.not-found"],
      run: ({ params: { id } }) => describeLinkRule(context, id),
    }),
  ];
}

function changingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/link-rules",
      topic: "Link rules",
      summary: "State that everything that fits a filter serves a goal",
      body: LinkRuleInput,
      status: 201,
      answer: LinkRuleAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ body }) => describeLinkRule(context, await createLinkRule(context, body)),
    }),
    defineRoute({
      method: "put",
      path: "/api/link-rules/{id}",
      topic: "Link rules",
      summary: "Set a link rule whole: what it fits, the goal, on or off",
      params,
      body: LinkRuleChange,
      answer: LinkRuleAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params: { id }, body }) => {
        await replaceLinkRule(context, id, body);
        return describeLinkRule(context, id);
      },
    }),
    defineRoute({
      method: "delete",
      path: "/api/link-rules/{id}",
      topic: "Link rules",
      summary: "Delete a link rule: it links nothing any more",
      params,
      answer: z.strictObject({ removed: z.literal(true) }),
      refusals: ["entity.not-found"],
      run: async ({ params: { id } }) => {
        await removeLinkRule(context, id);
        return { removed: true as const };
      },
    }),
  ];
}
