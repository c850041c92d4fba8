import * as z from "zod";

import { GoalId, LinkRuleId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Longest filter kept; a longer one is better said as two rules. */
export const filterLengthMax = 1000;

/** Below what a person or a tool says of one item by itself. */
export const ruleConfidence = { usual: 0.7, max: 0.9 } as const;

/**
 * "Everything that fits this filter serves that goal." The links it gives are never stored: whoever
 * asks for an item's links is given them (`shared/graph/link-rules.ts`).
 */
export const LinkRule = z.strictObject({
  type: z.literal("link-rule"),
  id: LinkRuleId,
  name: z.string().min(1).max(120),
  /** In the language of `shared/graph/link-rules-parse.ts`. */
  filter: z.string().min(1).max(filterLengthMax),
  goalId: GoalId,
  confidence: z.number().min(0.01).max(ruleConfidence.max),
  weight: z.number().min(0).max(1).optional(),
  /** From then on the rule links nothing. */
  expiresAt: Instant.optional(),
  isEnabled: z.boolean(),
  createdAt: Instant,
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type LinkRule = z.infer<typeof LinkRule>;
