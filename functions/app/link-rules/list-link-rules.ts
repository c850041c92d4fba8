import { HubError } from "#shared/errors.ts";
import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import type { CompiledLinkRules } from "#shared/graph/link-rules-compile.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { LinkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { Instant } from "#shared/model/time.ts";
import { linkRulesPartition } from "#shared/store/keys.ts";
import { listLinkRules } from "#shared/store/link-rules.ts";
import { SetAside } from "#shared/store/set-aside.ts";

import type { AppContext } from "../app-deps.ts";
import type { Snapshot } from "../work-items/snapshot.ts";
import type { LinkRuleAnswer } from "./link-rule-answers.ts";

export interface DescribedRules {
  /** By name. */
  readonly rules: LinkRuleAnswer[];
  /** Ids of those that are stored and cannot be read: while there is one, no work is found unlinked. */
  readonly unreadable: string[];
}

/** Every link rule with what it fits and links now. */
export async function describeLinkRules(context: AppContext): Promise<DescribedRules> {
  const setAside = new SetAside();
  const [rules, snapshot] = await Promise.all([
    listLinkRules(context.table, setAside),
    context.snapshots.read(),
  ]);
  const now = context.clock.now();
  // Also of a rule that is off it shall be seen what it would fit.
  const asIfOn = compileLinkRules(
    rules.map((rule) => ({ ...rule, isEnabled: true })),
    now,
  );
  const counts = countItems(snapshot, asIfOn);
  const around = { graph: snapshot.graph, compiled: asIfOn, counts, now };
  return {
    rules: rules
      .map((rule) => describe(rule, around))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en")),
    unreadable: [...setAside.keys].map((key) => key.slice(linkRulesPartition.length + 1)),
  };
}

export async function describeLinkRule(
  context: AppContext,
  id: LinkRuleId,
): Promise<LinkRuleAnswer> {
  const found = (await describeLinkRules(context)).rules.find((rule) => rule.id === id);
  if (!found) throw noSuchRule();
  return found;
}

export function noSuchRule(): HubError {
  return new HubError("entity.not-found", "There is no such link rule: it may have been deleted");
}

interface Counts {
  readonly fitting: ReadonlyMap<LinkRuleId, number>;
  readonly linked: ReadonlyMap<LinkRuleId, number>;
}

function countItems({ seen }: Snapshot, rules: CompiledLinkRules): Counts {
  const fitting = new Map<LinkRuleId, number>();
  const linked = new Map<LinkRuleId, number>();
  const add = (counts: Map<LinkRuleId, number>, id: LinkRuleId) =>
    counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const { item, sight } of seen) {
    if (!isOpen(item)) continue;
    for (const { id } of rules.fitting(item)) add(fitting, id);
    for (const { link } of sight.path) if (link?.ruleId !== undefined) add(linked, link.ruleId);
  }
  return { fitting, linked };
}

interface Around {
  readonly graph: MemoryGraph;
  readonly compiled: CompiledLinkRules;
  readonly counts: Counts;
  readonly now: Instant;
}

function describe(rule: LinkRule, { graph, compiled, counts, now }: Around): LinkRuleAnswer {
  const { type: _type, ...told } = rule;
  const goal = graph.goal(rule.goalId);
  return {
    ...told,
    ...(goal && { goal: { title: goal.title, kind: goal.kind, status: goal.status } }),
    openItems: counts.fitting.get(rule.id) ?? 0,
    linkedItems: counts.linked.get(rule.id) ?? 0,
    problem: problemOf(rule, { graph, compiled, now }),
  };
}

function problemOf(
  { id, goalId, expiresAt }: LinkRule,
  { graph, compiled, now }: Omit<Around, "counts">,
): LinkRuleAnswer["problem"] {
  if (compiled.unreadable.has(id)) return "filter-unreadable";
  if (expiresAt !== undefined && expiresAt <= now) return "expired";
  const goal = graph.goal(goalId);
  if (!goal) return "goal-gone";
  return goal.status === "dropped" ? "goal-dropped" : undefined;
}
