import * as z from "zod";

import { assignDefined } from "./assign-defined.ts";
import { type Happening, taskRef } from "./happening.ts";
import type { Task } from "./state.ts";
import { noteStory } from "./story-operations.ts";
import { Gid, reportedChanges, setTaskFields, taskFields } from "./task-fields.ts";
import { badRequest } from "./vendor-error.ts";

const Placement = z.strictObject({ project: Gid, section: Gid.nullable().default(null) });

export const CreateTask = z.strictObject({
  kind: z.literal("createTask"),
  ...z.strictObject(taskFields).partial().shape,
  name: taskFields.name,
  parent: Gid.optional(),
  memberships: z.array(Placement).default([]),
  dependencies: z.array(Gid).default([]),
  workspace: Gid.optional(),
});
export const UpdateTask = z.strictObject({
  kind: z.literal("updateTask"),
  gid: Gid,
  ...z.strictObject(taskFields).partial().shape,
});
export const AddDependency = z.strictObject({
  kind: z.literal("addDependency"),
  task: Gid,
  dependsOn: Gid,
});
export const RemoveDependency = AddDependency.extend({ kind: z.literal("removeDependency") });
export const AddToProject = z.strictObject({
  kind: z.literal("addToProject"),
  task: Gid,
  project: Gid,
  section: Gid.nullable().default(null),
});
export const RemoveFromProject = z.strictObject({
  kind: z.literal("removeFromProject"),
  task: Gid,
  project: Gid,
});
export const SetParent = z.strictObject({
  kind: z.literal("setParent"),
  task: Gid,
  parent: Gid.nullable(),
});
export const DeleteTask = z.strictObject({ kind: z.literal("deleteTask"), gid: Gid });
export const UndeleteTask = z.strictObject({ kind: z.literal("undeleteTask"), gid: Gid });

/** Asana's own bounds: five levels, 30 dependencies and dependents together. */
const levelsMax = 5;
const dependenciesMax = 30;

export function createTask(on: Happening, input: z.infer<typeof CreateTask>) {
  const { state, at } = on;
  requireEnds(on, input);
  const task: Task = {
    gid: state.nextGid(),
    name: input.name,
    resource_subtype: "default_task",
    assignee: null,
    completed: false,
    created_at: at,
    modified_at: at,
    touchedAt: at,
    memberships: input.memberships,
    dependencies: input.dependencies,
    workspace: input.workspace ?? workspaceFor(on, input),
  };
  assignDefined(task, input, ["parent"]);
  setTaskFields(state, task, input, at);
  state.putTask(task);
  for (const { project } of task.memberships) {
    on.task(task, "added", { parent: { gid: project, resource_type: "project" } });
  }
  if (task.parent !== undefined) {
    on.task(task, "added", { parent: taskRef(state.get("task", task.parent)) });
  }
  if (task.dependencies.length > 0) {
    on.task(task, "changed", { change: { field: "dependencies", action: "added" } });
  }
  return { gid: task.gid };
}

/** Refuses, before anything changes, what names an unknown object. */
function requireEnds(on: Happening, input: z.infer<typeof CreateTask>): void {
  for (const { project } of input.memberships) on.state.get("project", project);
  for (const gid of input.dependencies) on.state.get("task", gid);
  if (input.parent !== undefined) requireRoomBelow(on, input.parent);
  if (typeof input.assignee === "string") on.state.get("user", input.assignee);
}

function workspaceFor(on: Happening, input: z.infer<typeof CreateTask>): string {
  const [home] = input.memberships;
  if (home) return on.state.get("project", home.project).workspace;
  if (input.parent !== undefined) return on.state.get("task", input.parent).workspace;
  return on.state.firstWorkspace;
}

/** Every field that is named changes; one event for each whose value differs, as Asana sends them. */
export function updateTask(on: Happening, input: z.infer<typeof UpdateTask>) {
  const { gid } = input;
  const task = { ...on.state.get("task", gid) };
  if (typeof input.assignee === "string") on.state.get("user", input.assignee);
  const before = { ...task };
  setTaskFields(on.state, task, input, on.at);
  const changes = reportedChanges(on.state, before, task);
  const isNoted = JSON.stringify(task.external) !== JSON.stringify(before.external);
  if (changes.length === 0 && !isNoted) return { gid };
  task.modified_at = on.at;
  task.touchedAt = on.at;
  on.state.putTask(task);
  for (const change of changes) on.task(task, "changed", { change });
  if (task.completed !== before.completed) {
    noteStory(on, task, { subtype: task.completed ? "marked_complete" : "marked_incomplete" });
  }
  return { gid };
}

export function addDependency(on: Happening, input: z.infer<typeof AddDependency>) {
  const task = on.state.get("task", input.task);
  const blocking = on.state.get("task", input.dependsOn);
  if (task.gid === blocking.gid) throw badRequest("dependencies: A task cannot depend on itself");
  if (task.dependencies.includes(blocking.gid)) return { gid: task.gid };
  for (const end of [task, blocking]) {
    if (end.dependencies.length + on.state.dependents(end.gid).length >= dependenciesMax) {
      throw badRequest(`A task may have at most ${dependenciesMax} dependencies and dependents`);
    }
  }
  return changeDependencies(on, { task, blocking, action: "added" });
}

