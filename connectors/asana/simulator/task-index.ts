import type { Task } from "./state.ts";

/** Which tasks belong to what: projects, parents, and the tasks that others wait for. */
export class TaskIndex {
  readonly #ofProject = new Map<string, Set<string>>();
  readonly #below = new Map<string, Set<string>>();
  readonly #dependents = new Map<string, Set<string>>();

  add(task: Task): void {
    for (const { project } of task.memberships) addTo(this.#ofProject, project, task.gid);
    if (task.parent !== undefined) addTo(this.#below, task.parent, task.gid);
    for (const gid of task.dependencies) addTo(this.#dependents, gid, task.gid);
  }

  remove(task: Task): void {
    for (const { project } of task.memberships) this.#ofProject.get(project)?.delete(task.gid);
    if (task.parent !== undefined) this.#below.get(task.parent)?.delete(task.gid);
    for (const gid of task.dependencies) this.#dependents.get(gid)?.delete(task.gid);
  }

  inProject(project: string): ReadonlySet<string> {
    return this.#ofProject.get(project) ?? none;
  }

  below(parent: string): ReadonlySet<string> {
    return this.#below.get(parent) ?? none;
  }

  dependents(task: string): ReadonlySet<string> {
    return this.#dependents.get(task) ?? none;
  }
}

const none: ReadonlySet<string> = new Set();

function addTo(index: Map<string, Set<string>>, key: string, gid: string): void {
  const gids = index.get(key);
  if (gids) gids.add(gid);
  else index.set(key, new Set([gid]));
}
