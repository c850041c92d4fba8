import type { AsanaSeed } from "./seed.ts";
import type { AsanaState, Kind } from "./state.ts";

type Reference = readonly [kind: Kind, gid: string | null | undefined];

/** A seed that names what it does not hold would fail far away from its cause: it throws at once. */
export function requireKnownGids(state: AsanaState, seed: AsanaSeed): void {
  const demand = (by: string, references: readonly Reference[]) => {
    for (const [kind, gid] of references) {
      if (gid === null || gid === undefined || state.find(kind, gid)) continue;
      throw new Error(`Asana seed: ${by} names ${kind} ${gid}, which is not in the seed`);
    }
  };
  demand("me", [["user", seed.me]]);
  for (const item of seed.portfolios) demand(`portfolio ${item.gid}`, [["user", item.owner]]);
  for (const item of seed.sections) demand(`section ${item.gid}`, [["project", item.project]]);
  for (const item of seed.projects) {
    const portfolios = item.portfolios ?? [];
    demand(`project ${item.gid}`, [
      ["user", item.owner],
      ["team", item.team],
      ...portfolios.map((gid) => ["portfolio", gid] as const),
    ]);
  }
  for (const item of seed.tasks) demand(`task ${item.gid}`, referencesOfTask(item));
  for (const item of seed.goals) {
    demand(`goal ${item.gid}`, [
      ["user", item.owner],
      ["team", item.team],
      ["time_period", item.time_period],
    ]);
  }
  for (const item of seed.goal_relationships) {
    demand(`goal relationship ${item.gid}`, [
      ["goal", item.supported_goal],
      [state.kindOf(item.supporting_resource) ?? "task", item.supporting_resource],
    ]);
  }
}

function referencesOfTask(task: AsanaSeed["tasks"][number]): readonly Reference[] {
  const dependencies = task.dependencies ?? [];
  const fields = Object.keys(task.custom_fields ?? {});
  return [
    ["user", task.assignee],
    ["task", task.parent],
    ...dependencies.map((gid) => ["task", gid] as const),
    ...fields.map((gid) => ["custom_field", gid] as const),
    ...task.memberships.flatMap(({ project, section }) => [
      ["project", project] as const,
      ["section", section] as const,
    ]),
  ];
}
