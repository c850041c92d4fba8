import type { MemoryGraph } from "#shared/graph/view.ts";
import { depthMax } from "#shared/graph/ways-up.ts";
import type { GoalId, OrgUnitId, RuleName, SubjectId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import { isInScope } from "../alert-scope.ts";
import { compilePattern } from "../event-pattern/compile-pattern.ts";
import type { Rule } from "../rule.ts";
import type { Finding } from "./episode.ts";

/** What was found, as it was said at a moment. */
export interface Seen {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly finding: Finding;
  readonly openedAt: Instant;
  /** As it was then. */
  readonly graph: MemoryGraph;
}

/** Who makes alerts of findings: whether this one would be one, as long as it says what it says. */
export type Look = (seen: Seen) => boolean;

/** What a rule's own alerts take in: findings that are worth one, in the scope that was set. */
export function lookOf({ alertOn }: Pick<Rule, "alertOn">, scope: RuleSettings["scope"]): Look {
  const pattern = alertOn && compilePattern(alertOn);
  return (seen) => (pattern?.matches(seen.finding) ?? true) && isSeenInScope(scope, seen);
}

/** Whether a reorg may take a finding into a scope, or out of it. */
export function followsUnits(scope: RuleSettings["scope"]): boolean {
  return (scope?.unitIds ?? []).length > 0;
}

/** Whether a goal that moves may take findings about others below it into a scope, or out of it. */
export function followsGoals(scope: RuleSettings["scope"]): boolean {
  return (scope?.goalIds ?? []).length > 0;
}

/** Whether it is asked of some teams only, or of some goals, which may be those of one team. */
export function isOfSome(scope: RuleSettings["scope"]): boolean {
  return followsUnits(scope) || followsGoals(scope);
}

/** Whether a scope takes it in, by the units and goals of then. */
export function isSeenInScope(
  scope: RuleSettings["scope"],
  { subjectId, finding: { teamIds, evidence }, graph }: Seen,
): boolean {
  if (!scope) return true;
  return isInScope(
    scope,
    { subjectId, teamIds: [...teamIds], evidence },
    { unitsUp: (id) => unitsUp(graph, id), goalsUp: (id) => goalsUp(graph, id) },
  );
}

/** A unit that is known no more is still itself. */
function unitsUp(graph: MemoryGraph, id: OrgUnitId): readonly OrgUnitId[] {
  const way = graph.org.pathUp(id);
  return way.length > 0 ? way : [id];
}

function goalsUp(graph: MemoryGraph, id: GoalId): readonly GoalId[] {
  const way: GoalId[] = [];
  let at: GoalId | undefined = id;
  while (at !== undefined && way.length < depthMax && !way.includes(at)) {
    way.push(at);
    at = graph.goal(at)?.parentId;
  }
  return way;
}
