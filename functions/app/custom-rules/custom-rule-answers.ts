import * as z from "zod";

import { CustomRule, EventPattern } from "#shared/model/custom-rule.ts";
import { Instant } from "#shared/model/time.ts";

const { title, why, nextStep } = CustomRule.shape;

/** What an admin gives. */
export const CustomRuleInput = z.strictObject({
  title: title.meta({ description: "What it finds, in a few words" }),
  why: why.meta({ description: "Why a leader should care" }),
  nextStep: nextStep.meta({ description: "What whoever gets it should do first" }),
  pattern: EventPattern.meta({
    description:
      "An EventBridge event pattern over signal.opened.v1 and signal.updated.v1; `source` and `detail-type` may be left out",
  }),
  isEnabled: z.boolean().default(true),
  sample: z
    .json()
    .optional()
    .meta({ description: "An event of your own that the pattern must fit; it is not kept" }),
});
export type CustomRuleInput = z.infer<typeof CustomRuleInput>;

export const CustomRuleChange = CustomRuleInput.extend({
  revision: z.int().nonnegative().optional().meta({
    description: "The revision that was read: a rule that somebody changed since is not replaced",
  }),
});
export type CustomRuleChange = z.infer<typeof CustomRuleChange>;

export const CustomRuleCheck = CustomRuleInput.pick({ pattern: true, sample: true });
export type CustomRuleCheck = z.infer<typeof CustomRuleCheck>;

export const CustomRuleAnswer = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    why: z.string(),
    nextStep: z.string(),
    pattern: EventPattern,
    deployedPattern: EventPattern.meta({
      description: "With what goes without saying, as the bus has it",
    }),
    isEnabled: z.boolean(),
    deployment: z.strictObject({
      state: z.enum(["waiting", "deployed", "failed"]),
      at: Instant,
      problem: z.string().optional(),
    }),
    standingAlerts: z.int(),
    createdAt: Instant,
    updatedAt: Instant,
    revision: z.int(),
  })
  .meta({ id: "CustomRule" });
export type CustomRuleAnswer = z.input<typeof CustomRuleAnswer>;

/** An event that a pattern fits. */
const FittingEvent = z.strictObject({
  title: z.string(),
  rule: z.string(),
  severity: z.string(),
  origin: z.enum(["open", "example", "yours"]).meta({
    description: "A finding that is open now, an example of a rule, or the sample given",
  }),
});

export const CustomRuleTrial = z
  .strictObject({
    deployedPattern: EventPattern,
    tried: z.int(),
    fittingOpen: z.int().meta({ description: "Findings that are open now and fit" }),
    open: z.int(),
    fitting: z.array(FittingEvent).meta({ description: "At most ten of those that fit" }),
  })
  .meta({ id: "CustomRuleTrial" });
export type CustomRuleTrial = z.input<typeof CustomRuleTrial>;
