import type { CustomRuleId, EventPattern } from "#shared/model/custom-rule.ts";

/** A rule on the alignment bus that was made while the hub runs: what fits goes to the queue of custom rules. */
export interface EventRule {
  readonly name: CustomRuleId;
  readonly summary: string;
  readonly pattern: EventPattern;
}

/**
 * What the target is given for a signal that fits: no more than the rule and the signal's id, since the
 * signal itself is looked up as it stands.
 */
export interface CustomRuleEvent {
  readonly customRule: CustomRuleId;
  readonly detail: { readonly id: string };
}

/** Rules of the bus. Failures throw `HubError("store.unavailable")`; a pattern it refuses, `input.invalid`. */
export interface EventRules {
  /** Makes the rule, or replaces the one of that name. Harmless to repeat. */
  put(rule: EventRule): Promise<void>;
  /** Succeeds when there is none. */
  remove(name: CustomRuleId): Promise<void>;
}
