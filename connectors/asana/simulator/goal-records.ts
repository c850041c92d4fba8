import { type AsanaRecord, type Fields, Ref, type Value } from "./field-selection.ts";
import { customFieldValues } from "./field-values.ts";
import { optional, record } from "./record.ts";
import type { AsanaState, StateOf } from "./state.ts";

export function goalRecord(state: AsanaState, item: StateOf["goal"]): AsanaRecord {
  return record(
    "goal",
    item,
    {
      owner: optional("user", item.owner),
      team: optional("team", item.team),
      workspace: new Ref("workspace", item.workspace),
      is_workspace_level: item.is_workspace_level,
      time_period: optional("time_period", item.time_period),
      start_on: item.start_on ?? null,
      due_on: item.due_on ?? null,
      status: item.status,
      notes: item.notes ?? "",
      liked: false,
      num_likes: 0,
      followers: [],
      custom_fields: customFieldValues(state, item, [item.gid]),
      custom_field_settings: settingsOf(state, item.gid),
      current_status_update: latestStatus(state, item.gid),
      metric: item.metric ? goalMetric(item.gid, item.metric) : null,
    },
    { compact: ["name", "owner"], optIn: ["custom_field_settings"] },
  );
}

/** A goal's metric as `GoalMetricBase` has it. */
function goalMetric(goal: string, values: NonNullable<StateOf["goal"]["metric"]>): Fields {
  return {
    gid: `${goal}9`,
    resource_type: "goal_metric",
    resource_subtype: "number",
    unit: values.unit,
    precision: values.precision,
    currency_code: values.unit === "currency" ? "EUR" : null,
    initial_number_value: values.initial_number_value,
    current_number_value: values.current_number_value,
    target_number_value: values.target_number_value,
    current_display_value: String(values.current_number_value),
    progress_source: values.progress_source,
    is_custom_weight: false,
  };
}

export function relationshipRecord(
  state: AsanaState,
  item: StateOf["goal_relationship"],
): AsanaRecord {
  const kind = state.kindOf(item.supporting_resource) ?? "task";
  return record(
    "goal_relationship",
    { gid: item.gid },
    {
      resource_subtype: kind === "goal" ? "subgoal" : "supporting_work",
      supporting_resource: new Ref(kind, item.supporting_resource),
      supported_goal: new Ref("goal", item.supported_goal),
      contribution_weight: item.contribution_weight,
    },
    { compact: ["resource_subtype", "supporting_resource", "contribution_weight"] },
  );
}

export function timePeriodRecord(item: StateOf["time_period"]): AsanaRecord {
  return record(
    "time_period",
    { gid: item.gid },
    {
      start_on: item.start_on,
      end_on: item.end_on,
      period: item.period,
      display_name: item.display_name,
      parent: optional("time_period", item.parent),
    },
    { compact: ["start_on", "end_on", "period", "display_name"] },
  );
}

export function statusUpdateRecord(state: AsanaState, item: StateOf["status_update"]): AsanaRecord {
  const kind = state.kindOf(item.parent) ?? "project";
  return record(
    "status_update",
    { gid: item.gid },
    {
      resource_subtype: `${kind}_status_update`,
      title: item.title,
      text: item.text,
      status_type: item.status_type,
      author: new Ref("user", item.author),
      created_at: item.created_at,
      created_by: new Ref("user", item.author),
      modified_at: item.created_at,
      parent: new Ref(kind, item.parent),
    },
    { compact: ["title", "resource_subtype"] },
  );
}

/** The last status update of a project, portfolio or goal. */
export function latestStatus(state: AsanaState, parent: string): Value {
  const updates = state.all("status_update").filter((update) => update.parent === parent);
  const latest = updates.toSorted((a, b) => a.created_at.localeCompare(b.created_at)).at(-1);
  return optional("status_update", latest?.gid);
}

export function settingsOf(state: AsanaState, parent: string): Ref[] {
  return state
    .all("custom_field_setting")
    .filter((setting) => setting.parent === parent)
    .map(({ gid }) => new Ref("custom_field_setting", gid));
}
