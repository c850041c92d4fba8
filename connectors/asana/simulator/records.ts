import { type AsanaRecord, Ref } from "./field-selection.ts";
import { customFieldValues, fieldHead } from "./field-values.ts";
import {
  goalRecord,
  latestStatus,
  relationshipRecord,
  settingsOf,
  statusUpdateRecord,
  timePeriodRecord,
} from "./goal-records.ts";
import { optional, record } from "./record.ts";
import type { AsanaState, Kind, StateOf, Task } from "./state.ts";
import { taskRecord } from "./task-record.ts";

/** Builds what each kind of object shows, with links that lead back to the simulator. */
export class Records {
  private readonly state: AsanaState;
  private readonly baseUrl: () => string;

  constructor(state: AsanaState, baseUrl: () => string) {
    this.state = state;
    this.baseUrl = baseUrl;
  }

  /** Undefined for an object that is gone or hidden: a nested reference to it then reads null. */
  readonly resolve = (ref: Ref): AsanaRecord | undefined => {
    const item = this.state.seen(ref.kind, ref.gid);
    if (!item) return undefined;
    // Each maker takes the type that `seen` gave for its kind.
    const make = this.makers[ref.kind] as (item: StateOf[Kind]) => AsanaRecord;
    return make(item);
  };

  private readonly makers: { [K in Kind]: (item: StateOf[K]) => AsanaRecord } = {
    workspace: (item) =>
      record("workspace", item, { is_organization: true }, { optIn: ["is_organization"] }),
    user: (item) => this.user(item),
    team: (item) => record("team", item, { organization: new Ref("workspace", item.workspace) }),
    portfolio: (item) => this.portfolio(item),
    project: (item) => this.project(item),
    section: (item) => record("section", item, { project: new Ref("project", item.project) }),
    custom_field: (item) => this.customField(item),
    custom_field_setting: (item) => this.fieldSetting(item),
    task: (item) => taskRecord(this.state, item, this.taskUrl(item)),
    story: (item) => this.story(item),
    time_period: timePeriodRecord,
    goal: (item) => goalRecord(this.state, item),
    goal_relationship: (item) => relationshipRecord(this.state, item),
    status_update: (item) => statusUpdateRecord(this.state, item),
    workspace_membership: (item) => this.membership(item),
  };

  private user(item: StateOf["user"]): AsanaRecord {
    const workspaces = item.workspaces ?? this.state.list("workspace").map(({ gid }) => gid);
    return record("user", item, {
      ...(item.email === undefined ? {} : { email: item.email }),
      photo: null,
      workspaces: workspaces.map((gid) => new Ref("workspace", gid)),
    });
  }

  private portfolio(item: StateOf["portfolio"]): AsanaRecord {
    return record(
      "portfolio",
      item,
      {
        owner: new Ref("user", item.owner),
        workspace: new Ref("workspace", item.workspace),
        created_at: item.created_at,
        start_on: item.start_on ?? null,
        due_on: item.due_on ?? null,
        archived: item.archived ?? false,
        color: "light-green",
        public: true,
        custom_fields: customFieldValues(this.state, item, item.portfolios),
        custom_field_settings: settingsOf(this.state, item.gid),
        current_status_update: latestStatus(this.state, item.gid),
        permalink_url: this.portfolioUrl(item.gid),
      },
      { optIn: ["archived"] },
    );
  }

  private project(item: StateOf["project"]): AsanaRecord {
    return record("project", item, {
      custom_fields: customFieldValues(this.state, item, item.portfolios),
      custom_field_settings: settingsOf(this.state, item.gid),
      owner: optional("user", item.owner),
      team: optional("team", item.team),
      workspace: new Ref("workspace", item.workspace),
      created_at: item.created_at,
      modified_at: item.modified_at,
      start_on: item.start_on ?? null,
      due_on: item.due_on ?? null,
      archived: item.archived ?? false,
      completed: item.completed ?? false,
      completed_at: item.completed_at ?? null,
      color: "light-green",
      default_view: "list",
      privacy_setting: item.members ? "private" : "public_to_workspace",
      current_status_update: latestStatus(this.state, item.gid),
      permalink_url: this.projectUrl(item.gid),
    });
  }

  private customField(item: StateOf["custom_field"]): AsanaRecord {
    return record(
      "custom_field",
      item,
      { ...fieldHead(item), description: item.description ?? "", is_global_to_workspace: true },
      { compact: ["name", "type", "resource_subtype", "enum_options", "precision"] },
    );
  }

  private fieldSetting(item: StateOf["custom_field_setting"]): AsanaRecord {
    const parent = new Ref(this.state.kindOf(item.parent) ?? "project", item.parent);
    return record(
      "custom_field_setting",
      { gid: item.gid },
      {
        custom_field: new Ref("custom_field", item.custom_field),
        parent,
        ...(parent.kind === "project" ? { project: parent } : {}),
        is_important: item.is_important,
      },
      { compact: ["custom_field", "parent", "project", "is_important"] },
    );
  }

  private story(item: StateOf["story"]): AsanaRecord {
    return record(
      "story",
      { gid: item.gid },
      {
        created_at: item.created_at,
        created_by: new Ref("user", item.created_by),
        resource_subtype: item.subtype ?? "comment_added",
        text: item.text,
        type: item.subtype === undefined ? "comment" : "system",
        target: new Ref("task", item.task),
        ...(item.dependency !== undefined &&
          this.state.find("task", item.dependency) && {
            dependency: new Ref("task", item.dependency),
          }),
      },
      { compact: ["created_at", "created_by", "resource_subtype", "text", "type"] },
    );
  }

  private membership(item: StateOf["workspace_membership"]): AsanaRecord {
    const user = this.state.find("user", item.user);
    return record(
      "workspace_membership",
      { gid: item.gid },
      {
        user: new Ref("user", item.user),
        workspace: new Ref("workspace", item.workspace),
        is_active: user?.is_active === true && user.left?.includes(item.workspace) !== true,
        is_guest: user?.is_guest ?? user?.guest_of?.includes(item.workspace) ?? false,
        is_admin: item.user === this.state.me,
      },
      { compact: ["user", "workspace"] },
    );
  }

  taskUrl(task: Pick<Task, "gid" | "memberships">): string {
    return `${this.baseUrl()}/0/${task.memberships[0]?.project ?? "0"}/${task.gid}`;
  }

  projectUrl(gid: string): string {
    return `${this.baseUrl()}/0/${gid}/list`;
  }

  portfolioUrl(gid: string): string {
    return `${this.baseUrl()}/0/portfolio/${gid}/list`;
  }

  goalUrl(gid: string): string {
    return `${this.baseUrl()}/0/goals/${gid}`;
  }
}