export function removeDependency(on: Happening, input: z.infer<typeof RemoveDependency>) {
  const task = on.state.get("task", input.task);
  const blocking = on.state.get("task", input.dependsOn);
  if (!task.dependencies.includes(blocking.gid)) return { gid: task.gid };
  return changeDependencies(on, { task, blocking, action: "removed" });
}

function changeDependencies(
  on: Happening,
  { task, blocking, action }: { task: Task; blocking: Task; action: "added" | "removed" },
) {
  const others = task.dependencies.filter((gid) => gid !== blocking.gid);
  const stamp = { modified_at: on.at, touchedAt: on.at };
  const dependencies = action === "added" ? [...others, blocking.gid] : others;
  const changed = { ...task, ...stamp, dependencies };
  const other = { ...blocking, ...stamp };
  on.state.putTask(changed);
  on.state.putTask(other);
  const value = action === "added" ? "added_value" : "removed_value";
  on.task(changed, "changed", {
    change: { field: "dependencies", action, [value]: taskRef(other) },
  });
  on.task(other, "changed", { change: { field: "dependents", action, [value]: taskRef(changed) } });
  noteStory(on, task, { subtype: `dependency_${action}`, dependency: blocking.gid });
  return { gid: task.gid };
}

/** Moves between projects leave `modified_at` alone, as Asana documents; `modified_since` sees them. */
export function addToProject(on: Happening, input: z.infer<typeof AddToProject>) {
  const task = on.state.get("task", input.task);
  on.state.get("project", input.project);
  const section = input.section === null ? undefined : on.state.get("section", input.section);
  if (section && section.project !== input.project) {
    throw badRequest("section: The section is not in the project");
  }
  const isNew = !task.memberships.some(({ project }) => project === input.project);
  const others = task.memberships.filter(({ project }) => project !== input.project);
  const home = { project: input.project, section: input.section };
  const moved = { ...task, memberships: [...others, home], touchedAt: on.at };
  on.state.putTask(moved);
  const parent = section
    ? { gid: section.gid, resource_type: "section" }
    : { gid: input.project, resource_type: "project" };
  if (isNew || section) on.task(moved, "added", { parent });
  return { gid: task.gid };
}

export function removeFromProject(on: Happening, input: z.infer<typeof RemoveFromProject>) {
  const task = on.state.get("task", input.task);
  const memberships = task.memberships.filter(({ project }) => project !== input.project);
  if (memberships.length === task.memberships.length) return { gid: task.gid };
  const moved = { ...task, memberships, touchedAt: on.at };
  on.state.putTask(moved);
  on.task(moved, "removed", { parent: { gid: input.project, resource_type: "project" } });
  return { gid: task.gid };
}

export function setParent(on: Happening, input: z.infer<typeof SetParent>) {
  const task = on.state.get("task", input.task);
  if (input.parent !== null) requireRoomBelow(on, input.parent, task.gid);
  const { parent: formerGid, ...rest } = task;
  const moved: Task = { ...rest, touchedAt: on.at };
  if (input.parent !== null) moved.parent = input.parent;
  on.state.putTask(moved);
  const former = formerGid === undefined ? undefined : on.state.find("task", formerGid);
  if (former) on.task(moved, "removed", { parent: taskRef(former) });
  if (input.parent !== null) {
    on.task(moved, "added", { parent: taskRef(on.state.get("task", input.parent)) });
  }
  return { gid: task.gid };
}

function requireRoomBelow(on: Happening, parent: string, moving?: string): void {
  let level = 1;
  for (let gid: string | undefined = parent; gid !== undefined; level += 1) {
    if (gid === moving) throw badRequest("parent: A task cannot be below itself");
    if (level > levelsMax) throw badRequest(`parent: Subtasks may be ${levelsMax} levels deep`);
    gid = on.state.get("task", gid).parent;
  }
}

/** Deletes a task and what is below it; all can be restored. */
export function deleteTask(on: Happening, { gid }: z.infer<typeof DeleteTask>) {
  const task = on.state.get("task", gid);
  for (const below of on.state.subtasks(gid)) {
    deleteTask(on, { kind: "deleteTask", gid: below.gid });
  }
  on.task(task, "deleted");
  on.state.removeTask(task);
  on.state.trash.set(gid, task);
  return { gid };
}

export function undeleteTask(on: Happening, { gid }: z.infer<typeof UndeleteTask>) {
  const task = on.state.trash.get(gid);
  if (!task) throw badRequest(`task: Not in the trash: ${gid}`);
  const restored = { ...task, modified_at: on.at, touchedAt: on.at };
  on.state.trash.delete(gid);
  on.state.putTask(restored);
  on.task(restored, "undeleted");
  for (const below of on.state.trash.values()) {
    if (below.parent === gid) undeleteTask(on, { kind: "undeleteTask", gid: below.gid });
  }
  return { gid };
}
