import { type Context, Hono } from "hono";

import { readData, refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import { UpdateProject } from "./project-operations.ts";
import type { AsanaState, Project, Task } from "./state.ts";
import { badRequest } from "./vendor-error.ts";

/** Projects and sections. */
export function projectRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  const many = (
    c: Context,
    within: { workspace?: string | undefined; team?: string | undefined },
  ) => answers.many(c, refs("project", projectsIn(state, within, c.req.query("archived"))));

  app.get("/projects", (c) => {
    const { workspace, team } = c.req.query();
    if (workspace === undefined && team === undefined) {
      throw badRequest("Must specify one of workspace or team");
    }
    return many(c, { workspace, team });
  });
  app.get("/workspaces/:gid/projects", (c) => many(c, { workspace: c.req.param("gid") }));
  app.get("/teams/:gid/projects", (c) => many(c, { team: c.req.param("gid") }));
  app.get("/projects/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("project", state.get("project", gid).gid));
  });
  app.get("/projects/:gid/task_counts", (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    // The document: "all fields are excluded by default".
    const wanted = c.req.query("opt_fields")?.split(",") ?? [];
    const counts = Object.entries(taskCounts(state.tasksIn(gid)));
    return c.json({ data: Object.fromEntries(counts.filter(([name]) => wanted.includes(name))) });
  });
  app.put("/projects/:gid", async (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    const data = await readData(
      c,
      UpdateProject.omit({ kind: true, gid: true, portfolios: true, members: true }),
    );
    perform({ kind: "updateProject", gid, ...data });
    return answers.one(c, new Ref("project", gid));
  });
  app.delete("/projects/:gid", (c) => {
    perform({ kind: "deleteProject", gid: state.get("project", c.req.param("gid")).gid });
    return c.json({ data: {} });
  });
  app.get("/projects/:gid/sections", (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    const sections = state.list("section").filter((section) => section.project === gid);
    return answers.many(c, refs("section", sections));
  });
  app.get("/sections/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("section", state.get("section", gid).gid));
  });
  return app;
}

function projectsIn(
  state: AsanaState,
  within: { readonly workspace?: string | undefined; readonly team?: string | undefined },
  archived: string | undefined,
): Project[] {
  if (within.workspace !== undefined) state.get("workspace", within.workspace);
  if (within.team !== undefined) state.get("team", within.team);
  return state
    .list("project")
    .filter((project) => (within.workspace ?? project.workspace) === project.workspace)
    .filter((project) => (within.team ?? project.team) === project.team)
    .filter((project) => archived === undefined || String(project.archived ?? false) === archived);
}

function taskCounts(tasks: readonly Task[]): Record<string, number> {
  const milestones = tasks.filter((task) => task.resource_subtype === "milestone");
  const completed = (of: readonly Task[]) => of.filter((task) => task.completed).length;
  return {
    num_tasks: tasks.length,
    num_incomplete_tasks: tasks.length - completed(tasks),
    num_completed_tasks: completed(tasks),
    num_milestones: milestones.length,
    num_incomplete_milestones: milestones.length - completed(milestones),
    num_completed_milestones: completed(milestones),
  };
}
