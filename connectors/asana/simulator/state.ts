import { CursorLives } from "#shared/testing/simulator/cursor-lives.ts";

import { Access } from "./access.ts";
import type { BulkTasks } from "./bulk-tasks.ts";
import { EventLog } from "./event-log.ts";
import { loadSeed } from "./load-seed.ts";
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
import type { Story } from "./story.ts";
import { TaskIndex } from "./task-index.ts";
import { forbidden, unknownObject } from "./vendor-error.ts";
import { Visibility } from "./visibility.ts";
import type { Webhook } from "./webhook-registry.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Each kind of object as it is kept: the seed's shape, with what may be left out filled in. */
export interface StateOf {
  workspace: Mutable<SeedWorkspace>;
  user: Mutable<SeedUser> & { is_active: boolean };
  team: Mutable<SeedTeam> & { workspace: string };
  portfolio: Mutable<SeedPortfolio> & { workspace: string; portfolios: readonly string[] };
  project: Mutable<SeedProject> & { workspace: string; portfolios: readonly string[] };
  section: Mutable<SeedSection>;
  custom_field: SeedCustomField & { workspace: string };
  custom_field_setting: {
    readonly gid: string;
    readonly custom_field: string;
    /** Project, portfolio or goal. */
    readonly parent: string;
    readonly is_important: boolean;
  };
  task: Mutable<SeedTask> & {
    workspace: string;
    resource_subtype: string;
    memberships: readonly SeedMembership[];
    dependencies: readonly string[];
    /** Moves with every change, also with those that Asana's `modified_at` does not show. */
    touchedAt: string;
    /** What OAuth apps wrote into `external`, by client id: each sees its own only. */
    external?: Readonly<Record<string, ExternalData>>;
  };
  story: Story;
  time_period: SeedTimePeriod & { workspace: string };
  goal: Mutable<SeedGoal> & { workspace: string };
  goal_relationship: Mutable<SeedGoalRelationship>;
  status_update: SeedStatusUpdate;
  workspace_membership: { readonly gid: string; readonly user: string; readonly workspace: string };
}
export type Kind = keyof StateOf;
export type Task = StateOf["task"];
export type Project = StateOf["project"];
export type Goal = StateOf["goal"];

export interface ExternalData {
  readonly gid: string | null;
  readonly data: string | null;
}

/** A deleted project, with what is needed to bring it back. */
interface DeletedProject {
  readonly project: Project;
  readonly homes: readonly { readonly task: string; readonly section: string | null }[];
}

type Tables = { [K in Kind]: Map<string, StateOf[K]> };

/** All of a simulated Asana, with the indexes that its lists need. It knows no time: operations bring it. */
export class AsanaState {
  readonly me: string;
  /** Where things go of which nobody says where. */
  readonly firstWorkspace: string;
  readonly access: Access;
  readonly visibility: Visibility;
  /** Deleted tasks and projects, which Asana keeps restorable. */
  readonly trash = new Map<string, Task>();
  readonly projectTrash = new Map<string, DeletedProject>();
  readonly webhooks = new Map<string, Webhook>();
  /** Which custom fields each project, portfolio and goal has. */
  readonly fieldsOn = new Map<string, Set<string>>();
  readonly log = new EventLog();
  readonly bulk: BulkTasks | undefined;
  /** Of lists: an offset that no longer holds is refused. */
  readonly offsets = new CursorLives();
  /** Moves with every change of an object. */
  version = 0;
  private readonly tables: Tables = {
    workspace: new Map(),
    user: new Map(),
    team: new Map(),
    portfolio: new Map(),
    project: new Map(),
    section: new Map(),
    custom_field: new Map(),
    custom_field_setting: new Map(),
    task: new Map(),
    story: new Map(),
    time_period: new Map(),
    goal: new Map(),
    goal_relationship: new Map(),
    status_update: new Map(),
    workspace_membership: new Map(),
  };
  private readonly tasks = new TaskIndex();
  private readonly firstSectionOf = new Map<string, string>();
  private readonly plans = new Map<string, Features>();
  /** Bulk tasks that are deleted. */
  private readonly gone = new Set<string>();
  private lastGid = 1_299_000_000_000_000n;

  constructor(seed: AsanaSeed) {
    this.me = seed.me;
    this.firstWorkspace = seed.workspaces[0]?.gid ?? "";
    this.access = new Access(seed);
    this.visibility = new Visibility(this);
    this.bulk = loadSeed(this, seed);
  }

  /** What the plan of a workspace includes. */
  featuresOf(workspace: string): Features {
    return this.plans.get(workspace) ?? everyFeature;
  }

  setFeatures(workspace: string, features: Partial<Features>): void {
    this.plans.set(workspace, { ...this.featuresOf(workspace), ...features });
  }

  /** Adds or replaces an object. */
  put<K extends Kind>(kind: K, item: StateOf[K]): void {
    this.version += 1;
    this.tables[kind].set(item.gid, item);
  }

