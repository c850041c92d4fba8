import * as z from "zod";

import { parseLinkFilter } from "#shared/graph/link-rules-parse.ts";
import { GoalKind, WorkItemKind, WorkStatus } from "#shared/model/facts.ts";
import { GoalId } from "#shared/model/ids.ts";
import { LinkRule, filterLengthMax, ruleConfidence } from "#shared/model/link-rule.ts";

import { VerdictKind } from "../work-items/work-answers.ts";

/** A filter that can be read; if it cannot, the issue says where and what to do. */
const Filter = z
  .string("Say which work the rule means, as label = growth")
  .trim()
  .max(filterLengthMax)
  .superRefine((text, refinement) => {
    const parsed = parseLinkFilter(text);
    if (!parsed.ok) refinement.addIssue({ code: "custom", message: parsed.message });
  })
  .meta({
    description:
      'Which work the rule means: project = PAY AND (label IN (growth, "q3 push") OR section = "Now")',
  });

/** What people say of a rule; all else is the hub's business. */
export const LinkRuleInput = z.strictObject({
  name: z.string("Give it a name").trim().min(1, "Give it a name").max(120),
  filter: Filter,
  goalId: z
    .string("Choose the goal that this work serves")
    .pipe(GoalId)
    .meta({ description: "The goal that all of it serves" }),
  confidence: LinkRule.shape.confidence.default(ruleConfidence.usual).meta({
    description: "Among several rules that fit an item, the surest decides",
  }),
  weight: LinkRule.shape.weight,
  expiresAt: LinkRule.shape.expiresAt.meta({
    description: "UTC with milliseconds; from then on the rule links nothing",
  }),
  isEnabled: z.boolean().default(true),
});
export type LinkRuleInput = z.infer<typeof LinkRuleInput>;

export const LinkRuleAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    filter: z.string(),
    goalId: z.string(),
    goal: z
      .strictObject({ title: z.string(), kind: GoalKind, status: WorkStatus })
      .optional()
      .meta({ description: "Absent when the goal was removed or never read" }),
    confidence: z.number(),
    weight: z.number().optional(),
    expiresAt: z.string().optional(),
    isEnabled: z.boolean(),
    openItems: z.int().meta({ description: "Open items that its filter fits now" }),
    linkedItems: z.int().meta({
      description: "Open items whose line of sight goes by it, what inherits it included",
    }),
    problem: z
      .enum(["filter-unreadable", "expired", "goal-gone", "goal-dropped"])
      .optional()
      .meta({ description: "Why it links nothing, although it is on" }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: "LinkRule" });
export type LinkRuleAnswer = z.input<typeof LinkRuleAnswer>;

export const PreviewQuery = z.strictObject({
  filter: Filter,
  goalId: GoalId.optional().meta({ description: "Without it, a goal that stands is assumed" }),
});
export type PreviewQuery = z.infer<typeof PreviewQuery>;

const count = z.int().nonnegative();

export const LinkRulePreview = z
  .strictObject({
    asOf: z.string().meta({ description: "When the graph was read that this answer rests on" }),
    filter: z.string().meta({ description: "The filter as it was understood" }),
    openItems: count.meta({ description: "Open items that it fits" }),
    closedItems: count,
    unlinkedItems: count.meta({ description: "Of the open ones, those that serve no goal today" }),
    wouldBeLinked: count.meta({
      description: "Open items unlinked today that it would link, what inherits it included",
    }),
    ownLinks: count.meta({
      description: "Open items that it fits, and that keep to a link of their own",
    }),
    examples: z
      .array(
        z.strictObject({
          id: z.string(),
          key: z.string().optional(),
          title: z.string(),
          url: z.string(),
          kind: WorkItemKind,
          container: z.string().optional(),
          verdict: z.strictObject({ kind: VerdictKind, reason: z.string() }),
        }),
      )
      .meta({ description: "Five open items at most, those that are unlinked first" }),
  })
  .meta({ id: "LinkRulePreview" });
export type LinkRulePreview = z.input<typeof LinkRulePreview>;
