import type { AssertedEdge } from "#shared/model/change.ts";
import type { WorkItem, WorkItemKind, WorkStatus } from "#shared/model/facts.ts";
import { shortText, titleOf } from "#shared/model/facts.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { epochMsOf, readInstant } from "#shared/model/time.ts";

import { keptFieldsOf } from "./kept-fields.ts";
import {
  accountId,
  dates,
  homesIn,
  moments,
  type NormalizeContext,
  type Normalized,
  teamName,
  understand,
  urlOf,
  workItemId,
} from "./normalize.ts";
import { type FieldSettings, TaskWire } from "./wire.ts";

/** A task or subtask, with all its homes and what it waits for. */
export function normalizeTask(context: NormalizeContext, record: unknown): Normalized {
  return understand({ kind: "task", context }, TaskWire, record, (task) => {
    const modifiedAt = readInstant(task.modified_at);
    if (!modifiedAt) return "modified_at: not a moment";
    const projects = task.memberships.flatMap(({ project }) => project?.gid ?? []);
    const [home] = projects;
    const section = sectionIn(task, home);
    const kept = keptFieldsOf(context.settings.keptFields, task.custom_fields ?? []);
    const id = workItemId(context, task.gid);
    const item: WorkItem = {
      type: "work-item",
      id,
      connectionId: context.connectionId,
      sourceVersion: epochMsOf(modifiedAt),
      readAt: context.readAt,
      kind: kindOf(task),
      originalKind: shortText(task.resource_subtype) ?? "task",
      title: titleOf(task.name, `Task ${task.gid}`),
      url: urlOf(context, task.permalink_url, `/0/${home ?? "0"}/${task.gid}`),
      ...statusOf(context, task),
      // A subtask's parent is its task; projects that it was added to as well are further homes.
      ...homesIn(context, [...(task.parent ? [task.parent.gid] : []), ...projects]),
      ...(home !== undefined && { container: home }),
      ...(task.assignee && { assigneeId: accountId(context, task.assignee.gid) }),
      ...teamOf(context, task, home),
      ...(section !== undefined && { section }),
      ...(kept && { fields: kept }),
      ...dates(task),
      ...moments(task),
      canHoldGoal: true,
    };
    return { record: item, edges: edgesOf(context, id, task) };
  });
}

/** Of a task with several homes that of the first, which is its container as well. */
function sectionIn(task: TaskWire, home: string | undefined): string | undefined {
  const membership = task.memberships.find(({ project }) => project?.gid === home);
  return home === undefined ? undefined : shortText(membership?.section?.name);
}

function kindOf(task: TaskWire): WorkItemKind {
  if (task.resource_subtype === "milestone") return "milestone";
  return task.parent ? "subtask" : "task";
}

/**
 * Asana knows complete and incomplete; a status field or a section may say more. A rejected approval
 * is complete as well (https://developers.asana.com/reference/tasks, read 2026-11-21).
 */
function statusOf(
  context: NormalizeContext,
  task: TaskWire,
): Pick<WorkItem, "status" | "originalStatus"> {
  const { settings } = context;
  const approval = task.resource_subtype === "approval" ? task.approval_status : undefined;
  if (approval === "rejected") return { status: "dropped", originalStatus: approval };
  if (task.completed) return { status: "done", originalStatus: "completed" };
  const stated = shortText(fieldValue(task, settings.statusField, "display_value"));
  if (stated !== undefined)
    return { status: statusNamed(settings, stated), originalStatus: stated };
  const begun = new Set(settings.inProgressSections.map(comparable));
  for (const { section } of task.memberships) {
    const name = shortText(section?.name);
    if (name !== undefined && begun.has(comparable(name))) {
      return { status: "in-progress", originalStatus: name };
    }
  }
  return { status: "todo", originalStatus: "incomplete" };
}

function statusNamed(settings: NormalizeContext["settings"], stated: string): WorkStatus {
  const isAmong = (names: readonly string[]) => names.map(comparable).includes(comparable(stated));
  if (isAmong(settings.doneStatuses)) return "done";
  if (isAmong(settings.droppedStatuses)) return "dropped";
  return isAmong(settings.inProgressStatuses) ? "in-progress" : "todo";
}

function teamOf(context: NormalizeContext, task: TaskWire, home: string | undefined) {
  const named = fieldValue(task, context.settings.teamField, "display_value");
  return teamName(named ?? context.teamOfProject.get(home ?? ""));
}

function fieldValue(
  task: Pick<TaskWire, "custom_fields">,
  wanted: string | undefined,
  property: "display_value" | "text_value",
): string | undefined {
  if (wanted === undefined) return undefined;
  const name = comparable(wanted);
  const field = task.custom_fields?.find(
    (candidate) => comparable(candidate.name ?? "") === name || candidate.gid === name,
  );
  return shortText(field?.[property], 2000);
}

function comparable(text: string): string {
  return text.trim().toLowerCase();
}

/** The addresses in the fields that the settings map, of one record of any form. */
export function addressesIn(settings: FieldSettings, record: unknown): readonly string[] {
  const task = TaskWire.pick({ custom_fields: true }).safeParse(record);
  if (!task.success) return [];
  return [settings.blockedByField, settings.goalField].flatMap((field) => urlsIn(task.data, field));
}

function edgesOf(context: NormalizeContext, id: WorkItemId, task: TaskWire): AssertedEdge[] {
  const { blockedByField, goalField } = context.settings;
  const native = task.dependencies.map(({ gid }) => workItemId(context, gid));
  const linked = urlsIn(task, blockedByField).flatMap(
    (url) => asWorkItem(context.resolveUrl(url)) ?? [],
  );
  const goals = urlsIn(task, goalField).flatMap((url) => asGoal(context.resolveUrl(url)) ?? []);
  const seen = new Set<WorkItemId>([id]);
  const dependencies: AssertedEdge[] = [];
  for (const [source, blocking] of [
    ...native.map((one) => ["native", one] as const),
    ...linked.map((one) => ["field", one] as const),
  ]) {
    if (seen.has(blocking)) continue;
    seen.add(blocking);
    dependencies.push({ type: "dependency", blockedId: id, blockingId: blocking, source });
  }
  const links = [...new Set(goals)].map((toId): AssertedEdge => ({
    type: "link",
    fromId: id,
    toId,
    source: "field",
    confidence: 1,
  }));
  return [...dependencies, ...links];
}

function urlsIn(
  task: Pick<TaskWire, "custom_fields">,
  field: string | undefined,
): readonly string[] {
  const text = fieldValue(task, field, "text_value");
  return text?.match(/https?:\/\/[^\s,;<>"]+/gu) ?? [];
}

// The type is written in the id, so these guards say what is so.
function asWorkItem(id: WorkItemId | GoalId | undefined): WorkItemId | undefined {
  return id !== undefined && isWorkItemId(id) ? id : undefined;
}

function asGoal(id: WorkItemId | GoalId | undefined): GoalId | undefined {
  return id === undefined || isWorkItemId(id) ? undefined : id;
}

function isWorkItemId(id: WorkItemId | GoalId): id is WorkItemId {
  return readFactId(id)?.type === "work-item";
}
