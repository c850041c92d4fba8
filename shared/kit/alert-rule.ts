import { HubError } from "#shared/errors.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import {
  type AlertId,
  alertId,
  customAlertId,
  readSignalId,
  type RuleName,
  type SignalId,
} from "#shared/model/ids.ts";
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
  /**
   * It or its pattern was saved by a release that could read it, and this one cannot: nothing is opened by it,
   * and what stands goes on until its signal clears or an admin mends it.
   */
  readonly isUnreadable?: boolean;
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
  const base = { name: id, title, why, nextStep, defaults: { graceMinutes: 0 } };
  const fits = isEnabled ? readFit(pattern) : () => false;
  return fits ? { ...base, fits } : { ...base, fits: () => false, isUnreadable: true };
}

/** The same of one of which no more than its id can be read. */
export function unreadRuleOf(name: RuleName): AlertRule {
  const words = { title: "", why: "", nextStep: "" };
  return { name, ...words, defaults: { graceMinutes: 0 }, fits: () => false, isUnreadable: true };
}

function readFit(pattern: CustomRule["pattern"]): AlertRule["fits"] {
  try {
    return fitsPattern(deployablePattern(pattern));
  } catch (error) {
    if (error instanceof HubError && error.code === "input.invalid") return undefined;
    throw error;
  }
}

/** The alert that a rule makes of a signal, be it the signal's own rule or a custom one. */
export function alertIdOf(rule: RuleName, id: SignalId): AlertId {
  const found = readSignalId(id);
  return rule === found.rule ? alertId(rule, found.subjectId) : customAlertId(rule, id);
}

/** A signal as a custom rule tells of it: an alert of its own, about the same finding. */
export function asFoundBy({ name, title }: AlertRule, signal: Signal): Signal {
  return { ...signal, rule: name, title: `${title}: ${signal.title}`.slice(0, titleMax) };
}

const titleMax = 400;

/** How long after a clearing a new opening waits, where neither the rule nor its settings say. */
export const holdDownMinutesDefault = 60;
