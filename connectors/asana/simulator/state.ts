import { EventLog } from "./event-log.ts";
import { requireKnownGids } from "./seed-references.ts";
import type {
  AsanaSeed,
  Features,
  SeedCustomField,
  SeedGoal,
  SeedGoalRelationship,
  SeedMembership,
  SeedPortfolio,
  SeedProject,
  SeedSection,
  SeedStatusUpdate,
  SeedTask,
  SeedTeam,
  SeedTimePeriod,
  SeedUser,
  SeedWorkspace,
} from "./seed.ts";
import { forbidden, unknownObject } from "./vendor-error.ts";
import type { Webhook } from "./webhook-registry.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Each kind of object as it is kept: the seed's shape, with what may be left out filled in. */
export interface StateOf {
  workspace: Mutable<SeedWorkspace>;
  user: Mutable<SeedUser> & { is_active: boolean };
  team: Mutable<SeedTeam> & { workspace: string };
  portfolio: Mutable<SeedPortfolio> & { workspace: string };
  project: Mutable<SeedProject> & { workspace: string; portfolios: readonly string[] };
  section: Mutable<SeedSection>;
  custom_field: SeedCustomField;
  task: Mutable<SeedTask> & {
    workspace: string;
    resource_subtype: string;
    memberships: readonly SeedMembership[];
    dependencies: readonly string[];
    /** Moves with every change, also with those that Asana's `modified_at` does not show. */
    touchedAt: string;
  };
  time_period: SeedTimePeriod;
  goal: Mutable<SeedGoal> & { workspace: string };
  goal_relationship: Mutable<SeedGoalRelationship>;
  status_update: SeedStatusUpdate;
  workspace_membership: { readonly gid: string; readonly user: string; readonly workspace: string };
}
export type Kind = keyof StateOf;
export type Task = StateOf["task"];
export type Project = StateOf["project"];
export type Goal = StateOf["goal"];

/** One thing that happened, and every object whose watchers hear of it (events bubble up). */
export interface AsanaEvent {
  readonly action: "changed" | "added" | "removed" | "deleted" | "undeleted";
  readonly resource: EventRef;
  readonly parent: EventRef | null;
  readonly change?: {
    readonly field: string;
    readonly action: "changed" | "added" | "removed";
    readonly new_value?: EventRef;
    readonly added_value?: EventRef;
    readonly removed_value?: EventRef;
  };
  readonly user: EventRef;
  readonly created_at: string;
  readonly watchedAs: ReadonlySet<string>;
}

/** What the outside sees of an event. */
export function publicEvent(event: AsanaEvent): Omit<AsanaEvent, "watchedAs"> {
  const { action, resource, parent, change, user, created_at } = event;
  return { user, created_at, action, resource, parent, ...(change ? { change } : {}) };
}

export interface EventRef {
  readonly gid: string;
  readonly resource_type: string;
  readonly resource_subtype?: string;
}

type Tables = { [K in Kind]: Map<string, StateOf[K]> };

/** All of a simulated workspace, with the indexes that its lists need. It knows no time: operations bring it. */
export class AsanaState {
  readonly token: string;
  readonly me: string;
  features: Features;
  /** What this token may not see: absent from lists, 403 when asked for. */
  readonly hidden = new Set<string>();
  /** Deleted tasks, which Asana keeps restorable. */
  readonly trash = new Map<string, Task>();
  readonly webhooks = new Map<string, Webhook>();
  readonly log = new EventLog();
  private readonly tables: Tables = {
    workspace: new Map(),
    user: new Map(),
    team: new Map(),
    portfolio: new Map(),
    project: new Map(),
    section: new Map(),
    custom_field: new Map(),
    task: new Map(),
    time_period: new Map(),
    goal: new Map(),
    goal_relationship: new Map(),
    status_update: new Map(),
    workspace_membership: new Map(),
  };
  private readonly tasksOfProject = new Map<string, Set<string>>();
  private readonly firstSectionOf = new Map<string, string>();
  private readonly subtasksOf = new Map<string, Set<string>>();
  private readonly dependentsOf = new Map<string, Set<string>>();
  private lastGid = 1_299_000_000_000_000n;
  private readonly defaultWorkspace: string;

  constructor(seed: AsanaSeed) {
    this.token = seed.token;
    this.me = seed.me;
    this.features = { goals: true, portfolios: true, ...seed.features };
    const [first] = seed.workspaces;
    if (!first) throw new Error("An Asana seed needs at least one workspace");
    this.defaultWorkspace = first.gid;
    this.load(seed);
  }

  private load(seed: AsanaSeed): void {
    const workspace = this.defaultWorkspace;
    for (const item of seed.workspaces) this.put("workspace", { ...item });
    for (const item of seed.users) this.put("user", { is_active: true, ...item });
    for (const item of seed.teams) this.put("team", { workspace, ...item });
    for (const item of seed.portfolios) this.put("portfolio", { workspace, ...item });
    for (const item of seed.projects) this.put("project", { workspace, portfolios: [], ...item });
    for (const item of seed.sections) this.put("section", { ...item });
    for (const item of seed.custom_fields) this.put("custom_field", item);
    for (const item of seed.tasks) {
      this.putTask({
        workspace,
        resource_subtype: "default_task",
        dependencies: [],
        touchedAt: item.modified_at,
        ...item,
      });
    }
    this.loadGoals(seed);
    this.loadMemberships(seed);
    requireKnownGids(this, seed);
  }

