import type { Org } from "#shared/graph/org.ts";
import { depthMax } from "#shared/graph/ways-up.ts";
import { isOfFirstReading } from "#shared/kit/alert-baseline.ts";
import type { AlertPolicy } from "#shared/kit/alert-lifecycle.ts";
import { alertRuleOf, holdDownMinutesDefault, unreadRuleOf } from "#shared/kit/alert-rule.ts";
import type { AlertRule } from "#shared/kit/alert-rule.ts";
import { goalsOf, isInScope } from "#shared/kit/alert-scope.ts";
import { heldByShare } from "#shared/kit/alert-share.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import type { GoalId, OrgUnitId, RuleName } from "#shared/model/ids.ts";
import type { Alert, RuleSettings, Signal } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { routingKey } from "./alerting-keys.ts";
import type { Counted } from "./counted-shares.ts";
import { readCountedShares } from "./counted-shares.ts";
import { listCustomRules, unreadCustomRules } from "./custom-rules.ts";
import { readDocument } from "./documents.ts";
import { readFactItem } from "./facts.ts";
import { factKey, ruleSettingsKey } from "./keys.ts";
import { OrgReader } from "./org-reader.ts";
import { SetAside } from "./set-aside.ts";
import { routingSpec, ruleSettingsSpec } from "./specs.ts";

/** The custom rules, also those of which only the id can be read; and whether they are all. */
export interface CustomRules {
  readonly rules: readonly AlertRule[];
  readonly areAll: boolean;
}

async function readCustomRules(table: Table): Promise<CustomRules> {
  const setAside = new SetAside();
  const rules = (await listCustomRules(table, setAside)).map(alertRuleOf);
  const unread = unreadCustomRules(setAside);
  const named = unread.filter((id) => id !== undefined);
  return {
    rules: [...rules, ...named.map(unreadRuleOf)],
    areAll: named.length === unread.length,
  };
}

interface PolicyDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly rules: readonly AlertRule[];
  /** Absent: one of its own, where the organisation is asked for at all. */
  readonly orgReader?: OrgReader | undefined;
}

/** Until when an alert waits. */
export type Waiting = Pick<AlertPolicy, "graceMinutes" | "holdDownMinutes" | "heldBecause">;

/**
 * What alerts go by as everything is set now: a rule's own words and defaults, its settings, the routing. Each
 * is read when it is first needed and once, so that an instance lives as long as one piece of work.
 */
export class AlertPolicies {
  readonly #deps: PolicyDeps;
  readonly #orgReader: OrgReader;
  readonly #items = new Map<RuleName, Promise<Item | undefined>>();
  readonly #shares = new Map<RuleName, Promise<ReadonlyMap<OrgUnitId, Counted>>>();
  readonly #goalsAbove = new Map<GoalId, Promise<GoalId | undefined>>();
  readonly #patterns = new Map<RuleName, (found: Signal) => boolean>();
  #routing: Promise<Item | undefined> | undefined;
  #customRules: Promise<CustomRules> | undefined;

  constructor(deps: PolicyDeps) {
    this.#deps = deps;
    this.#orgReader = deps.orgReader ?? new OrgReader(deps.table, deps.clock);
  }

  /** The policy for the alert that a rule makes of a signal, be it the rule's own or another's. */
  async by(rule: AlertRule, signal: Signal): Promise<AlertPolicy> {
    const [waiting, settings, baselineMinutes] = await Promise.all([
      this.#waitingBy(rule, signal),
      this.#settings(rule.name),
      this.#baseline(),
    ]);
    return {
      ...waiting,
      why: rule.why,
      nextStep: rule.nextStep,
      isInScope: this.#isWorthOne(rule, signal) && (await this.#isInScope(settings?.scope, signal)),
      isBaseline: isOfFirstReading(signal, baselineMinutes),
    };
  }

  /** How long an alert of this rule and these teams waits; undefined for a rule that is not known. */
  async waiting({
    rule: name,
    teamIds,
  }: Pick<Alert | Signal, "rule" | "teamIds">): Promise<Waiting | undefined> {
    const rule = this.#ruleOf(name) ?? (await this.#customRule(name));
    return rule && this.#waitingBy(rule, { teamIds });
  }

