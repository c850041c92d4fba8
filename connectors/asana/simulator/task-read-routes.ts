import { type Context, Hono } from "hono";

import { refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { BulkLists } from "./bulk-lists.ts";
import { Ref } from "./field-selection.ts";
import type { RefList } from "./ref-list.ts";
import type { AsanaState, Task } from "./state.ts";
import { type TaskFilter, taskFilter } from "./task-filter.ts";
import { badRequest } from "./vendor-error.ts";
import { askingUser } from "./viewer.ts";

/** Tasks: lists and single reads. */
export function taskReadRoutes(api: Api): Hono {
  const { state, answers, clock } = api;
  const app = new Hono();
  const lists = new TaskLists(api);
  const filterOf = (c: Context) => taskFilter(c, clock.nowMs());

  app.get("/tasks", (c) => {
    const { project, section, assignee, workspace } = c.req.query();
    const places = [project, section, assignee].filter((place) => place !== undefined);
    if (places.length !== 1 || (assignee !== undefined && workspace === undefined)) {
      throw badRequest(
        "Must specify exactly one of project, tag, section, user task list, or assignee + workspace",
      );
    }
    const filter = filterOf(c);
    if (project !== undefined) return answers.many(c, lists.ofProject(project, filter));
    if (section !== undefined) return answers.many(c, lists.ofSection(section, filter));
    return answers.many(c, lists.ofAssignee(assignee ?? "", workspace ?? "", filter));
  });
  app.get("/projects/:gid/tasks", (c) =>
    answers.many(c, lists.ofProject(c.req.param("gid"), filterOf(c))),
  );
  app.get("/sections/:gid/tasks", (c) =>
    answers.many(c, lists.ofSection(c.req.param("gid"), filterOf(c))),
  );
  app.get("/tasks/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("task", state.get("task", gid).gid));
  });
  app.get("/tasks/:gid/subtasks", (c) => {
    const { gid } = state.get("task", c.req.param("gid"));
    return answers.many(c, refs("task", state.subtasks(gid)));
  });
  app.get("/tasks/:gid/dependencies", (c) => {
    const { dependencies } = state.get("task", c.req.param("gid"));
    const tasks = dependencies.flatMap((gid) => state.seen("task", gid) ?? []);
    return answers.many(c, refs("task", tasks));
  });
  app.get("/tasks/:gid/dependents", (c) => {
    const { gid } = state.get("task", c.req.param("gid"));
    return answers.many(c, refs("task", state.dependents(gid)));
  });
  app.get("/tasks/:gid/projects", (c) => {
    const { memberships } = state.get("task", c.req.param("gid"));
    const homes = memberships.flatMap(({ project }) => state.seen("project", project) ?? []);
    return answers.many(c, refs("project", homes));
  });
  return app;
}

type List = readonly Ref[] | RefList;

/** The three places in which tasks are listed. */
class TaskLists {
  readonly #state: AsanaState;
  readonly #bulk: BulkLists;

  constructor({ state }: Api) {
    this.#state = state;
    this.#bulk = new BulkLists(state);
  }

  ofProject(gid: string, filter: TaskFilter): List {
    const project = this.#state.get("project", gid);
    const computed = this.#bulk.ofProject(project.gid, filter);
    return computed ?? passing(this.#state.tasksIn(gid), filter);
  }

  ofSection(gid: string, filter: TaskFilter): List {
    const section = this.#state.get("section", gid);
    const tasks = this.#state
      .tasksIn(section.project)
      .filter((task) => task.memberships.some((home) => home.section === gid));
    return passing(tasks, filter);
  }

  ofAssignee(assignee: string, workspaceGid: string, filter: TaskFilter): List {
    const { gid: workspace } = this.#state.get("workspace", workspaceGid);
    const me = askingUser(this.#state.me);
    const user = assignee === "me" ? me : this.#state.get("user", assignee).gid;
    const tasks = this.#state
      .list("task")
      .filter((task) => task.assignee === user && task.workspace === workspace);
    return this.#bulk.ofAssignee(user, tasks, filter) ?? passing(tasks, filter);
  }
}

function passing(tasks: readonly Task[], filter: TaskFilter): Ref[] {
  return refs(
    "task",
    tasks.filter((task) => filter.passes(task)),
  );
}
