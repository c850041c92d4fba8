import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { teamOfGoal } from "#shared/graph/team.ts";
import { GoalKind, WorkStatus } from "#shared/model/facts.ts";
import type { Goal } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { TeamRate } from "../people/people-answers.ts";
import { matchRateField } from "../people/team-rate.ts";
import { allSources, describeItem, describeTeam, sourcesBehind } from "./describe.ts";
import { countWork, goalsLinkedFrom, goalTree, parentGoal } from "./goal-tree.ts";
import type { GoalCounts, GoalNode } from "./goal-tree.ts";
import type { Snapshot } from "./snapshot.ts";
import { SourceAnswer, TeamAnswer, WorkItemAnswer } from "./work-answers.ts";

const goalFields = {
  id: z.string(),
  connectionId: z.string(),
  connection: z.string(),
  kind: GoalKind,
  originalKind: z.string(),
  key: z.string().optional(),
  title: z.string(),
  url: z.string().optional(),
  status: WorkStatus,
  dueOn: z.string().optional(),
  progress: z.number().optional(),
  team: TeamAnswer,
  matchRate: TeamRate.optional().meta({ description: "Of the team: what its figures rest on" }),
  counts: z.strictObject({
    linkedItems: z
      .int()
      .meta({ description: "Work items that link to it, themselves or by a link rule" }),
    openWork: z.int().meta({ description: "Open work with this goal on its line of sight" }),
    closedWork: z.int(),
  }),
};

export const GoalAnswer = z.strictObject(goalFields).meta({ id: "Goal" });
export type GoalAnswer = z.input<typeof GoalAnswer>;

export interface GoalTreeAnswer extends GoalAnswer {
  children: GoalTreeAnswer[];
}
export const GoalTreeAnswer: z.ZodType<GoalTreeAnswer, GoalTreeAnswer> = z
  .strictObject({
    ...goalFields,
    get children() {
      return z.array(GoalTreeAnswer);
    },
  })
  .meta({ id: "GoalTree" });

export const GoalDetail = z
  .strictObject({
    asOf: z.string(),
    goal: GoalAnswer,
    above: z.array(GoalAnswer).meta({ description: "The goals above, nearest first" }),
    below: z.array(GoalAnswer),
    linkedItems: z.array(WorkItemAnswer).meta({ description: "At most 200, by id" }),
    sources: z.array(SourceAnswer),
  })
  .meta({ id: "GoalDetail" });
export type GoalDetail = z.input<typeof GoalDetail>;

const linkedItemsMax = 200;

export async function listGoals(
  context: AppContext,
): Promise<{ asOf: string; goals: GoalTreeAnswer[]; sources: SourceAnswer[] }> {
  const snapshot = await context.snapshots.read();
  const describe = (node: GoalNode): GoalTreeAnswer => ({
    ...describeGoal(snapshot, node.goal, node.counts),
    children: node.children.map(describe),
  });
  return {
    asOf: snapshot.asOf,
    goals: goalTree(snapshot).map(describe),
    sources: allSources(snapshot.graph.sources, context.clock.nowMs()),
  };
}

export async function readGoal(context: AppContext, id: GoalId): Promise<GoalDetail> {
  const snapshot = await context.snapshots.read();
  const { graph } = snapshot;
  const goal = graph.goal(id);
  if (!goal) throw new HubError("entity.not-found", "There is no such goal here");
  const counts = countWork(snapshot);
  const describe = (one: Goal) => describeGoal(snapshot, one, counts.get(one.id));
  const linked = snapshot.seen.filter(({ item }) => goalsLinkedFrom(snapshot, item).has(id));
  return {
    asOf: snapshot.asOf,
    goal: describe(goal),
    above: goalsAbove(snapshot, goal).map(describe),
    below: [...graph.goals()]
      .filter((candidate) => parentGoal(graph, candidate)?.id === id && candidate.id !== id)
      .map(describe),
    linkedItems: linked
      .slice(0, linkedItemsMax)
      .map(({ item, sight }) => describeItem(graph, item, sight)),
    sources: [...sourcesBehind(graph.sources, [goal.connectionId], context.clock.nowMs())],
  };
}

function goalsAbove(snapshot: Snapshot, goal: Goal): readonly Goal[] {
  const above: Goal[] = [];
  let at = parentGoal(snapshot.graph, goal);
  while (at && at.id !== goal.id && !above.includes(at)) {
    above.push(at);
    at = parentGoal(snapshot.graph, at);
  }
  return above;
}

function describeGoal(
  { graph }: Snapshot,
  goal: Goal,
  counts: GoalCounts = { linkedItems: 0, openWork: 0, closedWork: 0 },
): GoalAnswer {
  const { id, connectionId, kind, originalKind, key, title, url, status, dueOn, progress } = goal;
  const finding = teamOfGoal(graph.org, goal);
  return {
    id,
    connectionId,
    connection: graph.sources.get(connectionId)?.name ?? "a removed connection",
    kind,
    originalKind,
    key,
    title,
    url,
    status,
    dueOn,
    progress,
    team: describeTeam(graph.org, finding),
    ...matchRateField(graph.org, finding.teamId),
    counts: { ...counts },
  };
}
