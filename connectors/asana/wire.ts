import * as z from "zod";

import type { AsanaSettings } from "./settings.ts";

/*
 * What we read of Asana's answers, and no more; unknown fields pass. Asana answers only what
 * `opt_fields` names (https://developers.asana.com/docs/inputoutput-options, read 2026-11-21), so
 * each schema stands beside the fields that must be asked for. What was asked for and is missing is
 * drift: absence of a list is not an empty list.
 */

/** The settings that name custom fields. */
export type FieldSettings = Pick<
  AsanaSettings,
  "teamField" | "statusField" | "goalField" | "blockedByField" | "keptFields"
>;

export const GidRef = z.looseObject({ gid: z.string() });
const NamedRef = z.looseObject({ gid: z.string(), name: z.string().nullish() });

/** One entry of a task's past. Who made it and what was said are not asked for. */
export const StoryWire = z.looseObject({
  created_at: z.string(),
  resource_subtype: z.string().nullish(),
  /** Of the subtypes about dependencies: the task that it waits for. */
  dependency: GidRef.nullish(),
});
export type StoryWire = z.infer<typeof StoryWire>;
export const storyFields = "created_at,resource_subtype,dependency";

export const WorkspaceWire = z.looseObject({ gid: z.string(), name: z.string() });
export type WorkspaceWire = z.infer<typeof WorkspaceWire>;
export const workspaceFields = "name";

export const UserWire = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
});
export type UserWire = z.infer<typeof UserWire>;
export const userFields = "name,email";

export const MemberWire = z.looseObject({
  user: GidRef,
  is_active: z.boolean().nullish(),
  is_guest: z.boolean().nullish(),
});
export type MemberWire = z.infer<typeof MemberWire>;
export const memberFields = "user,is_active,is_guest";

export const ProjectWire = z.looseObject({
  gid: z.string(),
  name: z.string(),
  owner: GidRef.nullish(),
  team: NamedRef.nullish(),
  archived: z.boolean().nullish(),
  completed: z.boolean().nullish(),
  completed_at: z.string().nullish(),
  created_at: z.string().nullish(),
  modified_at: z.string(),
  start_on: z.string().nullish(),
  due_on: z.string().nullish(),
  permalink_url: z.string(),
});
export type ProjectWire = z.infer<typeof ProjectWire>;
export const projectFields =
  "name,owner,team,team.name,archived,completed,completed_at,created_at,modified_at,start_on,due_on,permalink_url";

/** What reading tasks needs to know of a project. */
export const ProjectOutline = z.looseObject({
  gid: z.string(),
  team: NamedRef.nullish(),
  archived: z.boolean().nullish(),
});
export type ProjectOutline = z.infer<typeof ProjectOutline>;
export const projectOutlineFields = "team,team.name,archived";

const SketchedField = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  type: z.string().nullish(),
  enum_options: z.array(z.looseObject({ name: z.string().nullish() })).nullish(),
});
export type SketchedField = z.infer<typeof SketchedField>;

/** What choosing needs to know of a project: the custom fields that its tasks may have. */
export const ProjectSketch = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  archived: z.boolean().nullish(),
  modified_at: z.string().nullish(),
  custom_field_settings: z
    .array(z.looseObject({ custom_field: SketchedField.nullish() }))
    .nullish(),
});
export type ProjectSketch = z.infer<typeof ProjectSketch>;
export const projectSketchFields =
  "name,archived,modified_at,custom_field_settings.custom_field.name," +
  "custom_field_settings.custom_field.type,custom_field_settings.custom_field.enum_options.name";

export const PortfolioWire = z.looseObject({
  gid: z.string(),
  name: z.string(),
  owner: GidRef.nullish(),
  archived: z.boolean().nullish(),
  created_at: z.string().nullish(),
  start_on: z.string().nullish(),
  due_on: z.string().nullish(),
  permalink_url: z.string(),
});
export type PortfolioWire = z.infer<typeof PortfolioWire>;
export const portfolioFields = "name,owner,archived,created_at,start_on,due_on,permalink_url";

export const PortfolioItemRef = z.looseObject({ gid: z.string(), resource_type: z.string() });
export type PortfolioItemRef = z.infer<typeof PortfolioItemRef>;

/** A custom field as such, without a value. */
export const ListedField = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  resource_subtype: z.string().nullish(),
});
export type ListedField = z.infer<typeof ListedField>;
export const listedFieldFields = "name,resource_subtype";

const Option = z.looseObject({ name: z.string().nullish() });
const CustomFieldWire = z.looseObject({
  gid: z.string().nullish(),
  name: z.string().nullish(),
  resource_subtype: z.string().nullish(),
  display_value: z.string().nullish(),
  text_value: z.string().nullish(),
  number_value: z.number().nullish(),
  enum_value: Option.nullish(),
  multi_enum_values: z.array(Option).nullish(),
  date_value: z.looseObject({ date: z.string().nullish() }).nullish(),
});
export type CustomFieldWire = z.infer<typeof CustomFieldWire>;

