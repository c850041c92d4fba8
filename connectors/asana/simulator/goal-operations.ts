import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { assignDefined, assignOrClear } from "./assign-defined.ts";
import type { Happening } from "./happening.ts";
import type { Goal, Kind } from "./state.ts";
import { CustomFieldValues, Gid, mergedValues } from "./task-fields.ts";
import { badRequest } from "./vendor-error.ts";

const goalFields = {
  name: z.string().min(1).max(1024),
  owner: Gid.nullable(),
  team: Gid.nullable(),
  time_period: Gid.nullable(),
  start_on: CalendarDate.nullable(),
  due_on: CalendarDate.nullable(),
  status: z.enum(["green", "yellow", "red", "missed", "achieved", "partial", "dropped"]).nullable(),
  notes: z.string(),
};

export const CreateGoal = z.strictObject({
  kind: z.literal("createGoal"),
  ...z.strictObject(goalFields).partial().shape,
  name: goalFields.name,
  is_workspace_level: z.boolean().default(false),
  workspace: Gid.optional(),
  /** The goal that the new one supports. */
  parent: Gid.optional(),
});
export const UpdateGoal = z.strictObject({
  kind: z.literal("updateGoal"),
  gid: Gid,
  ...z.strictObject(goalFields).partial().shape,
  /** New current value of the metric. */
  current_number_value: z.number().optional(),
  custom_fields: CustomFieldValues.optional(),
});
/** Gives a goal a metric, or another one instead. */
export const SetGoalMetric = z.strictObject({
  kind: z.literal("setGoalMetric"),
  gid: Gid,
  unit: z.enum(["none", "currency", "percentage"]).default("none"),
  precision: z.int().min(0).max(6).default(0),
  initial_number_value: z.number().default(0),
  current_number_value: z.number().default(0),
  target_number_value: z.number(),
  progress_source: z.string().default("manual"),
});
export const DeleteGoal = z.strictObject({ kind: z.literal("deleteGoal"), gid: Gid });
export const AddSupport = z.strictObject({
  kind: z.literal("addSupport"),
  goal: Gid,
  /** A goal, project, task or portfolio. */
  resource: Gid,
  contribution_weight: z.number().min(0).max(1).default(0),
});
export const RemoveSupport = z.strictObject({
  kind: z.literal("removeSupport"),
  goal: Gid,
  resource: Gid,
});

const supportingKinds: ReadonlySet<Kind | undefined> = new Set([
  "goal",
  "project",
  "task",
  "portfolio",
]);

export function createGoal(on: Happening, input: z.infer<typeof CreateGoal>) {
  const goal: Goal = {
    gid: on.state.nextGid(),
    name: input.name,
    owner: input.owner ?? null,
    team: input.team ?? null,
    is_workspace_level: input.is_workspace_level,
    time_period: input.time_period ?? null,
    status: input.status ?? null,
    metric: null,
    workspace: input.workspace ?? on.state.firstWorkspace,
  };
  assignOrClear(goal, input, ["start_on", "due_on"]);
  on.state.put("goal", goal);
  on.goal(goal, "added");
  if (input.parent !== undefined) {
    addSupport(on, {
      kind: "addSupport",
      goal: input.parent,
      resource: goal.gid,
      contribution_weight: 0,
    });
  }
  return { gid: goal.gid };
}

export function updateGoal(on: Happening, input: z.infer<typeof UpdateGoal>) {
  const before = on.state.get("goal", input.gid);
  const goal = { ...before };
  assignDefined(goal, input, ["name", "owner", "team", "time_period", "notes"]);
  assignOrClear(goal, input, ["start_on", "due_on"]);
  if (input.status !== undefined || input.current_number_value !== undefined) {
    // https://developers.asana.com/reference/updategoal (2026-11-21): both need a metric.
    if (!goal.metric) throw badRequest("status: A goal needs a metric before it can have a status");
    if (input.status !== undefined) goal.status = input.status;
    if (input.current_number_value !== undefined) {
      goal.metric = { ...goal.metric, current_number_value: input.current_number_value };
    }
  }
  if (input.custom_fields !== undefined) {
    const change = { item: goal, holders: [goal.gid], patch: input.custom_fields };
    goal.custom_fields = mergedValues(on.state, change);
  }
  on.state.put("goal", goal);
  for (const field of Object.keys(goal) as (keyof Goal)[]) {
    if (JSON.stringify(goal[field]) !== JSON.stringify(before[field])) {
      on.goal(goal, "changed", { field, action: "changed" });
    }
  }
  return { gid: goal.gid };
}

export function setGoalMetric(on: Happening, input: z.infer<typeof SetGoalMetric>) {
  const { kind: _, gid, ...metric } = input;
  const goal = on.state.get("goal", gid);
  const changed = { ...goal, metric };
  on.state.put("goal", changed);
  on.goal(changed, "changed", { field: "metric", action: "changed" });
  return { gid };
}

export function deleteGoal(on: Happening, { gid }: z.infer<typeof DeleteGoal>) {
  const goal = on.state.get("goal", gid);
  on.goal(goal, "deleted");
  on.state.remove("goal", gid);
  for (const relation of on.state.all("goal_relationship")) {
    if (relation.supported_goal === gid || relation.supporting_resource === gid) {
      on.state.remove("goal_relationship", relation.gid);
    }
  }
  return { gid };
}

/** Supporting twice keeps the one relationship and sets its weight. */
export function addSupport(on: Happening, input: z.infer<typeof AddSupport>) {
  const goal = on.state.get("goal", input.goal);
  const kind = on.state.kindOf(input.resource);
  if (!kind || !supportingKinds.has(kind)) {
    throw badRequest(`supporting_resource: Not a recognized ID: ${input.resource}`);
  }
  on.state.get(kind, input.resource);
  if (kind === "goal" && isBelow(on, { goal: input.goal, above: input.resource })) {
    throw badRequest("supporting_resource: A goal cannot support itself");
  }
  const known = relationship(on, input);
  const gid = known?.gid ?? on.state.nextGid();
  on.state.put("goal_relationship", {
    gid,
    supported_goal: input.goal,
    supporting_resource: input.resource,
    contribution_weight: input.contribution_weight,
  });
  on.goal(goal, "changed", { field: "supporting_relationships", action: "added" });
  return { gid };
}

export function removeSupport(on: Happening, input: z.infer<typeof RemoveSupport>) {
  const goal = on.state.get("goal", input.goal);
  const known = relationship(on, input);
  if (!known) throw badRequest("supporting_resource: Does not support this goal");
  on.state.remove("goal_relationship", known.gid);
  on.goal(goal, "changed", { field: "supporting_relationships", action: "removed" });
  return { gid: known.gid };
}

function relationship(on: Happening, { goal, resource }: { goal: string; resource: string }) {
  return on.state
    .all("goal_relationship")
    .find((known) => known.supported_goal === goal && known.supporting_resource === resource);
}

/** Whether `goal` is `above` itself or somewhere below it. */
function isBelow(on: Happening, { goal, above }: { goal: string; above: string }): boolean {
  const relations = on.state.all("goal_relationship");
  const seen = new Set<string>();
  const open = [goal];
  for (let gid = open.pop(); gid !== undefined; gid = open.pop()) {
    if (gid === above) return true;
    if (seen.has(gid)) continue;
    seen.add(gid);
    for (const relation of relations) {
      if (relation.supporting_resource === gid) open.push(relation.supported_goal);
    }
  }
  return false;
}
