import type { TokenKind } from "./viewer.ts";

/**
 * What a simulated Asana starts with: plain JSON with Asana's own field names, so that a seed reads
 * like the vendor's documentation (https://developers.asana.com/reference, read 2026-11-21).
 *
 * Rules for whoever writes one:
 * - gids are strings of digits, unique over all kinds of objects;
 * - instants are ISO 8601 UTC with milliseconds, days are `YYYY-MM-DD`;
 * - every gid that is named must exist in the seed, otherwise the simulator refuses to start;
 * - `workspace` may be left out everywhere: it is then the first one.
 */
export interface AsanaSeed {
  /** The personal access token that requests must bear. */
  readonly token: string;
  /** The user whose token it is (`users/me`), and who does what no token did. */
  readonly me: string;
  /** Further tokens, of any kind. */
  readonly tokens?: readonly SeedToken[];
  /** Apps that may ask for consent; one with known credentials when left out (`defaultOauthApp`). */
  readonly oauth_apps?: readonly SeedOauthApp[];
  readonly workspaces: readonly SeedWorkspace[];
  readonly users: readonly SeedUser[];
  readonly teams: readonly SeedTeam[];
  readonly portfolios: readonly SeedPortfolio[];
  readonly projects: readonly SeedProject[];
  readonly sections: readonly SeedSection[];
  readonly custom_fields: readonly SeedCustomField[];
  readonly tasks: readonly SeedTask[];
  readonly time_periods: readonly SeedTimePeriod[];
  readonly goals: readonly SeedGoal[];
  /** Who supports which goal. A goal's sub-goals stand here too. */
  readonly goal_relationships: readonly SeedGoalRelationship[];
  readonly status_updates: readonly SeedStatusUpdate[];
  /** Features of the plan; what is false answers 402. All true when left out. */
  readonly features?: Partial<Features>;
  /** Very many further tasks, computed when asked for. */
  readonly bulk?: SeedBulk;
}

/** Asana sells these with its higher plans only. */
export interface Features {
  readonly goals: boolean;
  readonly portfolios: boolean;
  /** Search over the tasks of a workspace. */
  readonly search: boolean;
  readonly custom_fields: boolean;
}

export interface SeedWorkspace {
  readonly gid: string;
  readonly name: string;
  /** Its own plan; otherwise as the seed says for all. */
  readonly features?: Partial<Features>;
}

export interface SeedToken {
  readonly token: string;
  readonly kind: TokenKind;
  /** User gid. A service account has a user of its own. */
  readonly user: string;
  /** Of a service account: the one workspace that it sees, whole. */
  readonly workspace?: string;
  /** Of an OAuth token: the client id of its app. */
  readonly app?: string;
  /** Of an OAuth token: absent for full permissions. */
  readonly scopes?: readonly string[];
  /** Absent: never. */
  readonly expires_at?: string;
}

export interface SeedOauthApp {
  readonly client_id: string;
  readonly client_secret: string;
  readonly name: string;
  /** Absent: any. */
  readonly redirect_uris?: readonly string[];
}

/** Tasks by number: `bulkGids` in bulk-tasks.ts tells their gids. */
export interface SeedBulk {
  readonly tasks: number;
  readonly projects: number;
  /** Every so many-th task has one subtask; none when left out. */
  readonly subtask_every?: number;
  /** Every so many-th task waits for the one before it in its project; none when left out. */
  readonly dependency_every?: number;
  /** Tasks go round the seed's users instead of being unassigned. */
  readonly assigned?: boolean;
  /** The first was created then, the last before `until`. Defaults: 2026-01-01 and 2026-11-01. */
  readonly since?: string;
  readonly until?: string;
  readonly workspace?: string;
}

export interface SeedUser {
  readonly gid: string;
  readonly name: string;
  /** Absent: hidden from this token. */
  readonly email?: string;
  /** False: was removed from the workspace (a leaver); still named by old tasks. Default true. */
  readonly is_active?: boolean;
  readonly is_guest?: boolean;
  /** The workspaces of the user; all when left out. */
  readonly workspaces?: readonly string[];
  /** Those of them that the user has left, or takes part in as a guest only. */
  readonly left?: readonly string[];
  readonly guest_of?: readonly string[];
}

export interface SeedTeam {
  readonly gid: string;
  readonly name: string;
  /** User gids; everybody of the workspace when left out. */
  readonly members?: readonly string[];
  readonly workspace?: string;
}

/** What things with custom fields have in common. */
export interface SeedFielded {
  /** Value by custom field gid: the option's gid for an enum, lists for multi_enum and people. */
  readonly custom_fields?: Readonly<Record<string, CustomFieldValue>>;
}
export type CustomFieldValue = string | number | readonly string[];

