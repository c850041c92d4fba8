import * as z from "zod";

import { parseLinkFilter } from "#shared/graph/link-rules-parse.ts";
import { GoalKind, WorkItemKind, WorkStatus, shortText } from "#shared/model/facts.ts";
import { GoalId } from "#shared/model/ids.ts";
import { filterLengthMax, ruleConfidence } from "#shared/model/link-rule.ts";
import { Instant } from "#shared/model/time.ts";

import { VerdictKind } from "../work-items/work-answers.ts";

/** A filter that can be read; if it cannot, the issue says where and what to do. */
const Filter = z
  .string("Say which work the rule means, as label = growth")
  .trim()
  .superRefine((text, refinement) => {
    const parsed = parseLinkFilter(text);
    if (!parsed.ok) refinement.addIssue({ code: "custom", message: parsed.message });
  })
  .meta({
    maxLength: filterLengthMax,
    description:
      'Which work the rule means: project = PAY AND (label IN (growth, "q3 push") OR section = "Now")',
  });

const nameLengthMax = 120;

/** One line: blanks and control characters are made of one blank each, as in titles. */
const Name = z
  .string("Give it a name")
  .max(nameLengthMax, `A name has at most ${nameLengthMax} characters`)
  .refine((text) => shortText(text) !== undefined, "Give it a name")
  .transform((text) => shortText(text, nameLengthMax) ?? text)
  .meta({ description: "As people read it at the work that it links" });

const NamedGoal = z
  .string("Choose the goal that this work serves")
  .refine((text) => GoalId.safeParse(text).success, "Name a goal by its id, as its page has it")
  .pipe(GoalId);

function numberBetween(min: number, max: number) {
  const message = `Give a number from ${min} to ${max}`;
  return z.number(message).min(min, message).max(max, message);
}

const Moment = z.iso
  .datetime({
    precision: 3,
    error: ({ input }) =>
      /^\d{4}-\d{2}-\d{2}T00:00:00\.000Z$/u.test(String(input))
        ? "There is no such day"
        : "Give a moment in UTC with milliseconds, as 2026-12-31T00:00:00.000Z",
  })
  .pipe(Instant);

/** What people say of a rule; all else is the hub's business. */
export const LinkRuleInput = z.strictObject({
  name: Name,
  filter: Filter,
  goalId: NamedGoal.meta({ description: "The goal that all of it serves" }),
  confidence: numberBetween(0.01, ruleConfidence.max).default(ruleConfidence.usual).meta({
    description: "Among several rules that fit an item, the surest decides",
  }),
  weight: numberBetween(0, 1).optional(),
  expiresAt: Moment.optional().meta({
    description: "UTC with milliseconds; from then on the rule links nothing",
  }),
  isEnabled: z.boolean().default(true),
});
export type LinkRuleInput = z.infer<typeof LinkRuleInput>;

/** The same for a rule that stands. */
export const LinkRuleChange = LinkRuleInput.extend({
  revision: z.int().nonnegative().optional().meta({
    description:
      "As it was read: where somebody changed the rule since, 409. Without it, the rule is set whatever it is",
  }),
});
export type LinkRuleChange = z.infer<typeof LinkRuleChange>;

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
    revision: z.int().meta({ description: "Another one after each change" }),
  })
  .meta({ id: "LinkRule" });
export type LinkRuleAnswer = z.input<typeof LinkRuleAnswer>;

export const PreviewQuery = z.strictObject({
  filter: Filter,
  goalId: NamedGoal.optional().meta({ description: "Without it, a goal that stands is assumed" }),
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
