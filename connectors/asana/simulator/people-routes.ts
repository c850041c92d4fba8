import { Hono } from "hono";

import { refs, required } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import type { AsanaState, StateOf } from "./state.ts";
import { askingUser } from "./viewer.ts";

/** Users, their memberships, workspaces and teams. */
export function peopleRoutes(api: Api): Hono {
  const { state, answers } = api;
  const app = new Hono();
  const usersOf = (workspace: string) => {
    state.get("workspace", workspace);
    return refs(
      "user",
      state.list("user").filter((user) => isIn(user, workspace)),
    );
  };

  app.get("/users", (c) => {
    const { team } = c.req.query();
    if (team === undefined) return answers.many(c, usersOf(required(c, "workspace")));
    return answers.many(c, refs("user", membersOf(state, team)));
  });
  app.get("/workspaces/:gid/users", (c) => answers.many(c, usersOf(c.req.param("gid"))));
  app.get("/users/:gid", (c) =>
    answers.one(c, new Ref("user", userOf(state, c.req.param("gid")).gid)),
  );
  app.get("/users/:gid/workspace_memberships", (c) => {
    const { gid } = userOf(state, c.req.param("gid"));
    const members = state.list("workspace_membership").filter(({ user }) => user === gid);
    return answers.many(c, refs("workspace_membership", members));
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
  app.route("/", teamRoutes(api));
  return app;
}

function teamRoutes({ state, answers }: Api): Hono {
  const app = new Hono();
  app.get("/workspaces/:gid/teams", (c) => {
    const { gid } = state.get("workspace", c.req.param("gid"));
    return answers.many(c, refs("team", teamsOf(gid)));
  });
  app.get("/users/:gid/teams", (c) => {
    const user = userOf(state, c.req.param("gid"));
    const { gid } = state.get("workspace", required(c, "organization"));
    const teams = teamsOf(gid).filter((team) => team.members?.includes(user.gid) ?? true);
    return answers.many(c, refs("team", teams));
  });
  app.get("/teams/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("team", state.get("team", gid).gid));
  });
  app.get("/teams/:gid/users", (c) =>
    answers.many(c, refs("user", membersOf(state, c.req.param("gid")))),
  );

  function teamsOf(workspace: string): StateOf["team"][] {
    return state.list("team").filter((team) => team.workspace === workspace);
  }
  return app;
}

function userOf(state: AsanaState, gid: string): StateOf["user"] {
  return state.get("user", gid === "me" ? askingUser(state.me) : gid);
}

function membersOf(state: AsanaState, gid: string): StateOf["user"][] {
  const team = state.get("team", gid);
  return state
    .list("user")
    .filter((user) => isIn(user, team.workspace))
    .filter((user) => team.members?.includes(user.gid) ?? true);
}

function isIn(user: StateOf["user"], workspace: string): boolean {
  const hasLeft = !user.is_active || user.left?.includes(workspace) === true;
  return !hasLeft && (user.workspaces?.includes(workspace) ?? true);
}