  /** Adds a task, or replaces it with changed homes, parent or dependencies. */
  putTask(input: Task): void {
    const before = this.tables.task.get(input.gid);
    if (before) this.tasks.remove(before);
    const task = { ...input, memberships: input.memberships.map((home) => this.placed(home)) };
    // No values and no list of values are the same; one form keeps states comparable.
    if (Object.keys(task.custom_fields ?? {}).length === 0) delete task.custom_fields;
    this.put("task", task);
    this.tasks.add(task);
  }

  /** Asana has every task of a project in a section; unless told, in its first. */
  private placed(home: SeedMembership): SeedMembership {
    if (home.section !== null) return home;
    let first = this.firstSectionOf.get(home.project);
    if (first === undefined) {
      const sections = [...this.tables.section.values()];
      first = sections.find(({ project }) => project === home.project)?.gid;
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
    this.version += 1;
    this.tasks.remove(task);
    this.tables.task.delete(task.gid);
    if (this.bulk?.find(task.gid)) this.gone.add(task.gid);
  }

  remove(kind: Kind, gid: string): void {
    this.version += 1;
    this.tables[kind].delete(gid);
  }

  find<K extends Kind>(kind: K, gid: string): StateOf[K] | undefined {
    const item = this.tables[kind].get(gid);
    if (item || kind !== "task" || !this.bulk || this.gone.has(gid)) return item;
    return this.computed(gid) as StateOf[K] | undefined;
  }

  private computed(gid: string): Task | undefined {
    return this.bulk?.find(gid);
  }

  /** Whether a task is no longer, or was never, as the bulk seed computes it. */
  isKept(gid: string): boolean {
    return this.tables.task.has(gid) || this.gone.has(gid);
  }

  /** The object, or Asana's refusal: 404 when unknown, 403 or 404 when whoever asks may not see it. */
  get<K extends Kind>(kind: K, gid: string): StateOf[K] {
    const item = this.find(kind, gid);
    const refusal = item && this.visibility.refusal(kind, item);
    if (!item || refusal === "absent") throw unknownObject(kind, gid);
    if (refusal === "forbidden") throw forbidden(kind);
    return item;
  }

  /** The object, unless it is unknown or whoever asks may not see it. */
  seen<K extends Kind>(kind: K, gid: string): StateOf[K] | undefined {
    const item = this.find(kind, gid);
    return item && this.visibility.sees(kind, item) ? item : undefined;
  }

  /** What whoever asks sees of a kind, in order of creation; bulk tasks are not among it. */
  list<K extends Kind>(kind: K): StateOf[K][] {
    return [...this.tables[kind].values()].filter((item) => this.visibility.sees(kind, item));
  }

  kindOf(gid: string): Kind | undefined {
    for (const [kind, table] of Object.entries(this.tables)) {
      // The keys of `tables` are exactly the kinds.
      if (table.has(gid)) return kind as Kind;
    }
    return this.find("task", gid) ? "task" : undefined;
  }

  /** All tasks of a project; the bulk ones, computed for it, come first. */
  tasksIn(project: string): Task[] {
    const range = this.bulk?.rangeOf(project);
    const gids = new Set<string>();
    for (let index = range?.from ?? 0; index < (range?.to ?? 0); index += 1) {
      gids.add(this.bulk?.gidAt(index) ?? "");
    }
    for (const gid of this.tasks.inProject(project)) gids.add(gid);
    return this.visible(gids).filter((task) =>
      task.memberships.some((home) => home.project === project),
    );
  }

  /** Tasks that came to a project after the bulk seed, or were changed since. */
  keptTasksIn(project: string): Task[] {
    return this.visible(this.tasks.inProject(project));
  }

  subtasks(parent: string): Task[] {
    const gids = new Set([...(this.bulk?.subtasksOf(parent) ?? []), ...this.tasks.below(parent)]);
    return this.visible(gids).filter((task) => task.parent === parent);
  }

  dependents(gid: string): Task[] {
    const gids = new Set([...(this.bulk?.dependentsOf(gid) ?? []), ...this.tasks.dependents(gid)]);
    return this.visible(gids).filter((task) => task.dependencies.includes(gid));
  }

  private visible(gids: ReadonlySet<string>): Task[] {
    const tasks: Task[] = [];
    for (const gid of gids) {
      const task = this.seen("task", gid);
      if (task) tasks.push(task);
    }
    return tasks;
  }

  /** All of a kind, whoever asks. */
  all<K extends Kind>(kind: K): StateOf[K][] {
    return [...this.tables[kind].values()];
  }

  /** Everything, by kind, for the control API. */
  toJson(): Record<string, unknown> {
    const tables = Object.entries(this.tables).map(([kind, table]) => [kind, [...table.values()]]);
    const webhooks = [...this.webhooks.values()].map((webhook) => ({ ...webhook, secret: "…" }));
    return {
      ...Object.fromEntries(tables),
      hidden: this.visibility.hiddenGids(),
      tokens: this.access.toJson(),
      webhooks,
    };
  }

  nextGid(): string {
    this.lastGid += 1n;
    return String(this.lastGid);
  }
}

const everyFeature: Features = { goals: true, portfolios: true, search: true, custom_fields: true };
