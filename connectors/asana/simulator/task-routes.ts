import { type Context, Hono } from "hono";
import * as z from "zod";

import { instantParameter, readData, refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import type { Task } from "./state.ts";
import { CreateTask, Gid, UpdateTask } from "./task-operations.ts";
import { badRequest } from "./vendor-error.ts";
import { askingUser } from "./viewer.ts";

const NewTask = z.looseObject({
  ...CreateTask.omit({ kind: true, memberships: true, dependencies: true, parent: true }).shape,
  projects: z.array(Gid).default([]),
  memberships: z.array(z.object({ project: Gid, section: Gid.optional() })).default([]),
  parent: Gid.nullish(),
});
const Dependencies = z.object({ dependencies: z.array(Gid).min(1) });
const Dependents = z.object({ dependents: z.array(Gid).min(1) });

/** Tasks: lists and single reads. */
export function taskReadRoutes({ state, answers, clock }: Api): Hono {
  const app = new Hono();
  const many = (c: Context, tasks: readonly Task[]) => answers.many(c, refs("task", tasks));

  app.get("/tasks", (c) => many(c, passing(c, candidates(c), clock.nowMs())));
  app.get("/projects/:gid/tasks", (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    return many(c, passing(c, state.tasksIn(gid), clock.nowMs()));
  });
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
      dependencies.flatMap((gid) => state.find("task", gid) ?? []),
    );
  });
  app.get("/tasks/:gid/dependents", (c) => {
    const { gid } = state.get("task", c.req.param("gid"));
    return many(c, state.dependents(gid));
  });

  function candidates(c: Context): readonly Task[] {
    const { project, section, assignee, workspace } = c.req.query();
    if (project !== undefined) return state.tasksIn(state.get("project", project).gid);
    if (section !== undefined) {
      const found = state.get("section", section);
      return state
        .tasksIn(found.project)
        .filter((task) => task.memberships.some((home) => home.section === section));
    }
    if (assignee === undefined || workspace === undefined) {
      throw badRequest(
        "Must specify exactly one of project, tag, section, user task list, or assignee + workspace",
      );
    }
    const user = assignee === "me" ? askingUser(state.me) : state.get("user", assignee).gid;
    return state
      .list("task")
      .filter((task) => task.assignee === user && task.workspace === workspace);
  }
  return app;
}

/** `completed_since=now` means incomplete ones; `modified_since` sees more than `modified_at` shows. */
function passing(c: Context, tasks: readonly Task[], nowMs: number): readonly Task[] {
  const completedSince = instantParameter(c, "completed_since", nowMs);
  const modifiedSince = instantParameter(c, "modified_since", nowMs);
  return tasks.filter(
    (task) =>
      (completedSince === undefined ||
        !task.completed ||
        Date.parse(task.completed_at ?? task.modified_at) >= completedSince) &&
      (modifiedSince === undefined || Date.parse(task.touchedAt) >= modifiedSince),
  );
}

/** Tasks: everything that changes them. */
export function taskWriteRoutes(api: Api): Hono {
  const { state, answers, perform } = api;
  const app = new Hono();
  const gidOf = (c: Context) => state.get("task", c.req.param("gid") ?? "").gid;

  app.post("/tasks", async (c) => {
    const { gid } = perform(creation(await readData(c, NewTask)));
    return answers.one(c, new Ref("task", gid), 201);
  });
  app.post("/tasks/:gid/subtasks", async (c) => {
    const parent = gidOf(c);
    const { gid } = perform(creation({ ...(await readData(c, NewTask)), parent }));
    return answers.one(c, new Ref("task", gid), 201);
  });
  app.put("/tasks/:gid", async (c) => {
    const gid = gidOf(c);
    perform({
      kind: "updateTask",
      gid,
      ...(await readData(c, UpdateTask.omit({ kind: true, gid: true }))),
    });
    return answers.one(c, new Ref("task", gid));
  });
  app.delete("/tasks/:gid", (c) => {
    perform({ kind: "deleteTask", gid: gidOf(c) });
    return empty(c);
  });
  for (const action of ["add", "remove"] as const) {
    app.post(`/tasks/:gid/${action}Dependencies`, async (c) => {
      const task = gidOf(c);
      for (const dependsOn of (await readData(c, Dependencies)).dependencies) {
        perform({ kind: `${action}Dependency`, task, dependsOn });
      }
      return empty(c);
    });
    app.post(`/tasks/:gid/${action}Dependents`, async (c) => {
      const dependsOn = gidOf(c);
      for (const task of (await readData(c, Dependents)).dependents) {
        perform({ kind: `${action}Dependency`, task, dependsOn });
      }
      return empty(c);
    });
  }
  app.route("/", taskMoveRoutes(api));
  return app;
}

/** Tasks: moves between projects and parents. */
function taskMoveRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  const gidOf = (c: Context) => state.get("task", c.req.param("gid") ?? "").gid;
  app.post("/tasks/:gid/addProject", async (c) => {
    const task = gidOf(c);
    const home = await readData(c, z.object({ project: Gid, section: Gid.nullish() }));
    perform({ kind: "addToProject", task, project: home.project, section: home.section ?? null });
    return empty(c);
  });
  app.post("/tasks/:gid/removeProject", async (c) => {
    const task = gidOf(c);
    const { project } = await readData(c, z.object({ project: Gid }));
    perform({ kind: "removeFromProject", task, project });
    return empty(c);
  });
  app.post("/tasks/:gid/setParent", async (c) => {
    const task = gidOf(c);
    const { parent } = await readData(c, z.object({ parent: Gid.nullable() }));
    perform({ kind: "setParent", task, parent });
    return answers.one(c, new Ref("task", task));
  });
  return app;
}

function empty(c: Context): Response {
  return c.json({ data: {} });
}

function creation(data: z.infer<typeof NewTask>): z.input<typeof CreateTask> {
  const { projects, memberships, parent, ...fields } = data;
  const homes = [
    ...memberships.map(({ project, section }) => ({ project, section: section ?? null })),
    ...projects.map((project) => ({ project, section: null })),
  ];
  const known = CreateTask.omit({ kind: true, memberships: true, parent: true }).keyof().options;
  const kept = Object.entries(fields).filter(([name]) => known.some((field) => field === name));
  return {
    ...Object.fromEntries(kept),
    kind: "createTask",
    name: data.name,
    memberships: homes,
    ...(typeof parent === "string" ? { parent } : {}),
  };
}
