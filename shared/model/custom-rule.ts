import * as z from "zod";

import { RuleName } from "./ids.ts";
import { Instant } from "./time.ts";

/** A custom rule is named like a shipped one, so that its alerts and settings are kept in the same way. */
export const CustomRuleId = RuleName.regex(/^custom-[0-9a-z]{10}$/u).brand<"CustomRuleId">();
export type CustomRuleId = z.infer<typeof CustomRuleId>;

export function isCustomRule(name: RuleName): name is CustomRuleId {
  return CustomRuleId.safeParse(name).success;
}

/** As many as are looked through for each signal; a bus takes 300 rules by default. */
export const customRulesMax = 50;

/** An event pattern, as it stands in an EventBridge rule. */
export const EventPattern = z.record(z.string().min(1), z.json());
export type EventPattern = z.infer<typeof EventPattern>;

/**
 * "Signals that fit this pattern are an alert of their own." An ops admin writes it; grace, delivery and the
 * like are its `RuleSettings`, under its id.
 */
export const CustomRule = z.strictObject({
  type: z.literal("custom-rule"),
  id: CustomRuleId,
  title: z.string().min(1).max(120),
  /** Why a leader should care. */
  why: z.string().min(1).max(600),
  nextStep: z.string().min(1).max(600),
  /** As it was written, and as it is deployed once what goes without saying is added. */
  pattern: EventPattern,
  isEnabled: z.boolean(),
  /** Whether the bus has it. `waiting`: it was saved, and nobody knows whether the bus took it. */
  deployment: z.strictObject({
    state: z.enum(["waiting", "deployed", "failed"]),
    at: Instant,
    problem: z.string().max(300).optional(),
  }),
  createdAt: Instant,
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type CustomRule = z.infer<typeof CustomRule>;
