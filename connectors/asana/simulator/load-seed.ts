import { BulkTasks } from "./bulk-tasks.ts";
import { addFieldSetting } from "./field-settings.ts";
import { requireKnownGids } from "./seed-references.ts";
import type { AsanaSeed, CustomFieldValue } from "./seed.ts";
import type { AsanaState } from "./state.ts";

/** Fills an empty state; answers the tasks that are computed, if the seed wants any. */
export function loadSeed(state: AsanaState, seed: AsanaSeed): BulkTasks | undefined {
  const [first] = seed.workspaces;
  if (!first) throw new Error("An Asana seed needs at least one workspace");
  const workspace = first.gid;
  loadStructure(state, seed, workspace);
  for (const item of seed.tasks) {
    state.putTask({
      workspace,
      resource_subtype: "default_task",
      dependencies: [],
      touchedAt: item.modified_at,
      ...item,
    });
  }
  loadGoals(state, seed, workspace);
  loadMemberships(state, seed);
  loadFieldSettings(state, seed);
  requireKnownGids(state, seed);
  return loadBulk(state, seed, workspace);
}

function loadStructure(state: AsanaState, seed: AsanaSeed, workspace: string): void {
  for (const item of seed.workspaces) {
    state.put("workspace", { ...item });
    state.setFeatures(item.gid, { ...seed.features, ...item.features });
  }
  for (const item of seed.users) state.put("user", { is_active: true, ...item });
  for (const item of seed.teams) state.put("team", { workspace, ...item });
  for (const item of seed.portfolios) {
    state.put("portfolio", { workspace, portfolios: [], ...item });
  }
  for (const item of seed.projects) state.put("project", { workspace, portfolios: [], ...item });
  for (const item of seed.sections) state.put("section", { ...item });
  for (const item of seed.custom_fields) state.put("custom_field", { workspace, ...item });
}

function loadGoals(state: AsanaState, seed: AsanaSeed, workspace: string): void {
  for (const item of seed.time_periods) state.put("time_period", { workspace, ...item });
  for (const item of seed.goals) state.put("goal", { workspace, ...item });
  for (const item of seed.goal_relationships) state.put("goal_relationship", { ...item });
  for (const item of seed.status_updates) state.put("status_update", item);
}

function loadMemberships(state: AsanaState, seed: AsanaSeed): void {
  for (const user of seed.users) {
    for (const gid of user.workspaces ?? seed.workspaces.map((item) => item.gid)) {
      const member = { gid: state.nextGid(), user: user.gid, workspace: gid };
      state.put("workspace_membership", member);
    }
  }
}

/** A task can have a value only through its project, so a value in the seed puts the field there. */
function loadFieldSettings(state: AsanaState, seed: AsanaSeed): void {
  const wanted = new Map<string, Set<string>>();
  const want = (parent: string, fields: Iterable<string>) => {
    wanted.set(parent, new Set([...(wanted.get(parent) ?? []), ...fields]));
  };
  for (const item of [...seed.portfolios, ...seed.projects, ...seed.goals]) {
    want(item.gid, item.custom_field_settings ?? []);
  }
  for (const goal of seed.goals) want(goal.gid, valuesOf(goal));
  for (const task of seed.tasks) {
    if (!task.custom_fields) continue;
    for (const { project } of task.memberships) want(project, valuesOf(task));
  }
  for (const item of [...seed.portfolios, ...seed.projects]) {
    for (const portfolio of item.portfolios ?? []) want(portfolio, valuesOf(item));
  }
  for (const [parent, fields] of wanted) {
    for (const custom_field of fields) {
      const setting = { gid: state.nextGid(), custom_field, parent, is_important: false };
      addFieldSetting(state, setting);
    }
  }
}

function valuesOf(item: {
  readonly custom_fields?: Readonly<Record<string, CustomFieldValue>>;
}): string[] {
  return Object.keys(item.custom_fields ?? {});
}

function loadBulk(state: AsanaState, seed: AsanaSeed, workspace: string): BulkTasks | undefined {
  if (!seed.bulk) return undefined;
  const users = seed.users.filter((user) => user.is_active !== false).map(({ gid }) => gid);
  const bulk = new BulkTasks(seed.bulk, { users, workspace });
  for (const { project, section } of bulk.projects()) {
    state.put("project", project);
    state.put("section", section);
  }
  return bulk;
}
