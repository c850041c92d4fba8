import { teamsOfGoals } from "#shared/graph/goal-tree.ts";
import type { Touch } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { GoalId, SubjectId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { GraphLoader } from "#shared/store/graph-loader.ts";

interface Context {
  readonly loader: GraphLoader;
  /** More than so many neighbours of one thing are not looked at one by one. */
  readonly most: number;
}

/** Goals, and teams that own some, which a touch names; undefined where it names none of these. */
export async function goalsTouched(
  context: Context,
  touch: Touch,
): Promise<readonly SubjectId[] | "many" | undefined> {
  const { loader } = context;
  const { graph } = loader;
  switch (touch.kind) {
    case "goals-of":
      await loader.loadNodes([touch.itemId]);
      return graph.linksFrom(touch.itemId).map(({ toId }) => toId);
    case "goals-above": {
      await loader.loadNodes([touch.goalId]);
      const parentId = graph.goal(touch.goalId)?.parentId;
      const linked = graph.linksFrom(touch.goalId).map(({ toId }) => toId);
      return parentId === undefined ? linked : [parentId, ...linked];
    }
    case "goals-below":
      return goalsBelow(context, touch.goalId);
    case "teams-below":
      return teamsBelow(context, touch.goalId);
    case "team-of-goal":
      return [...teamsOfGoals(graph.org, [touch])];
    case "goal-teams":
      await loader.loadGoals();
      return [...teamsOfGoals(graph.org, [...graph.goals()].filter(isOpen))];
    default:
      return undefined;
  }
}

async function teamsBelow(
  { loader, most }: Context,
  goalId: GoalId,
): Promise<readonly SubjectId[] | "many"> {
  const ids = await loader.goalsUnder(goalId, most);
  if (ids.length > most) return "many";
  await loader.loadNodes(ids);
  return [
    ...teamsOfGoals(
      loader.graph.org,
      ids.flatMap((id) => loader.graph.goal(id) ?? []),
    ),
  ];
}

async function goalsBelow(
  { loader, most }: Context,
  goalId: GoalId,
): Promise<readonly GoalId[] | "many"> {
  const [under, linkers] = await Promise.all([
    loader.goalsUnder(goalId, most),
    loader.linkedTo(goalId, most),
  ]);
  const from = linkers.filter((id) => isIdOf("goal", id));
  return under.length + linkers.length > most ? "many" : [...under, ...from];
}
