import { type Context, Hono } from "hono";

import { refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { BulkLists } from "./bulk-lists.ts";
import { Ref } from "./field-selection.ts";
import type { Task } from "./state.ts";
import { type TaskFilter, taskFilter } from "./task-filter.ts";
import { badRequest } from "./vendor-error.ts";
import { askingUser } from "./viewer.ts";

/** Tasks: lists and single reads. */
export function taskReadRoutes({ state, answers, clock }: Api): Hono {
  const app = new Hono();
  const bulk = new BulkLists(state);
  const many = (c: Context, tasks: readonly Task[]) => answers.many(c, refs("task", tasks));

  app.get("/tasks", (c) => {
    const { project, section, assignee, workspace } = c.req.query();
    const filter = taskFilter(c, clock.nowMs());
    const places = [project, section, assignee].filter((place) => place !== undefined);
    if (places.length !== 1 || (assignee !== undefined && workspace === undefined)) {
      throw badRequest(
        "Must specify exactly one of project, tag, section, user task list, or assignee + workspace",
      );
    }
    if (project !== undefined) return ofProject(c, project, filter);
    if (section !== undefined) return ofSection(c, section, filter);
    return ofAssignee(c, { assignee: assignee ?? "", workspace: workspace ?? "", filter });
  });
  app.get("/projects/:gid/tasks", (c) =>
    ofProject(c, c.req.param("gid"), taskFilter(c, clock.nowMs())),
  );
  app.get("/sections/:gid/tasks", (c) =>
    ofSection(c, c.req.param("gid"), taskFilter(c, clock.nowMs())),
  );
  app.get("/tasks/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("task", state.get("task", gid).gid));
  });
  app.get("/tasks/:gid/subtasks", (c) =>
    many(c, state.subtasks(state.get("task", c.req.param("gid")).gid)),
  );
  app.get("/tasks/:gid/dependencies", (c) => {
    const { dependencies } = state.get("task", c.req.param("gid"));
    return many(
      c,
      dependencies.flatMap((gid) => state.seen("task", gid) ?? []),
    );
  });
  app.get("/tasks/:gid/dependents", (c) => {
    const { gid } = state.get("task", c.req.param("gid"));
    return many(c, state.dependents(gid));
  });
  app.get("/tasks/:gid/projects", (c) => {
    const { memberships } = state.get("task", c.req.param("gid"));
    const homes = memberships.flatMap(({ project }) => state.seen("project", project) ?? []);
    return answers.many(c, refs("project", homes));
  });

  function ofProject(c: Context, gid: string, filter: TaskFilter): Response {
    const project = state.get("project", gid);
    const list = bulk.ofProject(project.gid, filter);
    if (list) return answers.many(c, list);
    return many(
      c,
      state.tasksIn(gid).filter((task) => filter.passes(task)),
    );
  }
  function ofSection(c: Context, gid: string, filter: TaskFilter): Response {
    const section = state.get("section", gid);
    const tasks = state
      .tasksIn(section.project)
      .filter((task) => task.memberships.some((home) => home.section === gid))
      .filter((task) => filter.passes(task));
    return many(c, tasks);
  }
  function ofAssignee(
    c: Context,
    wanted: { assignee: string; workspace: string; filter: TaskFilter },
  ): Response {
    const { gid: workspace } = state.get("workspace", wanted.workspace);
    const user =
      wanted.assignee === "me" ? askingUser(state.me) : state.get("user", wanted.assignee).gid;
    const tasks = state
      .list("task")
      .filter((task) => task.assignee === user && task.workspace === workspace);
    const list = bulk.ofAssignee(user, tasks, wanted.filter);
    if (list) return answers.many(c, list);
    return many(
      c,
      tasks.filter((task) => wanted.filter.passes(task)),
    );
  }
  return app;
}
