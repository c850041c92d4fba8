import { validatePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { CustomRuleId } from "#shared/model/custom-rule.ts";
import type { EventRule, EventRules } from "#shared/ports/event-rules.ts";

/** Rules of a bus that is not there. */
export class MemoryEventRules implements EventRules {
  readonly rules = new Map<CustomRuleId, EventRule>();

  async put(rule: EventRule): Promise<void> {
    validatePattern(rule.pattern);
    this.rules.set(rule.name, rule);
  }

  async remove(name: CustomRuleId): Promise<void> {
    this.rules.delete(name);
  }
}
