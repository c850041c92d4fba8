import type { Headcount } from "#shared/graph/headcount.ts";
import type { Org } from "#shared/graph/org.ts";
import type { DependencyChange, Meeting } from "#shared/graph/reorg-dependencies.ts";
import type { GoalChange } from "#shared/graph/reorg-goals.ts";
import type { WorkOfLeavers } from "#shared/graph/reorg-leavers.ts";
import type { Route, SignalChange } from "#shared/graph/reorg-signals.ts";
import type { ReorgReport } from "#shared/graph/reorg.ts";
import { isEmptyReport } from "#shared/graph/reorg.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { OrgUnitId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import {
  DependencyId,
  WorkItemId as WorkItemIdSchema,
  alertId,
  readDependencyId,
} from "#shared/model/ids.ts";

import type { ConnectionNames } from "../people/describe-people.ts";
import { briefOf, removedConnection } from "../people/describe-people.ts";
import type { Named } from "./org-answers.ts";
import type {
  AlertChangeAnswer,
  DependencyChangeAnswer,
  GoalChangeAnswer,
  LeaversWorkAnswer,
  PreviewAnswer,
  RouteAnswer,
} from "./preview-answers.ts";
import {
  alertSentence,
  dependencySentence,
  goalSentence,
  successorSentence,
} from "./preview-words.ts";

/** What names are looked up in. */
interface Names {
  readonly graph: Pick<GraphView, "item" | "goal">;
  readonly today: Org;
  readonly other: Org;
  readonly connections: ConnectionNames;
  readonly rules: readonly Rule[];
}

/** A report by name, `limit` changes of each kind, the most consequential first. */
export function describePreview(
  report: ReorgReport,
  names: Names,
  limit: number,
): Pick<PreviewAnswer, "isEmpty" | "moves" | "goals" | "dependencies" | "alerts" | "leavers"> {
  const { goals, dependencies, signals, leavers, moves } = report;
  const shown = <C extends { readonly change: string }>(changes: readonly C[]) =>
    changes.toSorted((a, b) => rank(a.change) - rank(b.change)).slice(0, limit);
  return {
    isEmpty: isEmptyReport(report),
    moves: describeMoves(moves, names, limit),
    goals: { total: goals.length, changes: shown(goals).map((one) => goalOf(one, names)) },
    dependencies: {
      total: dependencies.length,
      changes: shown(dependencies).map((one) => dependencyOf(one, names)),
    },
    alerts: { total: signals.length, changes: shown(signals).map((one) => alertOf(one, names)) },
    leavers: leavers.map((one) => leaversWorkOf(one, names, limit)),
  };
}

const ranks = [
  "loses-owner",
  "changes-team",
  "becomes-cross-team",
  "ceases-cross-team",
  "opens",
  "re-routes",
  "clears",
];
const rank = (change: string) => ranks.indexOf(change);

function describeMoves(
  { changeUnit, join, leave, byUnit }: ReorgReport["moves"],
  names: Names,
  limit: number,
): PreviewAnswer["moves"] {
  const all = byUnit
    .map(({ unitId, arriving, leaving }) => ({
      unit: unitOf(unitId, names),
      ...told("arriving", arriving),
      ...told("leaving", leaving),
    }))
    .toSorted((a, b) => a.unit.name.localeCompare(b.unit.name, "en"));
  return {
    ...told("changeUnit", changeUnit),
    ...told("join", join),
    ...told("leave", leave),
    total: all.length,
    byUnit: all.slice(0, limit),
  };
}

/** As a field that is absent where it would speak of fewer than five people. */
function told<K extends string>(field: K, count: Headcount): { [key in K]?: number } {
  // The one key that there may be is the field.
  return (count === "fewer-than-five" ? {} : { [field]: count }) as { [key in K]?: number };
}

/** A unit may be of one organisation only. */
function unitOf(id: OrgUnitId, { today, other }: Names): Named {
  return { id, name: (other.unit(id) ?? today.unit(id))?.name ?? "a removed unit" };
}

function itemOf(id: WorkItemId, { graph }: Names): Named {
  const item = graph.item(id);
  if (!item) return { id, name: "a removed item" };
  return { id, name: item.key === undefined ? item.title : `${item.key} ${item.title}` };
}

function goalOf(given: GoalChange, names: Names): GoalChangeAnswer {
  const { goalId, change, because, teamBefore, teamAfter } = given;
  const answer = {
    id: goalId,
    title: names.graph.goal(goalId)?.title ?? "a removed goal",
    change,
    ...(because && { because }),
    ...(teamBefore !== undefined && { teamBefore: unitOf(teamBefore, names) }),
    ...(teamAfter !== undefined && { teamAfter: unitOf(teamAfter, names) }),
  };
  return { ...answer, sentence: goalSentence(answer) };
}

function dependencyOf(given: DependencyChange, names: Names): DependencyChangeAnswer {
  const { id, change, before, after } = given;
  const meeting = ({ level, unitId, teamIds }: Meeting) => ({
    level,
    ...(unitId !== undefined && { unit: unitOf(unitId, names) }),
    teams: teamIds.map((teamId) => unitOf(teamId, names)),
  });
  const answer = {
    id,
    change,
    blocked: itemOf(given.blockedId, names),
    blocking: itemOf(given.blockingId, names),
    ...(before && { before: meeting(before) }),
    ...(after && { after: meeting(after) }),
  };
  return { ...answer, sentence: dependencySentence(answer) };
}

function alertOf(given: SignalChange, names: Names): AlertChangeAnswer {
  const { change, rule, subjectId, title, before, after } = given;
  const route = ({ teamIds, leaderId }: Route, org: Org): RouteAnswer => ({
    teams: teamIds.map((id) => unitOf(id, names)),
    ...(leaderId !== undefined && {
      leader: { id: leaderId, name: briefOf(org, leaderId).name },
    }),
  });
  const answer = {
    change,
    rule,
    ruleTitle: names.rules.find(({ name }) => name === rule)?.title ?? rule,
    subjectId,
    ...itemIn(subjectId),
    ...(change !== "opens" && { alertId: alertId(rule, subjectId) }),
    title,
    ...(before && { before: route(before, names.today) }),
    ...(after && { after: route(after, names.other) }),
  };
  return { ...answer, sentence: alertSentence(answer) };
}

/** The work that a finding is about; of a dependency, the end that waits. */
function itemIn(subjectId: SubjectId): Pick<AlertChangeAnswer, "itemId"> {
  const edge = DependencyId.safeParse(subjectId);
  if (edge.success) return { itemId: readDependencyId(edge.data).blockedId };
  return WorkItemIdSchema.safeParse(subjectId).success ? { itemId: subjectId } : {};
}

function leaversWorkOf(given: WorkOfLeavers, names: Names, limit: number): LeaversWorkAnswer {
  const { teamId, counts, work } = given;
  const nameOf = (id: string) => names.connections.get(id) ?? removedConnection;
  return {
    ...(teamId !== undefined && { team: unitOf(teamId, names) }),
    ...(counts && {
      counts: [...counts].map(([connectionId, items]) => ({
        connectionId,
        name: nameOf(connectionId),
        items,
      })),
    }),
    work: work.slice(0, limit).map(({ itemId, connectionId, successor }) => {
      const { personId, because } = successor;
      const person = personId === undefined ? undefined : briefOf(names.other, personId);
      return {
        ...itemOf(itemId, names),
        connection: nameOf(connectionId),
        ...(person && { successor: person }),
        because,
        sentence: successorSentence(because),
      };
    }),
    hasMore: work.length > limit,
  };
}
