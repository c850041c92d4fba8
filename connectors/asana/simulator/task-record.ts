import { type AsanaRecord, Ref, type Value } from "./field-selection.ts";
import { customFieldValues } from "./field-values.ts";
import { optional, record } from "./record.ts";
import type { AsanaState, Task } from "./state.ts";
import { currentViewer } from "./viewer.ts";

export function taskRecord(state: AsanaState, item: Task, url: string): AsanaRecord {
  // Homes that whoever asks may not see are left out, not shown empty.
  const homes = item.memberships.filter(({ project }) => state.seen("project", project));
  return record(
    "task",
    item,
    {
      resource_subtype: item.resource_subtype,
      ...(item.resource_subtype === "approval"
        ? { approval_status: item.approval_status ?? (item.completed ? "approved" : "pending") }
        : {}),
      assignee: optional("user", item.assignee),
      completed: item.completed,
      completed_at: item.completed_at ?? null,
      created_at: item.created_at,
      modified_at: item.modified_at,
      start_on: item.start_on ?? null,
      due_on: item.due_on ?? null,
      due_at: null,
      notes: item.notes ?? "",
      parent: optional("task", item.parent),
      memberships: homes.map(({ project, section }) => ({
        project: new Ref("project", project),
        section: optional("section", section),
      })),
      projects: homes.map(({ project }) => new Ref("project", project)),
      workspace: new Ref("workspace", item.workspace),
      custom_fields: customFieldValues(
        state,
        item,
        item.memberships.map(({ project }) => project),
      ),
      dependencies: item.dependencies
        .filter((gid) => state.seen("task", gid))
        .map((gid) => new Ref("task", gid)),
      dependents: state.dependents(item.gid).map(({ gid }) => new Ref("task", gid)),
      num_subtasks: state.subtasks(item.gid).length,
      ...external(item),
      permalink_url: url,
    },
    {
      compact: ["name", "resource_subtype"],
      optIn: ["dependencies", "dependents", "num_subtasks", "external"],
    },
  );
}

/** Only the OAuth app that wrote it sees it (custom external data guide, read 2026-11-21). */
function external(item: Task): Record<string, Value> {
  const app = currentViewer()?.app;
  const data = app === undefined ? undefined : item.external?.[app];
  return data ? { external: { gid: data.gid, data: data.data } } : {};
}
