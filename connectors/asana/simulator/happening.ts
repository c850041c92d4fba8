import type { Instant } from "#shared/model/time.ts";

import type { AsanaEvent, EventRef } from "./asana-event.ts";
import type { AsanaState, Goal, Project, StateOf, Task } from "./state.ts";

type Change = NonNullable<AsanaEvent["change"]>;

/** One operation under way: the state it changes, its moment, and the events it causes. */
export class Happening {
  readonly state: AsanaState;
  readonly at: Instant;
  /** Gid of the user who does it. */
  readonly by: string;
  readonly events: AsanaEvent[] = [];

  constructor(state: AsanaState, at: Instant, by: string) {
    this.state = state;
    this.at = at;
    this.by = by;
  }

  /** An event of a task; it bubbles to its parents and all their projects, and to `parent`. */
  task(
    task: Task,
    action: AsanaEvent["action"],
    about: { parent?: EventRef; change?: Change } = {},
  ): void {
    const watchedAs = watchersOf(this.state, task);
    if (about.parent) watchedAs.add(about.parent.gid);
    this.emit({ action, resource: taskRef(task), watchedAs, ...about });
  }

  /** An event of a comment; whoever watches its task hears of it. */
  story(
    gid: string,
    task: Task,
    about: Pick<AsanaEvent, "action"> & { parent?: EventRef; change?: Change },
  ): void {
    const resource = { gid, resource_type: "story", resource_subtype: "comment_added" };
    this.emit({ resource, watchedAs: watchersOf(this.state, task), ...about });
  }

  /** An event of a project; it bubbles to its portfolios, team and workspace. */
  project(project: Project, action: AsanaEvent["action"], change?: Change): void {
    const watchedAs = new Set([project.gid, project.workspace, ...project.portfolios]);
    if (project.team !== null) watchedAs.add(project.team);
    const resource = { gid: project.gid, resource_type: "project" };
    this.emit({ action, resource, watchedAs, ...(change ? { change } : {}) });
  }

  /** An event of a portfolio; it bubbles to the portfolios that hold it, and the workspace. */
  portfolio(portfolio: StateOf["portfolio"], action: AsanaEvent["action"], change?: Change): void {
    const watchedAs = new Set([portfolio.gid, portfolio.workspace, ...portfolio.portfolios]);
    const resource = { gid: portfolio.gid, resource_type: "portfolio" };
    this.emit({ action, resource, watchedAs, ...(change ? { change } : {}) });
  }

  /** An event of a goal: it bubbles to its workspace only. */
  goal(goal: Goal, action: AsanaEvent["action"], change?: Change): void {
    const resource = { gid: goal.gid, resource_type: "goal" };
    const watchedAs = new Set([goal.gid, goal.workspace]);
    this.emit({ action, resource, watchedAs, ...(change ? { change } : {}) });
  }

  private emit(event: {
    action: AsanaEvent["action"];
    resource: EventRef;
    parent?: EventRef;
    change?: Change;
    watchedAs: ReadonlySet<string>;
  }): void {
    const { parent = null, ...rest } = event;
    const user = { gid: this.by, resource_type: "user" };
    this.events.push({ ...rest, parent, user, created_at: this.at });
  }
}

export function taskRef(task: Task): EventRef {
  return { gid: task.gid, resource_type: "task", resource_subtype: task.resource_subtype };
}

/**
 * The task, its ancestors, every project of any of them, and the workspace. That sub-task events reach the project is
 * our reading of "events bubble up" (https://developers.asana.com/docs/webhooks-guide, read
 * 2026-11-21); the connector does not rely on it, since it sweeps sub-tasks.
 */
function watchersOf(state: AsanaState, task: Task): Set<string> {
  const watchers = new Set<string>([task.workspace]);
  let current: Task | undefined = task;
  while (current && !watchers.has(current.gid)) {
    watchers.add(current.gid);
    for (const { project } of current.memberships) watchers.add(project);
    current = current.parent === undefined ? undefined : state.find("task", current.parent);
  }
  return watchers;
}