  private loadGoals(seed: AsanaSeed): void {
    const workspace = this.defaultWorkspace;
    for (const item of seed.time_periods) this.put("time_period", item);
    for (const item of seed.goals) this.put("goal", { workspace, ...item });
    for (const item of seed.goal_relationships) this.put("goal_relationship", { ...item });
    for (const item of seed.status_updates) this.put("status_update", item);
  }

  private loadMemberships(seed: AsanaSeed): void {
    for (const user of seed.users) {
      for (const gid of user.workspaces ?? seed.workspaces.map((item) => item.gid)) {
        const member = { gid: this.nextGid(), user: user.gid, workspace: gid };
        this.put("workspace_membership", member);
      }
    }
  }

  /** Adds or replaces an object. */
  put<K extends Kind>(kind: K, item: StateOf[K]): void {
    this.tables[kind].set(item.gid, item);
  }

  /** Adds a task, or replaces it with changed homes, parent or dependencies. */
  putTask(input: Task): void {
    this.unindex(this.tables.task.get(input.gid));
    const task = { ...input, memberships: input.memberships.map((home) => this.placed(home)) };
    this.put("task", task);
    for (const { project } of task.memberships) addTo(this.tasksOfProject, project, task.gid);
    if (task.parent !== undefined) addTo(this.subtasksOf, task.parent, task.gid);
    for (const gid of task.dependencies) addTo(this.dependentsOf, gid, task.gid);
  }

  /** Asana has every task of a project in a section; unless told, in its first. */
  private placed(home: SeedMembership): SeedMembership {
    if (home.section !== null) return home;
    let first = this.firstSectionOf.get(home.project);
    if (first === undefined) {
      first = this.list("section").find(({ project }) => project === home.project)?.gid;
      first ??= this.addSection(home.project);
      this.firstSectionOf.set(home.project, first);
    }
    return { project: home.project, section: first };
  }

  private addSection(project: string): string {
    const gid = this.nextGid();
    this.put("section", { gid, name: "Untitled section", project });
    return gid;
  }

  removeTask(task: Task): void {
    this.unindex(task);
    this.tables.task.delete(task.gid);
  }

  private unindex(task: Task | undefined): void {
    if (!task) return;
    for (const { project } of task.memberships) this.tasksOfProject.get(project)?.delete(task.gid);
    if (task.parent !== undefined) this.subtasksOf.get(task.parent)?.delete(task.gid);
    for (const gid of task.dependencies) this.dependentsOf.get(gid)?.delete(task.gid);
  }

  remove(kind: Kind, gid: string): void {
    this.tables[kind].delete(gid);
  }

  find<K extends Kind>(kind: K, gid: string): StateOf[K] | undefined {
    return this.tables[kind].get(gid);
  }

  /** The object, or Asana's refusal: 404 when unknown, 403 when this token may not see it. */
  get<K extends Kind>(kind: K, gid: string): StateOf[K] {
    const item = this.tables[kind].get(gid);
    if (!item) throw unknownObject(kind, gid);
    if (this.hidden.has(gid)) throw forbidden(kind);
    return item;
  }

  /** What this token sees of a kind, in order of creation. */
  list<K extends Kind>(kind: K): StateOf[K][] {
    return [...this.tables[kind].values()].filter((item) => !this.hidden.has(item.gid));
  }

  kindOf(gid: string): Kind | undefined {
    for (const [kind, table] of Object.entries(this.tables)) {
      // The keys of `tables` are exactly the kinds.
      if (table.has(gid)) return kind as Kind;
    }
    return undefined;
  }

  tasksIn(project: string): Task[] {
    return this.visibleTasks(this.tasksOfProject.get(project));
  }

  subtasks(parent: string): Task[] {
    return this.visibleTasks(this.subtasksOf.get(parent));
  }

  dependents(task: string): Task[] {
    return this.visibleTasks(this.dependentsOf.get(task));
  }

  private visibleTasks(gids: ReadonlySet<string> = new Set()): Task[] {
    const tasks: Task[] = [];
    for (const gid of gids) {
      const task = this.tables.task.get(gid);
      if (task && !this.hidden.has(gid)) tasks.push(task);
    }
    return tasks;
  }

  /** Everything, by kind, for the control API. */
  toJson(): Record<string, unknown> {
    const tables = Object.entries(this.tables).map(([kind, table]) => [kind, [...table.values()]]);
    const webhooks = [...this.webhooks.values()].map((webhook) => ({ ...webhook, secret: "…" }));
    return { ...Object.fromEntries(tables), hidden: [...this.hidden], webhooks };
  }

  nextGid(): string {
    this.lastGid += 1n;
    return String(this.lastGid);
  }
}

function addTo(index: Map<string, Set<string>>, key: string, gid: string): void {
  const gids = index.get(key);
  if (gids) gids.add(gid);
  else index.set(key, new Set([gid]));
}
