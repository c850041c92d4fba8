import { HubError } from "#shared/errors.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import type { RuleName } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";

import type { Rule } from "../rule.ts";
import { type AskedTime, type BackTestResult, lookBack } from "./look-back.ts";
import { followsGoals } from "./look.ts";
import { mayFitRule } from "./pattern-asks.ts";
import { followsRouting, patternLook, picksSome, readsNames, whyNotKnown } from "./pattern-look.ts";
import type { RaisePolicy } from "./raised-alerts.ts";
import { limitsOf, twoMoves } from "./rule-limits.ts";
import { fewLeftOut, withoutFew } from "./without-few.ts";

/** A custom rule as far as it decides what it raises. */
export interface PatternSettings extends RaisePolicy {
  /** As it is deployed: see `deployablePattern`. */
  readonly pattern: EventPattern;
  readonly scope: RuleSettings["scope"];
  readonly allowedShares?: RuleSettings["allowedShares"];
}

/** A shipped rule as it is set today: what it finds is what patterns are tried on. */
export interface RuleAsSet {
  readonly rule: Rule;
  /** Parsed by the rule's own schema. */
  readonly options: unknown;
  readonly isEnabled: boolean;
}

export interface PatternBackTestInput extends AskedTime {
  /** The custom rule, or what one that is not saved yet is called. */
  readonly name: RuleName;
  readonly rules: readonly RuleAsSet[];
  readonly wanted: PatternSettings;
  /** To compare with: usually the rule as it is saved. Unreadable: this release does not understand its pattern. */
  readonly now?: PatternSettings | "unreadable" | undefined;
}

/**
 * What a custom rule would have raised between two moments: what the shipped rules, as they are set today,
 * would have found, and of that whatever fits the pattern, as long as it does. Throws `input.invalid` for a
 * pattern of which the past tells nothing.
 */
export function backTestPattern(input: PatternBackTestInput): BackTestResult {
  const { name, wanted, rules } = input;
  refuseUntold(wanted.pattern, rules);
  const notCompared = whyNotCompared(input.now);
  const now = notCompared === undefined && input.now !== "unreadable" ? input.now : undefined;
  const settings = now ? [wanted, now] : [wanted];
  const isOfSome = ({ pattern, scope }: PatternSettings) =>
    input.hidesFew === true && picksSome(pattern, scope);
  const looks = settings.map((one) => {
    const look = patternLook(one.pattern, one.scope);
    return isOfSome(one) ? withoutFew(look) : look;
  });
  const follows = {
    followsRouting: settings.some(({ pattern, scope }) => followsRouting(pattern, scope)),
    followsGoals: settings.some(({ scope }) => followsGoals(scope)),
  };
  const tested = rules.filter(
    ({ rule, isEnabled }) =>
      isEnabled &&
      limitsOf(rule).impossible === undefined &&
      settings.some(({ pattern }) => mayFitRule(pattern, rule.name)),
  );
  const result = lookBack(input, {
    name,
    finders: tested.map(({ rule, options }) => ({ rule, options, looks, ...follows })),
    policies: settings,
    limits: [...(settings.some(isOfSome) ? [fewLeftOut] : []), ...limitsOfPattern(wanted, rules)],
    hasShares: (wanted.allowedShares ?? []).length > 0,
  });
  return { ...result, ...(notCompared !== undefined && { notCompared }) };
}

/** Throws `input.invalid` for a pattern of which the past tells nothing: the same without any past at hand. */
export function refuseUntold(pattern: EventPattern, rules: readonly RuleAsSet[]): void {
  const impossible = whyImpossible(pattern, rules);
  if (impossible === undefined) return;
  const issues = [{ path: "pattern", message: impossible }];
  throw new HubError("input.invalid", impossible, { issues });
}

function whyNotCompared(now: PatternBackTestInput["now"]): string | undefined {
  if (now === undefined) return undefined;
  const why =
    now === "unreadable"
      ? "This release cannot read its pattern."
      : whyNotKnown(now.pattern, "Its");
  return why === undefined ? undefined : `The saved rule cannot be compared with this one. ${why}`;
}

/** Why the past tells nothing of what a pattern would have fitted; undefined: it tells something. */
function whyImpossible(pattern: EventPattern, rules: readonly RuleAsSet[]): string | undefined {
  const because = whyNotKnown(pattern);
  if (because !== undefined) return because;
  const fitting = rules.filter(({ rule }) => mayFitRule(pattern, rule.name));
  const [first] = fitting;
  const hasNoPast = fitting.every(({ rule }) => limitsOf(rule).impossible !== undefined);
  if (!first) {
    return "No rule of the hub finds what would fit this pattern: look at the names in detail.rule.";
  }
  if (!hasNoPast) return undefined;
  return fitting.length === 1
    ? `The pattern fits findings of “${first.rule.title}” only. ${limitsOf(first.rule).impossible}`
    : `The pattern fits findings of ${titlesOf(fitting)} only, and how what they look at stood earlier is not remembered: what they would have found nobody can tell.`;
}

/** In sentences, what is left out, and what is as of today. */
function limitsOfPattern(
  { pattern, scope }: PatternSettings,
  rules: readonly RuleAsSet[],
): readonly string[] {
  const fitting = rules.filter(({ rule }) => mayFitRule(pattern, rule.name));
  const off = fitting.filter(({ isEnabled }) => !isEnabled);
  const on = fitting.filter(({ isEnabled }) => isEnabled);
  const pastless = on.filter(({ rule }) => limitsOf(rule).impossible !== undefined);
  const ofToday = on.map(({ rule }) => ({ rule, limits: limitsOf(rule) }));
  const lines = ofToday.flatMap(({ limits }) =>
    limits.impossible === undefined ? limits.ofToday : [],
  );
  const said: readonly (string | false)[] = [
    off.length > 0 &&
      `${titlesOf(off)}: ${off.length === 1 ? "this rule is" : "these rules are"} off, and what ${off.length === 1 ? "it" : "they"} would have found is not counted.`,
    pastless.length > 0 &&
      `${titlesOf(pastless)}: of what ${pastless.length === 1 ? "this rule looks" : "these rules look"} at no past is kept, and what ${pastless.length === 1 ? "it" : "they"} would have found is not counted.`,
    ...new Set(followsRouting(pattern, scope) ? [...lines, twoMoves] : lines),
    readsNames(pattern) &&
      "Titles and names that the pattern asks about are those of today: what was called otherwise then may be missing, or one too many.",
    "The rules whose findings it picks are taken as they are set today.",
  ];
  return said.filter((one) => one !== false);
}

function titlesOf(rules: readonly RuleAsSet[]): string {
  const titles = rules.map(({ rule }) => `“${rule.title}”`);
  const last = titles.pop() ?? "";
  return titles.length === 0 ? last : `${titles.join(", ")} and ${last}`;
}
