import type { OrgUnitId, PersonId, RuleName, SubjectId } from "#shared/model/ids.ts";
import { signalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";

import type { Finding, ReorgCase, ReorgRule } from "./reorg-case.ts";
import { viewWith } from "./reorg-case.ts";
import type { GraphView } from "./view.ts";

/** Whom a signal goes to: the teams first, then who leads them. */
export interface Route {
  readonly teamIds: readonly OrgUnitId[];
  readonly leaderId?: PersonId;
}

/** A signal that opens, clears, or comes to be somebody else's. */
export interface SignalChange {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly title: string;
  readonly change: "opens" | "clears" | "re-routes";
  readonly before?: Route;
  readonly after?: Route;
}

/** A signal names no more teams than this. */
const teamsMax = 4;

/**
 * What the real rules say with either organisation, all else being equal. Where a rule cannot tell how
 * things are today, what stands does.
 */
export function signalChanges(reorg: ReorgCase): readonly SignalChange[] {
  const { graph, openSignals, rules } = reorg;
  const standing = new Map(openSignals.map((signal) => [signal.id, signal]));
  const views = { today: viewWith(graph, reorg.today), other: viewWith(graph, reorg.other) };
  return rules.flatMap((rule) => {
    const ids = new Set(rule.subjects(graph));
    for (const signal of openSignals) if (signal.rule === rule.name) ids.add(signal.subjectId);
    return [...ids].flatMap((id) => {
      const change = changeOf(rule, id, {
        ...views,
        stands: standing.get(signalId(rule.name, id)),
      });
      return change ? [change] : [];
    });
  });
}

interface Sides {
  readonly today: GraphView;
  readonly other: GraphView;
  readonly stands: Signal | undefined;
}

function changeOf(
  rule: ReorgRule,
  subjectId: SubjectId,
  { today, other, stands }: Sides,
): SignalChange | undefined {
  const after = rule.evaluate(other, subjectId);
  if (after.state === "unknown") return undefined;
  const evaluated = rule.evaluate(today, subjectId);
  const before = evaluated.state === "unknown" ? standingFinding(stands) : evaluated;
  const common = { rule: rule.name, subjectId };
  if (before.state !== "open") {
    if (after.state !== "open") return undefined;
    return { ...common, title: after.title, change: "opens", after: routeOf(after) };
  }
  const route = routeOf(before);
  if (after.state !== "open") {
    return { ...common, title: before.title, change: "clears", before: route };
  }
  const next = routeOf(after);
  if (isSameRoute(route, next)) return undefined;
  return { ...common, title: after.title, change: "re-routes", before: route, after: next };
}

function standingFinding(stands: Signal | undefined): Finding {
  return stands ? { ...stands, state: "open" } : { state: "cleared" };
}

function routeOf({ teamIds, leaderId }: Extract<Finding, { state: "open" }>): Route {
  return { teamIds: teamIds.slice(0, teamsMax), ...(leaderId !== undefined && { leaderId }) };
}

function isSameRoute(a: Route, b: Route): boolean {
  return a.leaderId === b.leaderId && a.teamIds.join(" ") === b.teamIds.join(" ");
}
