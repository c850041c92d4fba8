import type { Instant } from "#shared/model/time.ts";

import type { SampleGoal } from "./company.ts";
import { dayFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";
import { initiatives } from "./engineering-plan.ts";
import { achievedResults, goalStatuses, themes } from "./goal-plan.ts";
import { jiraProjects } from "./org-plan.ts";
import type { Roster } from "./roster.ts";

/** Themes, objectives and key results in Asana; initiatives of engineering in Jira. */
export function buildGoals(
  dice: Dice,
  world: { readonly roster: Roster; readonly asOf: Instant },
): readonly SampleGoal[] {
  const { roster, asOf } = world;
  const year = { startOn: dayFrom(asOf, -140), dueOn: dayFrom(asOf, 225) };
  const half = { startOn: dayFrom(asOf, -80), dueOn: dayFrom(asOf, 100) };
  const status = () => dice.weighted(goalStatuses);
  const headOf = (unitId: string) => roster.headOf(unitId).id;
  const goals: SampleGoal[] = [];
  for (const { id, title, ownerUnitId, objectives } of themes) {
    goals.push({
      ...year,
      id,
      tool: "asana",
      kind: "theme",
      title,
      ownerId: headOf(ownerUnitId),
      status: "on-track",
    });
    for (const objective of objectives) {
      const { teamId, keyResults, status: planned, ...own } = objective;
      const shared = { ...half, tool: "asana" as const, teamId, ownerId: headOf(teamId) };
      goals.push({
        ...shared,
        ...own,
        kind: "objective",
        parentId: id,
        status: planned ?? status(),
      });
      for (const [at, result] of keyResults.entries()) {
        goals.push({
          ...shared,
          id: `${objective.id}.${at + 1}`,
          kind: "key-result",
          title: result,
          parentId: objective.id,
          status: achievedResults.has(result) ? "achieved" : status(),
        });
      }
    }
  }
  for (const [at, { title, teamId, objectiveId }] of initiatives.entries()) {
    goals.push({
      ...half,
      id: `init-${at + 1}`,
      tool: "jira",
      kind: "initiative",
      title,
      ...(objectiveId !== undefined && { parentId: objectiveId }),
      ownerId: headOf(teamId),
      teamId,
      status: status(),
      projectId: jiraProjectOf(teamId),
    });
  }
  return goals;
}

/** The Jira project in which a team works. Throws for a team that does not work in Jira. */
export function jiraProjectOf(teamId: string): string {
  const project = jiraProjects.find((plan) => plan.teamIds.includes(teamId));
  if (!project) throw new RangeError(`team ${teamId} has no Jira project`);
  return project.id;
}
