import { Hono } from "hono";
import * as z from "zod";

import { readData, refs, required } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import { AddStatusUpdate, UpdateProject } from "./project-operations.ts";
import type { StateOf } from "./state.ts";
import { badRequest, paymentRequired } from "./vendor-error.ts";

/** Users, workspaces and teams. */
export function peopleRoutes({ state, answers }: Api): Hono {
  const app = new Hono();
  const usersOf = (workspace: string) => {
    state.get("workspace", workspace);
    return refs(
      "user",
      state.list("user").filter((user) => isIn(user, workspace)),
    );
  };

  app.get("/users/me", (c) => answers.one(c, new Ref("user", state.me)));
  app.get("/users", (c) => answers.many(c, usersOf(required(c, "workspace"))));
  app.get("/workspaces/:gid/users", (c) => answers.many(c, usersOf(c.req.param("gid"))));
  app.get("/users/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("user", state.get("user", gid).gid));
  });
  app.get("/workspaces/:gid/workspace_memberships", (c) => {
    const workspace = state.get("workspace", c.req.param("gid"));
    const members = state
      .list("workspace_membership")
      .filter((member) => member.workspace === workspace.gid);
    return answers.many(c, refs("workspace_membership", members));
  });
  app.get("/workspaces", (c) => answers.many(c, refs("workspace", state.list("workspace"))));
  app.get("/workspaces/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("workspace", state.get("workspace", gid).gid));
  });
  app.get("/workspaces/:gid/teams", (c) => {
    const { gid } = state.get("workspace", c.req.param("gid"));
    return answers.many(
      c,
      refs(
        "team",
        state.list("team").filter((team) => team.workspace === gid),
      ),
    );
  });
  app.get("/teams/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("team", state.get("team", gid).gid));
  });
  return app;
}

function isIn(user: StateOf["user"], workspace: string): boolean {
  return user.is_active && (user.workspaces?.includes(workspace) ?? true);
}

/** Projects and sections. */
export function projectRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  const projectsOf = (workspace: string, archived: string | undefined) => {
    state.get("workspace", workspace);
    return refs(
      "project",
      state
        .list("project")
        .filter((project) => project.workspace === workspace)
        .filter(
          (project) => archived === undefined || String(project.archived ?? false) === archived,
        ),
    );
  };
  app.get("/projects", (c) => {
    const workspace = required(c, "workspace");
    return answers.many(c, projectsOf(workspace, c.req.query("archived")));
  });
  app.get("/workspaces/:gid/projects", (c) =>
    answers.many(c, projectsOf(c.req.param("gid"), c.req.query("archived"))),
  );
  app.get("/projects/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("project", state.get("project", gid).gid));
  });
  app.put("/projects/:gid", async (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    const data = await readData(c, UpdateProject.omit({ kind: true, gid: true, portfolios: true }));
    perform({ kind: "updateProject", gid, ...data });
    return answers.one(c, new Ref("project", gid));
  });
  app.delete("/projects/:gid", (c) => {
    perform({ kind: "deleteProject", gid: c.req.param("gid") });
    return c.json({ data: {} });
  });
  app.get("/projects/:gid/sections", (c) => {
    const { gid } = state.get("project", c.req.param("gid"));
    const sections = state.list("section").filter((section) => section.project === gid);
    return answers.many(c, refs("section", sections));
  });

  return app;
}

/** Portfolios (a feature of the higher plans) and status updates. */
export function portfolioRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  app.use("/portfolios/*", async (_c, next) => {
    if (!state.features.portfolios) throw paymentRequired("Portfolios");
    await next();
  });
  app.get("/portfolios", (c) => {
    const { gid } = state.get("workspace", required(c, "workspace"));
    // Without a service account the token's own portfolios only; another owner is an error.
    const owner = c.req.query("owner");
    if (owner !== "me" && owner !== state.me)
      throw badRequest("owner: Must be the authorized user");
    const own = state
      .list("portfolio")
      .filter((portfolio) => portfolio.workspace === gid && portfolio.owner === state.me);
    return answers.many(c, refs("portfolio", own));
  });
  app.get("/portfolios/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("portfolio", state.get("portfolio", gid).gid));
  });
  app.get("/portfolios/:gid/items", (c) => {
    const { gid } = state.get("portfolio", c.req.param("gid"));
    const items = state.list("project").filter((project) => project.portfolios.includes(gid));
    return answers.many(c, refs("project", items));
  });

  app.get("/status_updates", (c) => {
    const parent = required(c, "parent");
    const updates = state.list("status_update").filter((update) => update.parent === parent);
    return answers.many(c, refs("status_update", updates));
  });
  app.post("/status_updates", async (c) => {
    const data = await readData(c, z.object(AddStatusUpdate.omit({ kind: true }).shape));
    const { gid } = perform({ kind: "addStatusUpdate", ...data });
    return answers.one(c, new Ref("status_update", gid), 201);
  });
  return app;
}
