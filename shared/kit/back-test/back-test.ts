import { HubError } from "#shared/errors.ts";
import type { RuleSettings } from "#shared/model/signal.ts";

import type { Rule } from "../rule.ts";
import { sameJson } from "../same-json.ts";
import { type AskedTime, type BackTestResult, lookBack } from "./look-back.ts";
import { followsGoals, followsUnits, isOfSome, lookOf } from "./look.ts";
import type { RaisePolicy } from "./raised-alerts.ts";
import type { Finder } from "./replay.ts";
import { limitsOf, twoMoves } from "./rule-limits.ts";
import { fewLeftOut, withoutFew } from "./without-few.ts";

/** A rule's settings as far as they decide what it raises. */
export interface BackTestSettings extends RaisePolicy {
  /** Parsed by the rule's own schema. */
  readonly options: unknown;
  readonly scope: RuleSettings["scope"];
  readonly allowedShares?: RuleSettings["allowedShares"];
}

export interface BackTestInput extends AskedTime {
  readonly rule: Rule;
  readonly wanted: BackTestSettings;
  /** To compare with: usually the settings of today. */
  readonly now?: BackTestSettings | undefined;
}

/**
 * What a rule would have raised between two moments, had it been set so, out of what is remembered of the
 * graph: one replay of all changes, whatever is compared. Throws `input.invalid` for a rule about which the
 * past tells nothing.
 */
export function backTest(input: BackTestInput): BackTestResult {
  const { rule, wanted, now } = input;
  const { impossible, ofToday } = limitsOf(rule);
  if (impossible !== undefined) throw new HubError("input.invalid", impossible);
  const policies = now ? [wanted, now] : [wanted];
  const followsRouting = policies.some(({ scope }) => followsUnits(scope));
  const follows = {
    followsRouting,
    followsGoals: policies.some(({ scope }) => followsGoals(scope)),
  };
  return lookBack(input, {
    name: rule.name,
    finders: findersOf(input).map((finder) => ({ ...finder, ...follows })),
    policies,
    limits: [
      ...(input.hidesFew && policies.some(({ scope }) => isOfSome(scope)) ? [fewLeftOut] : []),
      ...new Set(followsRouting ? [...ofToday, twoMoves] : ofToday),
    ],
    hasShares: (wanted.allowedShares ?? []).length > 0,
  });
}

/** Settings of the same options look at the same findings. */
function findersOf({ rule, wanted, now, hidesFew }: BackTestInput): readonly Finder[] {
  const lookFor = ({ scope }: BackTestSettings) => {
    const look = lookOf(rule, scope);
    return hidesFew && isOfSome(scope) ? withoutFew(look) : look;
  };
  const look = lookFor(wanted);
  if (!now) return [{ rule, options: wanted.options, looks: [look] }];
  const other = lookFor(now);
  if (sameJson(wanted.options, now.options)) {
    return [{ rule, options: wanted.options, looks: [look, other] }];
  }
  return [
    { rule, options: wanted.options, looks: [look, undefined] },
    { rule, options: now.options, looks: [undefined, other] },
  ];
}