export const TaskWire = z.looseObject({
  gid: z.string(),
  name: z.string(),
  resource_subtype: z.string().nullish(),
  approval_status: z.string().nullish(),
  assignee: GidRef.nullish(),
  completed: z.boolean(),
  completed_at: z.string().nullish(),
  created_at: z.string().nullish(),
  modified_at: z.string(),
  start_on: z.string().nullish(),
  due_on: z.string().nullish(),
  parent: GidRef.nullable(),
  memberships: z.array(z.looseObject({ project: NamedRef.nullish(), section: NamedRef.nullish() })),
  dependencies: z.array(GidRef),
  num_subtasks: z.number(),
  custom_fields: z.array(CustomFieldWire).nullish(),
  permalink_url: z.string(),
});
export type TaskWire = z.infer<typeof TaskWire>;
const taskFields =
  "name,resource_subtype,approval_status,assignee,completed,completed_at,created_at,modified_at,start_on,due_on," +
  "parent,memberships.project,memberships.project.name,memberships.section,memberships.section.name," +
  "dependencies,num_subtasks,permalink_url";

/** What tells the value of a field by its kind, whatever the kind. Of people nothing is asked for. */
const keptValueFields = [
  "custom_fields.resource_subtype",
  "custom_fields.number_value",
  "custom_fields.enum_value.name",
  "custom_fields.multi_enum_values.name",
  "custom_fields.date_value.date",
];

/** Asana cannot be asked for single custom fields: where the settings map none, none are asked for. */
export function taskFieldsFor(settings: FieldSettings): string {
  const { teamField, statusField, goalField, blockedByField, keptFields } = settings;
  const isShown = teamField !== undefined || statusField !== undefined;
  const isKept = keptFields.length > 0;
  const isRead = isKept || goalField !== undefined || blockedByField !== undefined;
  return [
    taskFields,
    ...(isShown || isRead ? ["custom_fields.name"] : []),
    ...(isShown ? ["custom_fields.display_value"] : []),
    ...(isRead ? ["custom_fields.text_value"] : []),
    ...(isKept ? keptValueFields : []),
  ].join(",");
}

/** What a look into a project needs of its tasks. */
export const TaskSample = TaskWire.pick({ custom_fields: true });
export const taskFieldsSampled = "custom_fields.name,custom_fields.text_value";

export const SectionWire = z.looseObject({ name: z.string().nullish() });

/** Tasks that wait for one. */
export const TaskDependents = z.looseObject({
  gid: z.string(),
  dependents: z.array(GidRef).nullish(),
});

/** What finding sub-tasks and homeless tasks needs. */
export const TaskOutline = z.looseObject({
  gid: z.string(),
  num_subtasks: z.number(),
  memberships: z.array(z.unknown()),
  modified_at: z.string().nullish(),
  parent: GidRef.nullish(),
  dependencies: z.array(GidRef).nullish(),
});
export type TaskOutline = z.infer<typeof TaskOutline>;
export const taskOutlineFields = "num_subtasks,memberships.project,modified_at,parent,dependencies";

export const GoalWire = z.looseObject({
  gid: z.string(),
  name: z.string(),
  owner: GidRef.nullish(),
  team: NamedRef.nullish(),
  is_workspace_level: z.boolean().nullish(),
  status: z.string().nullish(),
  start_on: z.string().nullish(),
  due_on: z.string().nullish(),
  time_period: z
    .looseObject({ start_on: z.string().nullish(), end_on: z.string().nullish() })
    .nullish(),
  metric: z
    .looseObject({
      progress_source: z.string().nullish(),
      initial_number_value: z.number().nullish(),
      current_number_value: z.number().nullish(),
      target_number_value: z.number().nullish(),
    })
    .nullish(),
});
export type GoalWire = z.infer<typeof GoalWire>;
export const goalFields =
  "name,owner,team,team.name,is_workspace_level,status,start_on,due_on," +
  "time_period.start_on,time_period.end_on,metric.progress_source,metric.initial_number_value," +
  "metric.current_number_value,metric.target_number_value";

/** Read in its compact form, which needs no `opt_fields`. */
export const GoalRelationshipWire = z.looseObject({
  supporting_resource: z.looseObject({ gid: z.string(), resource_type: z.string() }).nullish(),
  contribution_weight: z.number().nullish(),
});
export type GoalRelationshipWire = z.infer<typeof GoalRelationshipWire>;

export const WebhookWire = z.looseObject({
  gid: z.string(),
  active: z.boolean().nullish(),
  target: z.string(),
  resource: GidRef.nullish(),
  last_success_at: z.string().nullish(),
  failure_deletion_timestamp: z.string().nullish(),
});
export type WebhookWire = z.infer<typeof WebhookWire>;
export const webhookFields = "active,target,resource,last_success_at,failure_deletion_timestamp";

/** The answer to creating a webhook; the secret comes by the handshake too. */
export const CreatedWebhook = z.looseObject({
  data: GidRef,
  "X-Hook-Secret": z.string().nullish(),
});

/** One event of a delivery: compact, so the resource is read again. */
export const EventWire = z.looseObject({
  action: z.string(),
  created_at: z.string().nullish(),
  resource: z.looseObject({ gid: z.string(), resource_type: z.string().nullish() }).nullish(),
  parent: z.looseObject({ gid: z.string(), resource_type: z.string().nullish() }).nullish(),
});
export type EventWire = z.infer<typeof EventWire>;

export const EventsWire = z.looseObject({
  data: z.array(z.unknown()),
  sync: z.string(),
  has_more: z.boolean().default(false),
});
export const DeliveryWire = z.looseObject({ events: z.array(z.unknown()) });

/** A list's envelope. Its records are parsed one by one, so that a bad one stays alone. */
export const ListWire = z.looseObject({
  data: z.array(z.unknown()),
  next_page: z.looseObject({ offset: z.string() }).nullish(),
});
export const ObjectWire = z.looseObject({ data: z.unknown() });