  async #waitingBy(rule: AlertRule, { teamIds }: Pick<Alert, "teamIds">): Promise<Waiting> {
    const settings = await this.#settings(rule.name);
    const { graceMinutes, holdDownMinutes = holdDownMinutesDefault } = rule.defaults;
    const heldBecause = await this.#heldBecause(settings, teamIds);
    return {
      graceMinutes: settings?.graceMinutes ?? graceMinutes,
      holdDownMinutes: settings?.holdDownMinutes ?? holdDownMinutes,
      ...(heldBecause !== undefined && { heldBecause }),
    };
  }

  /** The settings of a rule as they are stored, whether anybody can read them or not. */
  settingsItem(rule: RuleName): Promise<Item | undefined> {
    return once(this.#items, rule, async () => {
      const key = ruleSettingsKey(rule);
      if (this.#routing) return this.#deps.table.get(key);
      // Whoever needs the one mostly needs the other, and a look costs as much as both.
      const both = this.#deps.table.batchGet([key, routingKey]);
      this.#routing = both.then((items) => items.find(({ pk }) => pk === routingKey.pk));
      // Who asks for settings alone may never wait for it, and a failure that nobody hears ends the process.
      this.#routing.catch(() => undefined);
      return (await both).find(({ pk }) => pk === key.pk);
    });
  }

  /** Whether anybody can read how the rule is set; what cannot be is noted. */
  async areSettingsRead(rule: RuleName, unread: SetAside): Promise<boolean> {
    const item = await this.settingsItem(rule);
    return !item || unread.read(item, (one) => readDocument(ruleSettingsSpec, one)) !== undefined;
  }

  async #settings(rule: RuleName): Promise<RuleSettings | undefined> {
    const item = await this.settingsItem(rule);
    return item && readDocument(ruleSettingsSpec, item);
  }

  /** What ops admins made rules of, as it stands now. */
  customRules(): Promise<CustomRules> {
    this.#customRules ??= readCustomRules(this.#deps.table);
    return this.#customRules;
  }

  async #customRule(name: RuleName): Promise<AlertRule | undefined> {
    if (!isCustomRule(name)) return undefined;
    return (await this.customRules()).rules.find((rule) => rule.name === name);
  }

  #ruleOf(name: RuleName): AlertRule | undefined {
    return this.#deps.rules.find((rule) => rule.name === name);
  }

  /** A hub that nobody has set the routing of has no baseline: every finding is news. */
  async #baseline(): Promise<number> {
    this.#routing ??= this.#deps.table.get(routingKey);
    const item = await this.#routing;
    return item ? readDocument(routingSpec, item).baselineMinutes : 0;
  }

  /** The same pattern decides which signals reach the alerts by the bus. */
  #isWorthOne({ name, alertOn, fits }: AlertRule, signal: Signal): boolean {
    if (fits) return fits(signal);
    if (!alertOn) return true;
    const known = this.#patterns.get(name);
    const compiled = known ? undefined : compilePattern(alertOn);
    const matches = known ?? ((found: Signal) => compiled?.matches(found) === true);
    if (!known) this.#patterns.set(name, matches);
    return matches(signal);
  }

  async #isInScope(scope: RuleSettings["scope"], signal: Signal): Promise<boolean> {
    if (!scope) return true;
    const org = (scope.unitIds ?? []).length > 0 ? await this.#orgReader.read() : undefined;
    const goals = (scope.goalIds ?? []).length > 0 ? goalsOf(signal) : [];
    const ways = new Map(
      await Promise.all(goals.map(async (id) => [id, await this.#goalsUp(id)] as const)),
    );
    const goalsUp = (id: GoalId) => ways.get(id) ?? [id];
    return isInScope(scope, signal, { unitsUp: (id) => unitsUp(org, id), goalsUp });
  }

  async #goalsUp(id: GoalId): Promise<readonly GoalId[]> {
    const way: GoalId[] = [];
    let at: GoalId | undefined = id;
    while (at !== undefined && way.length < depthMax && !way.includes(at)) {
      way.push(at);
      at = await this.#goalAbove(at);
    }
    return way;
  }

  #goalAbove(id: GoalId): Promise<GoalId | undefined> {
    return once(this.#goalsAbove, id, async () => {
      const item = await this.#deps.table.get(factKey(id));
      const stored = item && readFactItem(item);
      return stored && !stored.isRemoved && stored.fact.type === "goal"
        ? stored.fact.parentId
        : undefined;
    });
  }

  async #heldBecause(
    settings: RuleSettings | undefined,
    teamIds: readonly OrgUnitId[],
  ): Promise<string | undefined> {
    const { rule, allowedShares = [] } = settings ?? {};
    if (rule === undefined || allowedShares.length === 0) return undefined;
    const [org, shares] = await Promise.all([
      this.#orgReader.read(),
      once(this.#shares, rule, () => readCountedShares(this.#deps.table, rule)),
    ]);
    return heldByShare(allowedShares, teamIds, {
      unitsUp: (id) => unitsUp(org, id),
      nameOf: (id) => org.unit(id)?.name,
      shareOf: (id) => shares.get(id),
    });
  }
}

/** A unit that is known no more is still itself. */
function unitsUp(org: Org | undefined, id: OrgUnitId): readonly OrgUnitId[] {
  const way = org?.pathUp(id) ?? [];
  return way.length > 0 ? way : [id];
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, read: () => Promise<V>): Promise<V> {
  const before = known.get(key);
  if (before) return before;
  const reading = read();
  known.set(key, reading);
  return reading;
}
