import { linkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import { ruleConfidence } from "#shared/model/link-rule.ts";
import { instantOf } from "#shared/model/time.ts";

import { goalId, testEpochMs } from "./facts.ts";

/** A link rule for tests: `name` is its name and, filled up, its id; it links to the goal `g`. */
export function linkRule(
  name: string,
  filter: string,
  given: Partial<Omit<LinkRule, "id" | "type">> = {},
): LinkRule {
  const word = name.toLowerCase().replaceAll(/[^0-9a-z]/gu, "");
  const at = instantOf(testEpochMs);
  return {
    type: "link-rule",
    id: linkRuleId(word.padEnd(10, "0").slice(0, 10)),
    name,
    filter,
    goalId: goalId("g"),
    confidence: ruleConfidence.usual,
    isEnabled: true,
    createdAt: at,
    updatedAt: at,
    revision: 0,
    ...given,
  };
}
