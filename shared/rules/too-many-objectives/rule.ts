import * as z from "zod";

import { owningTeam, teamsOfGoals } from "#shared/graph/goal-tree.ts";
import { teamSources } from "#shared/graph/rests-on.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { connectionsOf, leaderOfTeams, quoted, standingStill } from "#shared/kit/circle-finding.ts";
import { goalEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import { touchedAround } from "#shared/kit/goal-finding.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { peopleMatter } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, OrgUnit } from "#shared/model/facts.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { ConnectionId, GoalId, OrgUnitId, SubjectId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, dayAfter, startOfDay } from "#shared/model/time.ts";

const Options = z.strictObject({
  most: z.int().min(1).max(50).default(3).meta({
    title: "Objectives at once",
    description: "A team may own so many open objectives whose periods include today.",
  }),
});
type Options = z.infer<typeof Options>;

/** More goals than this are not counted team by team: then nothing is said. */
const goalsMax = 20_000;
/** Beside the team, as many as evidence may hold; the sentence names the first ones. */
const [listedMax, namedMax] = [39, 5];

/**
 * A team that owns more open objectives at a time than people can keep in mind. The subject is the team.
 * Whose an objective is, its tool says by a team's name, or by an owner whose unit is known; one whose
 * team nobody can name counts for none. An objective without dates counts on every day; one that is part of
 * another one of the same team is no further one, and of what was never read nobody knows that it is not.
 */
export const tooManyObjectives = defineRule<Options>({
  name: "too-many-objectives",
  title: "More objectives than a team can follow",
  why: "Who follows everything at once follows nothing: with each further objective the others move more slowly.",
  nextStep:
    "Agree which of these come first, and move the others to a later period, to another team, or drop them.",
  options: Options,
  defaults: { graceMinutes: 24 * 60, delivery: "digest" },
  reads: "goals",
  turnsWithTime: true,
  leaderOf: leaderOfTeams,

  touched(delta: Delta): readonly Touch[] {
    const { buriedId } = delta;
    if (buriedId !== undefined) return isIdOf("goal", buriedId) ? teamsBelow(buriedId) : [];
    const thing = delta.after ?? delta.before;
    if (thing?.type === "goal") return touchedByGoal(delta);
    const around = touchedAround(delta) ?? [];
    // Whose objectives they are may be another's now, who had none before.
    const isOfPeople = around.some(({ kind }) => kind === "open") && peopleMatter(delta);
    return isOfPeople ? [...around, { kind: "goal-teams" }] : around;
  },

  *subjects(graph) {
    yield* teamsOfGoals(graph.org, [...graph.goals()].filter(isObjective));
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    const id = asUnitId(subjectId);
    const team = view.org.unit(id);
    if (!team) return { state: "cleared", because: "removed" };
    const found = ownedBy(view, id);
    if (found === "too-many") return { state: "unknown", because: "too-many-goals" };
    const { owned, wholes } = found;
    const today = dateOf(now);
    const turnsAt = nextTurn(owned, today);
    const still = standingStill(view.sources, connectionsOf(owned));
    if (still !== undefined) return { state: "unknown", because: still, turnsAt };
    const current = owned.filter((goal) => isCurrent(goal, today));
    const { most } = options;
    if (current.length <= most) return { state: "cleared", because: "few-enough", turnsAt };
    const sure = current.filter((goal) => !isOfUnread(view, goal));
    if (sure.length <= most) return { state: "cleared", because: "whole-unread", turnsAt };
    return { ...opened(view, team, { sure, owned, wholes, most }), turnsAt };
  },
});

interface Owned {
  /** Open objectives of the team that are part of no other one of it, by id. */
  readonly owned: readonly Goal[];
  /** What the others are part of. */
  readonly wholes: readonly Goal[];
}

function ownedBy(view: GraphView, id: OrgUnitId): Owned | "too-many" {
  const owned: Goal[] = [];
  const wholes: Goal[] = [];
  let count = 0;
  for (const goal of view.goals()) {
    count += 1;
    if (count > goalsMax) return "too-many";
    if (!isOwned(view, goal, id)) continue;
    const whole = ownedWhole(view, goal, id);
    if (whole) wholes.push(whole);
    else owned.push(goal);
  }
  return { owned: owned.toSorted((a, b) => (a.id < b.id ? -1 : 1)), wholes };
}

function isOwned({ org }: GraphView, goal: Goal, id: OrgUnitId): boolean {
  return isObjective(goal) && owningTeam(org, goal) === id;
}

/** The team's own objective that this one is part of. */
function ownedWhole(view: GraphView, { id, parentId }: Goal, teamId: OrgUnitId): Goal | undefined {
  const whole = parentId === undefined || parentId === id ? undefined : view.goal(parentId);
  return whole && isOwned(view, whole, teamId) ? whole : undefined;
}

function wholesOf(view: GraphView, goals: readonly Goal[]): readonly Goal[] {
  const ids = new Set(goals.flatMap(({ parentId }) => parentId ?? []));
  return [...ids].flatMap((id) => view.goal(id) ?? []);
}

/** Whether it is part of what was never read, which may be the same team's. What was removed is no whole. */
function isOfUnread(view: GraphView, { id, parentId }: Goal): boolean {
  if (parentId === undefined || parentId === id) return false;
  return view.goal(parentId) === undefined && !view.wasRemoved(parentId);
}

function isObjective(goal: Goal): boolean {
  return goal.kind === "objective" && isOpen(goal);
}

function isCurrent({ startOn, dueOn }: Goal, today: CalendarDate): boolean {
  return (startOn === undefined || startOn <= today) && (dueOn === undefined || today <= dueOn);
}

/** The first day on which another one begins to count, or one counts no more. */
function nextTurn(owned: readonly Goal[], today: CalendarDate): Instant | undefined {
  const days = owned.flatMap(({ startOn, dueOn }) => [
    ...(startOn === undefined ? [] : [startOn]),
    ...(dueOn === undefined ? [] : [dayAfter(dueOn)]),
  ]);
  const [next] = days.filter((day) => day > today).toSorted();
  return next === undefined ? undefined : startOfDay(next);
}

interface Found extends Owned {
  /** Those that count today, whatever is not read yet. */
  readonly sure: readonly Goal[];
  readonly most: number;
}

function opened(view: GraphView, team: OrgUnit, { sure, owned, wholes, most }: Found) {
  const teamIds = [team.id];
  const named = sure.slice(0, namedMax).map(quoted);
  const more = sure.length - named.length;
  const others = more === 0 ? "" : ` and ${more} more`;
  return {
    state: "open" as const,
    severity: "info" as const,
    title: `${team.name} owns ${sure.length} objectives at once`,
    evidence: {
      sentence: `${team.name} owns ${sure.length} open objectives at the same time, ${most === 1 ? "where one is" : `where ${most} are`} thought enough: ${named.join(", ")}${others}.`,
      path: [
        { id: team.id, role: "team" as const, label: team.name },
        ...sure.slice(0, listedMax).map((goal) => ({
          id: goal.id,
          role: "listed" as const,
          label: goal.title,
          ...(goal.url !== undefined && { url: goal.url }),
        })),
      ],
      facts: { kind: "team", objectives: sure.length, most },
    },
    teamIds,
    connectionIds: connectionsOf(sure).slice(0, 4),
    // Were a whole another team's, its part would count; and it would not, were its whole not known.
    // What does not count today may stand still, and then nothing is said.
    restsOn: restsOn(view, team, [...owned, ...wholes, ...wholesOf(view, owned)]),
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

function restsOn(view: GraphView, team: OrgUnit, goals: readonly Goal[]): ConnectionId[] {
  const ofOwners = goals.flatMap(({ teamName, ownerId }) =>
    teamSources(view.org, {
      ...(teamName !== undefined && { teamName }),
      ...(ownerId !== undefined && { assigneeId: ownerId }),
    }),
  );
  return [team.connectionId, ...connectionsOf(goals), ...ofOwners];
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  // From now on it is known, or not any more, whose its parts are parts of.
  const ofParts = any && !(was && is) ? teamsBelow(any.id) : [];
  return [...touchedOwners(delta), ...ofParts];
}

function teamsBelow(goalId: GoalId): readonly Touch[] {
  return [{ kind: "teams-below", goalId }];
}

function touchedOwners(delta: Delta): readonly Touch[] {
  const { was, is } = goalEnds(delta);
  const fields = ["kind", "parentId", "teamName", "ownerId", "startOn", "dueOn"] as const;
  const matters = !was || !is || isOpen(was) !== isOpen(is) || differ(was, is, fields);
  if (!matters && !differ(was, is, ["title", "url"])) return [];
  return [was, is].flatMap((goal): readonly Touch[] => {
    if (!goal || !isObjective(goal)) return [];
    const { teamName, ownerId } = goal;
    return [{ kind: "team-of-goal", teamName, ownerId, onlyOpen: !matters }];
  });
}

/** Subjects of this rule are units: `subjects` and `touched` give nothing else. */
function asUnitId(id: SubjectId): OrgUnitId {
  return id as OrgUnitId;
}