export interface SeedPortfolio extends SeedFielded {
  readonly gid: string;
  readonly name: string;
  /** Portfolios that hold this one. */
  readonly portfolios?: readonly string[];
  /** Custom fields that its items may have. */
  readonly custom_field_settings?: readonly string[];
  /** User gid. Without a service account only the token's own portfolios are listed. */
  readonly owner: string;
  readonly created_at: string;
  readonly start_on?: string;
  readonly due_on?: string;
  readonly archived?: boolean;
  readonly workspace?: string;
}

export interface SeedProject extends SeedFielded {
  readonly gid: string;
  readonly name: string;
  /** User gids; present: private to them and the owner. */
  readonly members?: readonly string[];
  /** Custom fields that its tasks may have, beside those that tasks of the seed have values of. */
  readonly custom_field_settings?: readonly string[];
  /** Team gid. */
  readonly team: string | null;
  /** User gid. */
  readonly owner: string | null;
  /** Portfolios that hold the project. */
  readonly portfolios?: readonly string[];
  readonly created_at: string;
  readonly modified_at: string;
  readonly start_on?: string;
  readonly due_on?: string;
  readonly archived?: boolean;
  readonly completed?: boolean;
  readonly completed_at?: string;
  readonly workspace?: string;
}

export interface SeedSection {
  readonly gid: string;
  readonly name: string;
  /** Project gid. */
  readonly project: string;
}

export interface SeedCustomField {
  readonly gid: string;
  readonly name: string;
  readonly type: "text" | "number" | "enum" | "multi_enum" | "people" | "date";
  readonly enum_options?: readonly { readonly gid: string; readonly name: string }[];
  readonly description?: string;
  readonly workspace?: string;
}

export interface SeedMembership {
  readonly project: string;
  /** Null: the first section of the project, which Asana makes where there is none. */
  readonly section: string | null;
}

export interface SeedTask extends SeedFielded {
  readonly gid: string;
  readonly name: string;
  /** `default_task`, `milestone` or `approval`; `default_task` when left out. */
  readonly resource_subtype?: string;
  readonly assignee: string | null;
  readonly completed: boolean;
  readonly completed_at?: string;
  readonly created_at: string;
  readonly modified_at: string;
  readonly start_on?: string;
  readonly due_on?: string;
  /** Task gid; at most five levels. A subtask is in no project unless `memberships` says so. */
  readonly parent?: string;
  readonly memberships: readonly SeedMembership[];
  /** Task gids that this task waits for; at most 30 together with those waiting for it. */
  readonly dependencies?: readonly string[];
  /** Of an approval: pending, approved, rejected or changes_requested. */
  readonly approval_status?: string;
  readonly notes?: string;
  readonly workspace?: string;
}

export interface SeedTimePeriod {
  readonly gid: string;
  readonly period: "FY" | "H1" | "H2" | "Q1" | "Q2" | "Q3" | "Q4";
  /** `Q1 FY26` */
  readonly display_name: string;
  readonly start_on: string;
  readonly end_on: string;
  readonly parent?: string;
  readonly workspace?: string;
}

export interface SeedGoalMetric {
  readonly unit: "none" | "currency" | "percentage";
  readonly precision: number;
  readonly initial_number_value: number;
  readonly current_number_value: number;
  readonly target_number_value: number;
  /** `manual`, `subgoal_progress`, `task_completion`, …; see `GoalMetricBase` in Asana's document. */
  readonly progress_source: string;
}

export interface SeedGoal extends SeedFielded {
  readonly gid: string;
  readonly name: string;
  readonly owner: string | null;
  readonly team: string | null;
  readonly is_workspace_level: boolean;
  readonly time_period: string | null;
  readonly start_on?: string;
  readonly due_on?: string;
  /** green, yellow, red, missed, achieved, partial, dropped; null: no status was ever set. */
  readonly status: string | null;
  readonly metric: SeedGoalMetric | null;
  /** Custom fields that the goal may have. */
  readonly custom_field_settings?: readonly string[];
  readonly notes?: string;
  readonly workspace?: string;
}

export interface SeedGoalRelationship {
  readonly gid: string;
  /** The goal that is supported. */
  readonly supported_goal: string;
  /** A goal (sub-goal), project, task or portfolio. */
  readonly supporting_resource: string;
  /** 0 to 1. */
  readonly contribution_weight: number;
}

export interface SeedStatusUpdate {
  readonly gid: string;
  /** Project, portfolio or goal. */
  readonly parent: string;
  /** on_track, at_risk, off_track, on_hold, complete, dropped, achieved, partial, missed. */
  readonly status_type: string;
  readonly title: string;
  readonly text: string;
  readonly author: string;
  readonly created_at: string;
}
