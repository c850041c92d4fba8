import { type Context, Hono } from "hono";
import * as z from "zod";

import { readData } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import { Gid, taskFields } from "./task-fields.ts";
import { CreateTask, UpdateTask } from "./task-operations.ts";
import { badRequest } from "./vendor-error.ts";
import { currentViewer } from "./viewer.ts";

/** As the outside writes it: whose it is follows from the token. */
const External = taskFields.external.omit({ app: true }).nullish();
const ChangedTask = UpdateTask.omit({ kind: true, gid: true }).extend({ external: External });
const NewTask = z.looseObject({
  ...CreateTask.omit({
    kind: true,
    memberships: true,
    dependencies: true,
    parent: true,
    external: true,
  }).shape,
  external: External,
  projects: z.array(Gid).default([]),
  memberships: z.array(z.object({ project: Gid, section: Gid.optional() })).default([]),
  parent: Gid.nullish(),
});
const Dependencies = z.object({ dependencies: z.array(Gid).min(1) });
const Dependents = z.object({ dependents: z.array(Gid).min(1) });

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
    const { external, ...data } = await readData(c, ChangedTask);
    perform({ kind: "updateTask", gid, ...data, ...ownExternal(external) });
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

/** Only OAuth apps may keep something at a task, each its own. */
function ownExternal(external: z.infer<typeof External>) {
  if (external === undefined) return {};
  const app = currentViewer()?.app;
  if (app === undefined) throw badRequest("external: Only OAuth apps can write external data");
  return { external: { app, ...(external ?? { gid: null, data: null }) } };
}

function creation(data: z.infer<typeof NewTask>): z.input<typeof CreateTask> {
  const { projects, memberships, parent, external, ...fields } = data;
  const homes = [
    ...memberships.map(({ project, section }) => ({ project, section: section ?? null })),
    ...projects.map((project) => ({ project, section: null })),
  ];
  const known = CreateTask.omit({ kind: true, memberships: true, parent: true }).keyof().options;
  const kept = Object.entries(fields).filter(([name]) => known.some((field) => field === name));
  return {
    ...Object.fromEntries(kept),
    ...ownExternal(external),
    kind: "createTask",
    name: data.name,
    memberships: homes,
    ...(typeof parent === "string" ? { parent } : {}),
  };
}
