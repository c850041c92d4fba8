import type { Fields, Value } from "./field-selection.ts";
import type { AsanaState, StateOf, Task } from "./state.ts";

/** The values of a task's custom fields, in the form of their type. */
export function customFieldValues(state: AsanaState, task: Task): Fields[] {
  return Object.entries(task.custom_fields ?? {}).flatMap(([gid, value]) => {
    const field = state.find("custom_field", gid);
    if (!field) return [];
    const option = field.enum_options?.find((choice) => choice.gid === value);
    const shown: Record<string, Value> = {
      gid,
      resource_type: "custom_field",
      name: field.name,
      type: field.type,
      resource_subtype: field.type,
      enabled: true,
      display_value: option?.name ?? String(value),
    };
    if (field.type === "text") shown["text_value"] = String(value);
    if (field.type === "number") shown["number_value"] = Number(value);
    if (field.type === "enum") {
      shown["enum_value"] = option
        ? { ...option, resource_type: "enum_option", enabled: true, color: "blue" }
        : null;
    }
    return [shown];
  });
}

/** A goal's metric as `GoalMetricBase` has it. */
export function goalMetric(goal: string, values: NonNullable<StateOf["goal"]["metric"]>): Fields {
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
