import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { assignDefined, assignOrClear } from "./assign-defined.ts";
import type { Happening } from "./happening.ts";
import type { Project } from "./state.ts";
import { CustomFieldValues, Gid, mergedValues } from "./task-fields.ts";
import { badRequest } from "./vendor-error.ts";

const projectFields = {
  name: z.string().min(1).max(1024),
  owner: Gid.nullable(),
  team: Gid.nullable(),
  archived: z.boolean(),
  completed: z.boolean(),
  due_on: CalendarDate.nullable(),
  start_on: CalendarDate.nullable(),
  /** All portfolios that hold it. */
  portfolios: z.array(Gid),
  /** Makes it private to them and its owner; null makes it public. */
  members: z.array(Gid).nullable(),
  custom_fields: CustomFieldValues,
};

export const CreateProject = z.strictObject({
  kind: z.literal("createProject"),
  ...z.strictObject(projectFields).partial().shape,
  name: projectFields.name,
  workspace: Gid.optional(),
});
export const UpdateProject = z.strictObject({
  kind: z.literal("updateProject"),
  gid: Gid,
  ...z.strictObject(projectFields).partial().shape,
});
export const DeleteProject = z.strictObject({ kind: z.literal("deleteProject"), gid: Gid });
export const UndeleteProject = z.strictObject({ kind: z.literal("undeleteProject"), gid: Gid });
export const AddStatusUpdate = z.strictObject({
  kind: z.literal("addStatusUpdate"),
  /** Project, portfolio or goal. */
  parent: Gid,
  status_type: z.string(),
  title: z.string().default("Status update"),
  text: z.string().default(""),
});
export const UpdateUser = z.strictObject({
  kind: z.literal("updateUser"),
  gid: Gid,
  name: z.string().min(1).optional(),
  email: z.email().nullable().optional(),
  is_active: z.boolean().optional(),
});
/**
 * What may be seen, as if somebody had changed an object's privacy. All that hangs on a workspace,
 * project or task vanishes and returns with it.
 */
export const SetHidden = z.strictObject({
  kind: z.literal("setHidden"),
  gid: Gid,
  hidden: z.boolean(),
  /** From whose tokens; from everybody's when left out. */
  user: Gid.optional(),
  /** Answered with 403, or with 404 as if it did not exist: Asana does either. */
  as: z.enum(["forbidden", "absent"]).default("forbidden"),
});
/** What the plan of a workspace, or of all, includes; the rest answers 402. */
export const SetFeatures = z.strictObject({
  kind: z.literal("setFeatures"),
  workspace: Gid.optional(),
  goals: z.boolean().optional(),
  portfolios: z.boolean().optional(),
  search: z.boolean().optional(),
  custom_fields: z.boolean().optional(),
});

const goalStatusOf: Readonly<Record<string, string>> = {
  on_track: "green",
  at_risk: "yellow",
  off_track: "red",
  achieved: "achieved",
  partial: "partial",
  missed: "missed",
  dropped: "dropped",
};

export function createProject(on: Happening, input: z.infer<typeof CreateProject>) {
  const project: Project = {
    gid: on.state.nextGid(),
    name: input.name,
    owner: input.owner ?? null,
    team: input.team ?? null,
    portfolios: input.portfolios ?? [],
    created_at: on.at,
    modified_at: on.at,
    workspace: input.workspace ?? on.state.firstWorkspace,
  };
  on.state.put("project", project);
  on.project(project, "added");
  return updateProject(on, { ...input, kind: "updateProject", gid: project.gid });
}

