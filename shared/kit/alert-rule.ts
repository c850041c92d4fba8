import type { CustomRule } from "#shared/model/custom-rule.ts";
import type { Signal } from "#shared/model/signal.ts";

import { deployablePattern, fitsPattern } from "./custom-pattern.ts";
import type { Rule } from "./rule.ts";

/** What the life of an alert needs to know of its rule. */
export type AlertRule = Pick<
  Rule,
  "name" | "title" | "why" | "nextStep" | "defaults" | "alertOn"
> & {
  /** Of a custom rule: which signals, of any rule, are its own. */
  readonly fits?: (signal: Signal) => boolean;
};

/** A custom rule as the life of its alerts sees it; one that is off takes nothing in. */
export function alertRuleOf({
  id,
  title,
  why,
  nextStep,
  pattern,
  isEnabled,
}: CustomRule): AlertRule {
  const fits = isEnabled ? fitsPattern(deployablePattern(pattern)) : () => false;
  return { name: id, title, why, nextStep, defaults: { graceMinutes: 0 }, fits };
}

/** A signal as a custom rule tells of it: an alert of its own, about the same finding. */
export function asFoundBy({ name, title }: AlertRule, signal: Signal): Signal {
  return { ...signal, rule: name, title: `${title}: ${signal.title}`.slice(0, titleMax) };
}

const titleMax = 400;

/** How long after a clearing a new opening waits, where neither the rule nor its settings say. */
export const holdDownMinutesDefault = 60;
