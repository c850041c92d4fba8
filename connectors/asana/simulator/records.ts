import type { AsanaRecord, Fields, Value } from "./field-selection.ts";
import { Ref } from "./field-selection.ts";
import { customFieldValues, goalMetric } from "./nested-values.ts";
import type { AsanaState, Kind, StateOf, Task } from "./state.ts";

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
    if (this.state.hidden.has(ref.gid)) return undefined;
    return this.recordOf(ref.kind, ref.gid);
  };

  private recordOf(kind: Kind, gid: string): AsanaRecord | undefined {
    const item = this.state.find(kind, gid);
    if (!item) return undefined;
    // Each maker takes the type that `find` gave for its kind.
    const make = this.makers[kind] as (item: StateOf[Kind]) => AsanaRecord;
    return make(item);
  }

  private readonly makers: { [K in Kind]: (item: StateOf[K]) => AsanaRecord } = {
    workspace: (item) =>
      record("workspace", item, { is_organization: true }, { optIn: ["is_organization"] }),
    user: (item) => this.user(item),
    team: (item) => record("team", item, { organization: new Ref("workspace", item.workspace) }),
    portfolio: (item) => this.portfolio(item),
    project: (item) => this.project(item),
    section: (item) => record("section", item, { project: new Ref("project", item.project) }),
    custom_field: (item) =>
      record("custom_field", item, { type: item.type, resource_subtype: item.type }),
    task: (item) => this.task(item),
    time_period: (item) =>
      record(
        "time_period",
        { gid: item.gid, name: undefined },
        {
          start_on: item.start_on,
          end_on: item.end_on,
          period: item.period,
          display_name: item.display_name,
          parent: optional("time_period", item.parent),
        },
        { compact: ["start_on", "end_on", "period", "display_name"] },
      ),
    goal: (item) => this.goal(item),
    goal_relationship: (item) => this.relationship(item),
    status_update: (item) => this.statusUpdate(item),
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
        current_status_update: this.latestStatus(item.gid),
        permalink_url: this.portfolioUrl(item.gid),
      },
      { optIn: ["archived"] },
    );
  }

  private project(item: StateOf["project"]): AsanaRecord {
    return record("project", item, {
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
      privacy_setting: "public_to_workspace",
      current_status_update: this.latestStatus(item.gid),
      permalink_url: this.projectUrl(item.gid),
    });
  }

  private task(item: Task): AsanaRecord {
    return record(
      "task",
      item,
      {
        resource_subtype: item.resource_subtype,
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
        memberships: item.memberships.map(({ project, section }) => ({
          project: new Ref("project", project),
          section: optional("section", section),
        })),
        projects: item.memberships.map(({ project }) => new Ref("project", project)),
        workspace: new Ref("workspace", item.workspace),
        custom_fields: customFieldValues(this.state, item),
        dependencies: item.dependencies
          .filter((gid) => this.state.find("task", gid))
          .map((gid) => new Ref("task", gid)),
        dependents: this.state.dependents(item.gid).map(({ gid }) => new Ref("task", gid)),
        num_subtasks: this.state.subtasks(item.gid).length,
        permalink_url: this.taskUrl(item),
      },
      {
        compact: ["name", "resource_subtype"],
        optIn: ["dependencies", "dependents", "num_subtasks"],
      },
    );
  }

  private goal(item: StateOf["goal"]): AsanaRecord {
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
        current_status_update: this.latestStatus(item.gid),
        metric: item.metric ? goalMetric(item.gid, item.metric) : null,
      },
      { compact: ["name", "owner"] },
    );
  }

  private relationship(item: StateOf["goal_relationship"]): AsanaRecord {
    const kind = this.state.kindOf(item.supporting_resource) ?? "task";
    return record(
      "goal_relationship",
      { gid: item.gid, name: undefined },
      {
        resource_subtype: kind === "goal" ? "subgoal" : "supporting_work",
        supporting_resource: new Ref(kind, item.supporting_resource),
        supported_goal: new Ref("goal", item.supported_goal),
        contribution_weight: item.contribution_weight,
      },
      { compact: ["resource_subtype", "supporting_resource", "contribution_weight"] },
    );
  }

  private statusUpdate(item: StateOf["status_update"]): AsanaRecord {
    const kind = this.state.kindOf(item.parent) ?? "project";
    return record(
      "status_update",
      { gid: item.gid, name: undefined },
      {
        resource_subtype: `${kind}_status_update`,
        title: item.title,
        text: item.text,
        status_type: item.status_type,
        author: new Ref("user", item.author),
        created_at: item.created_at,
        modified_at: item.created_at,
        parent: new Ref(kind, item.parent),
      },
      { compact: ["title", "resource_subtype"] },
    );
  }

  private membership(item: StateOf["workspace_membership"]): AsanaRecord {
    const user = this.state.find("user", item.user);
    return record(
      "workspace_membership",
      { gid: item.gid, name: undefined },
      {
        user: new Ref("user", item.user),
        workspace: new Ref("workspace", item.workspace),
        is_active: user?.is_active ?? false,
        is_guest: user?.is_guest ?? false,
        is_admin: item.user === this.state.me,
      },
      { compact: ["user", "workspace"] },
    );
  }

  private latestStatus(parent: string): Value {
    const updates = this.state.list("status_update").filter((update) => update.parent === parent);
    const latest = updates.toSorted((a, b) => a.created_at.localeCompare(b.created_at)).at(-1);
    return optional("status_update", latest?.gid);
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

function record(
  resourceType: string,
  item: { readonly gid: string; readonly name: string | undefined },
  fields: Fields,
  shown: { readonly compact?: readonly string[]; readonly optIn?: readonly string[] } = {},
): AsanaRecord {
  return {
    fields: {
      gid: item.gid,
      resource_type: resourceType,
      ...(item.name === undefined ? {} : { name: item.name }),
      ...fields,
    },
    compact: shown.compact ?? ["name"],
    optIn: shown.optIn ?? [],
  };
}

function optional(kind: Kind, gid: string | null | undefined): Ref | null {
  return gid === null || gid === undefined ? null : new Ref(kind, gid);
}