export function updateProject(on: Happening, input: z.infer<typeof UpdateProject>) {
  const before = on.state.get("project", input.gid);
  const project = { ...before };
  assignDefined(project, input, ["name", "owner", "team", "archived", "completed", "portfolios"]);
  assignOrClear(project, input, ["start_on", "due_on"]);
  if (input.members === null) delete project.members;
  else if (input.members !== undefined) project.members = input.members;
  if (input.custom_fields !== undefined) {
    const change = { item: project, holders: project.portfolios, patch: input.custom_fields };
    project.custom_fields = mergedValues(on.state, change);
  }
  if (input.completed === true) project.completed_at ??= on.at;
  if (input.completed === false) delete project.completed_at;
  const changed = (Object.keys(project) as (keyof Project)[]).filter(
    (field) => JSON.stringify(project[field]) !== JSON.stringify(before[field]),
  );
  // https://developers.asana.com/reference/projects (2026-11-21): associations do not move `modified_at`.
  if (changed.some((field) => field !== "portfolios" && field !== "members"))
    project.modified_at = on.at;
  on.state.put("project", project);
  for (const field of changed) on.project(project, "changed", { field, action: "changed" });
  return { gid: project.gid };
}

/** Its tasks stay, without this home, until it is brought back. */
export function deleteProject(on: Happening, { gid }: z.infer<typeof DeleteProject>) {
  const project = on.state.get("project", gid);
  on.project(project, "deleted");
  const homes = on.state.tasksIn(gid).map((task) => {
    const memberships = task.memberships.filter((home) => home.project !== gid);
    on.state.putTask({ ...task, memberships, touchedAt: on.at });
    const home = task.memberships.find((one) => one.project === gid);
    return { task: task.gid, section: home?.section ?? null };
  });
  on.state.projectTrash.set(gid, { project, homes });
  on.state.remove("project", gid);
  return { gid };
}

export function undeleteProject(on: Happening, { gid }: z.infer<typeof UndeleteProject>) {
  const deleted = on.state.projectTrash.get(gid);
  if (!deleted) throw badRequest(`project: Not in the trash: ${gid}`);
  on.state.projectTrash.delete(gid);
  on.state.put("project", { ...deleted.project, modified_at: on.at });
  for (const { task: taskGid, section } of deleted.homes) {
    const task = on.state.find("task", taskGid);
    if (!task) continue;
    const memberships = [...task.memberships, { project: gid, section }];
    on.state.putTask({ ...task, memberships, touchedAt: on.at });
  }
  on.project(deleted.project, "undeleted");
  return { gid };
}

export function addStatusUpdate(on: Happening, input: z.infer<typeof AddStatusUpdate>) {
  const gid = on.state.nextGid();
  on.state.put("status_update", {
    gid,
    parent: input.parent,
    status_type: input.status_type,
    title: input.title,
    text: input.text,
    author: on.by,
    created_at: on.at,
  });
  const change = { field: "current_status_update", action: "changed" } as const;
  const project = on.state.find("project", input.parent);
  if (project) on.project(project, "changed", change);
  const goal = on.state.find("goal", input.parent);
  if (goal) {
    // The last status update is what a goal's status says.
    const changed = { ...goal, status: goalStatusOf[input.status_type] ?? goal.status };
    on.state.put("goal", changed);
    on.goal(changed, "changed", change);
  }
  return { gid };
}

export function updateUser(on: Happening, input: z.infer<typeof UpdateUser>) {
  const user = { ...on.state.get("user", input.gid) };
  if (input.name !== undefined) user.name = input.name;
  if (input.email === null) delete user.email;
  else if (input.email !== undefined) user.email = input.email;
  if (input.is_active !== undefined) user.is_active = input.is_active;
  on.state.put("user", user);
  return { gid: user.gid };
}

export function setHidden(on: Happening, input: z.infer<typeof SetHidden>) {
  const { gid, user, hidden } = input;
  const whom = user === undefined ? {} : { user };
  if (hidden) on.state.visibility.hide(gid, { ...whom, as: input.as });
  else on.state.visibility.show(gid, user);
  return { gid };
}

export function setFeatures(on: Happening, input: z.infer<typeof SetFeatures>) {
  const { kind: _, workspace, ...features } = input;
  const named = Object.entries(features).filter((entry) => entry[1] !== undefined);
  for (const { gid } of on.state.all("workspace")) {
    if (workspace === undefined || workspace === gid) {
      on.state.setFeatures(gid, Object.fromEntries(named));
    }
  }
  return { gid: workspace ?? on.state.firstWorkspace };
}
