import type { SeedBulk } from "./seed.ts";
import type { Project, StateOf, Task } from "./state.ts";

const firstTask = 2_000_000_000_000_000;
const firstSubtask = 2_100_000_000_000_000;
const firstProject = 2_200_000_000_000_000;
const firstSection = 2_300_000_000_000_000;

/** The gids of what a bulk seed computes, by number from 0. */
const bulkGids = {
  task: (index: number) => String(firstTask + index),
  /** The subtask of a task, if it has one. */
  subtask: (index: number) => String(firstSubtask + index),
  project: (index: number) => String(firstProject + index),
  section: (index: number) => String(firstSection + index),
};

/** What a task of a bulk seed is asked for without being made. */
export interface BulkGlimpse {
  readonly completed: boolean;
  readonly createdMs: number;
}

/**
 * Hundreds of thousands of tasks that take no memory: each is computed from its number whenever it is
 * asked for, always the same. A task that was changed lives in the state instead.
 */
export class BulkTasks {
  readonly #seed: SeedBulk;
  readonly #users: readonly string[];
  readonly #workspace: string;
  readonly #sinceMs: number;
  readonly #stepMs: number;
  readonly perProject: number;

  constructor(seed: SeedBulk, from: { users: readonly string[]; workspace: string }) {
    this.#seed = seed;
    this.#users = from.users;
    this.#workspace = seed.workspace ?? from.workspace;
    this.#sinceMs = Date.parse(seed.since ?? "2026-01-01T00:00:00.000Z");
    const untilMs = Date.parse(seed.until ?? "2026-11-01T00:00:00.000Z");
    this.#stepMs = (untilMs - this.#sinceMs) / Math.max(1, seed.tasks);
    this.perProject = Math.ceil(seed.tasks / Math.max(1, seed.projects));
  }

  get count(): number {
    return this.#seed.tasks;
  }

  projects(): { project: Project; section: StateOf["section"] }[] {
    const at = new Date(this.#sinceMs).toISOString();
    return Array.from({ length: this.#seed.projects }, (_, index) => ({
      project: {
        gid: bulkGids.project(index),
        name: `Bulk project ${index}`,
        team: null,
        owner: null,
        portfolios: [],
        created_at: at,
        modified_at: at,
        workspace: this.#workspace,
      },
      section: {
        gid: bulkGids.section(index),
        name: "To do",
        project: bulkGids.project(index),
      },
    }));
  }

  /** Undefined for a gid that is none of these. */
  find(gid: string): Task | undefined {
    const index = indexIn(gid, firstTask, this.#seed.tasks);
    if (index !== undefined) return this.#task(index);
    const below = indexIn(gid, firstSubtask, this.#seed.tasks);
    return below !== undefined && this.#hasSubtask(below) ? this.#subtask(below) : undefined;
  }

  glimpse(index: number): BulkGlimpse {
    return { completed: index % 3 === 0, createdMs: this.#sinceMs + index * this.#stepMs };
  }

  /** Numbers of the tasks that a project began with, from and below; undefined for another project. */
  rangeOf(project: string): { readonly from: number; readonly to: number } | undefined {
    const index = indexIn(project, firstProject, this.#seed.projects);
    if (index === undefined) return undefined;
    const from = Math.min(this.#seed.tasks, index * this.perProject);
    return { from, to: Math.min(this.#seed.tasks, from + this.perProject) };
  }

  /** Numbers of a user's tasks, as the first one and the distance to the next. */
  assignedTo(user: string): { readonly from: number; readonly to: number; readonly step: number } {
    const place = this.#seed.assigned === true ? this.#users.indexOf(user) : -1;
    const to = place === -1 ? 0 : this.#seed.tasks;
    return { from: Math.max(0, place), to, step: Math.max(1, this.#users.length) };
  }

  subtasksOf(parent: string): readonly string[] {
    const index = indexIn(parent, firstTask, this.#seed.tasks);
    return index !== undefined && this.#hasSubtask(index) ? [bulkGids.subtask(index)] : [];
  }

  dependentsOf(task: string): readonly string[] {
    const index = indexIn(task, firstTask, this.#seed.tasks);
    if (index === undefined || index + 1 >= this.#seed.tasks) return [];
    return this.#dependsOnLast(index + 1) ? [bulkGids.task(index + 1)] : [];
  }

  gidAt(index: number): string {
    return bulkGids.task(index);
  }

  indexOf(gid: string): number | undefined {
    return indexIn(gid, firstTask, this.#seed.tasks);
  }

  #hasSubtask(index: number): boolean {
    const every = this.#seed.subtask_every ?? 0;
    return every > 0 && index % every === 0;
  }

  #dependsOnLast(index: number): boolean {
    const every = this.#seed.dependency_every ?? 0;
    return every > 0 && index % every === 0 && index % this.perProject !== 0;
  }

  #task(index: number): Task {
    const { completed, createdMs } = this.glimpse(index);
    const at = new Date(createdMs).toISOString();
    const home = Math.floor(index / this.perProject);
    return {
      gid: bulkGids.task(index),
      name: `Bulk task ${index}`,
      resource_subtype: index % 50 === 49 ? "milestone" : "default_task",
      assignee:
        this.#seed.assigned === true ? (this.#users[index % this.#users.length] ?? null) : null,
      completed,
      ...(completed ? { completed_at: at } : {}),
      created_at: at,
      modified_at: at,
      touchedAt: at,
      due_on: "2026-12-18",
      memberships: [{ project: bulkGids.project(home), section: bulkGids.section(home) }],
      dependencies: this.#dependsOnLast(index) ? [bulkGids.task(index - 1)] : [],
      workspace: this.#workspace,
    };
  }

  #subtask(index: number): Task {
    const { completed_at: _, due_on: __, ...above } = this.#task(index);
    return {
      ...above,
      gid: bulkGids.subtask(index),
      name: `Bulk subtask ${index}`,
      resource_subtype: "default_task",
      completed: false,
      parent: above.gid,
      memberships: [],
      dependencies: [],
    };
  }
}

function indexIn(gid: string, first: number, count: number): number | undefined {
  const index = Number(gid) - first;
  return index >= 0 && index < count && Number.isInteger(index) ? index : undefined;
}
