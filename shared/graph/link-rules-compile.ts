import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId, LinkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { Instant } from "#shared/model/time.ts";

import { asksFor } from "./link-rules-filter.ts";
import { RequiredIndex } from "./link-rules-index.ts";
import type { ItemTest } from "./link-rules-match.ts";
import { ItemWords, testOf } from "./link-rules-match.ts";
import { parseLinkFilter } from "./link-rules-parse.ts";
import { requiredBy } from "./link-rules-required.ts";
import type { LinkRules } from "./link-rules.ts";

export interface CompiledLinkRules extends LinkRules {
  /** Rules that fit the item, in the order that they were given in, whether it has links of its own or not. */
  fitting(item: WorkItem): readonly LinkRule[];
  /** Rules whose filters cannot be read any more, by the reason: they link nothing. */
  readonly unreadable: ReadonlyMap<LinkRuleId, string>;
}

/**
 * The rules that are switched on, ready to be asked of many items. An item that has a link of its own
 * (from its tool or a person, not expired at `now`, no mere suggestion) is given none. A rule that has
 * expired gives links that have, so that it can be said why the work under it is not linked any more.
 * An item that no rule fits costs less than a microsecond, however many rules look for values it has not.
 */
export function compileLinkRules(rules: readonly LinkRule[], now: Instant): CompiledLinkRules {
  const index = new RuleIndex();
  const given = new Map<GoalId, LinkRule[]>();
  const unreadable = new Map<LinkRuleId, string>();
  const expiring: LinkRule[] = [];
  let asksForTitles = false;
  for (const [at, rule] of rules.entries()) {
    const parsed = parseLinkFilter(rule.filter);
    if (!parsed.ok) unreadable.set(rule.id, parsed.message);
    else if (rule.isEnabled) {
      given.set(rule.goalId, [...(given.get(rule.goalId) ?? []), rule]);
      if (rule.expiresAt !== undefined) expiring.push(rule);
      asksForTitles ||= asksFor(parsed.filter, ["title", "key"]);
      index.add({ at, rule, test: testOf(parsed.filter) }, requiredBy(parsed.filter));
    }
  }
  return {
    goalIds: new Set(given.keys()),
    asksForTitles,
    givenTo: (id, at) => lastOf(given.get(id) ?? [], at),
    unreadable,
    fitting: (item) => index.fitting(item),
    expiredBetween: (after, until) =>
      expiring.filter(({ expiresAt = "" }) => after < expiresAt && expiresAt <= until),
    linksOf(item, own) {
      const fitting = index.fitting(item);
      if (fitting.length === 0 || own.some((link) => goesBeforeRules(link, now))) return nothing;
      return fitting.map((rule) => linkBy(rule, item));
    },
  };
}

const nothing: readonly never[] = [];

/** Of rules about one goal, whether any stands at a moment, and until when. */
function lastOf(rules: readonly LinkRule[], at: Instant): { readonly until?: Instant } | undefined {
  const standing = rules.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > at);
  const ends = standing.flatMap(({ expiresAt }) => expiresAt ?? []);
  if (ends.length < standing.length) return {};
  const until = ends.toSorted().at(-1);
  return until && { until };
}

/** Whether a stored link keeps rules from linking its item: it stands, and is no mere suggestion. */
export function goesBeforeRules({ source, expiresAt }: Link, now: Instant): boolean {
  return source !== "suggestion" && (expiresAt === undefined || expiresAt > now);
}

/** The link that a rule gives to an item it fits. */
function linkBy(rule: LinkRule, item: WorkItem): Link {
  const { id, name, goalId, confidence, weight, createdAt, expiresAt } = rule;
  return {
    type: "link",
    fromId: item.id,
    toId: goalId,
    source: "rule",
    confidence,
    note: name,
    ruleId: id,
    createdAt,
    ...(weight !== undefined && { weight }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

interface Compiled {
  /** Its place among the rules, which is their order at each item. */
  readonly at: number;
  readonly rule: LinkRule;
  readonly test: ItemTest;
}

/** Asks of an item only the rules that look for a value it has, and those that look for none. */
class RuleIndex {
  readonly #byValue = new RequiredIndex<Compiled>();
  readonly #others: Compiled[] = [];

  add(compiled: Compiled, required: ReturnType<typeof requiredBy>): void {
    if (required === undefined) this.#others.push(compiled);
    else for (const one of required) this.#byValue.add(one, compiled);
  }

  fitting(item: WorkItem): readonly LinkRule[] {
    let words: ItemWords | undefined;
    let found: Set<Compiled> | undefined;
    const ask = (candidates: readonly Compiled[]) => {
      words ??= new ItemWords(item);
      for (const one of candidates) if (one.test(words)) (found ??= new Set()).add(one);
    };
    this.#byValue.candidates(item, ask);
    if (this.#others.length > 0) ask(this.#others);
    if (found === undefined) return nothing;
    return [...found].toSorted((a, b) => a.at - b.at).map(({ rule }) => rule);
  }
}
