import { type Context, Hono } from "hono";
import * as z from "zod";

import { readData, refs, required } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import { CreateGoal, SetGoalMetric, UpdateGoal } from "./goal-operations.ts";
import { requireFeature, workspaceAsked } from "./plan.ts";
import type { Goal } from "./state.ts";
import { Gid } from "./task-fields.ts";
import { badRequest } from "./vendor-error.ts";

/** Goals, their relationships and time periods: features of the higher plans. */
export function goalRoutes(api: Api): Hono {
  const { state, answers } = api;
  const app = new Hono();
  for (const path of ["/goals/*", "/goal_relationships/*", "/time_periods/*"]) {
    app.use(path, async (c, next) => {
      requireFeature(state, workspaceAsked(state, c), "goals");
      await next();
    });
  }
  app.get("/goals", (c) => answers.many(c, refs("goal", goalsFor(api, c))));
  app.get("/goals/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("goal", state.get("goal", gid).gid));
  });
  app.get("/goals/:gid/parentGoals", (c) => {
    const { gid } = state.get("goal", c.req.param("gid"));
    const parents = state
      .list("goal_relationship")
      .filter((relation) => relation.supporting_resource === gid)
      .flatMap((relation) => state.seen("goal", relation.supported_goal) ?? []);
    return answers.many(c, refs("goal", parents));
  });
  app.get("/goal_relationships", (c) => {
    const { gid } = state.get("goal", required(c, "supported_goal"));
    const subtype = c.req.query("resource_subtype");
    const relations = state
      .list("goal_relationship")
      .filter((relation) => relation.supported_goal === gid)
      .filter((relation) => {
        const kind = state.kindOf(relation.supporting_resource);
        if (kind === undefined) return false;
        return (
          subtype === undefined || (kind === "goal" ? "subgoal" : "supporting_work") === subtype
        );
      });
    return answers.many(c, refs("goal_relationship", relations));
  });
  app.get("/goal_relationships/:gid", (c) => {
    const gid = c.req.param("gid");
    const relation = state.get("goal_relationship", gid);
    return answers.one(c, new Ref("goal_relationship", relation.gid));
  });
  app.get("/time_periods", (c) => {
    const { gid } = state.get("workspace", required(c, "workspace"));
    const { start_on: from, end_on: to } = c.req.query();
    const periods = state
      .list("time_period")
      .filter((period) => period.workspace === gid)
      .filter((period) => from === undefined || period.start_on >= from)
      .filter((period) => to === undefined || period.end_on <= to);
    return answers.many(c, refs("time_period", periods));
  });
  app.get("/time_periods/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("time_period", state.get("time_period", gid).gid));
  });
  app.route("/", goalWriteRoutes(api));
  return app;
}

function goalsFor({ state }: Api, c: Context): readonly Goal[] {
  const query = c.req.query();
  const supporting = query["portfolio"] ?? query["project"] ?? query["task"];
  const supported = new Set(
    state
      .list("goal_relationship")
      .filter((relation) => relation.supporting_resource === supporting)
      .map((relation) => relation.supported_goal),
  );
  if (supporting === undefined && query["workspace"] === undefined && query["team"] === undefined) {
    throw badRequest("Must specify one of portfolio, project, task, team or workspace");
  }
  if (query["workspace"] !== undefined) state.get("workspace", query["workspace"]);
  const periods = query["time_periods"]?.split(",");
  return state
    .list("goal")
    .filter((goal) => supporting === undefined || supported.has(goal.gid))
    .filter((goal) => (query["workspace"] ?? goal.workspace) === goal.workspace)
    .filter((goal) => (query["team"] ?? goal.team) === goal.team)
    .filter((goal) => periods?.includes(goal.time_period ?? "") ?? true)
    .filter(
      (goal) =>
        (query["is_workspace_level"] ?? String(goal.is_workspace_level)) ===
        String(goal.is_workspace_level),
    );
}

function goalWriteRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  app.post("/goals", async (c) => {
    const { gid } = perform({
      kind: "createGoal",
      ...(await readData(c, CreateGoal.omit({ kind: true, parent: true }))),
    });
    return answers.one(c, new Ref("goal", gid), 201);
  });
  app.put("/goals/:gid", async (c) => {
    const { gid } = state.get("goal", c.req.param("gid"));
    const data = await readData(
      c,
      UpdateGoal.omit({ kind: true, gid: true, current_number_value: true }),
    );
    perform({ kind: "updateGoal", gid, ...data });
    return answers.one(c, new Ref("goal", gid));
  });
  app.delete("/goals/:gid", (c) => {
    perform({ kind: "deleteGoal", gid: c.req.param("gid") });
    return c.json({ data: {} });
  });
  app.post("/goals/:gid/setMetric", async (c) => {
    const { gid } = state.get("goal", c.req.param("gid"));
    const metric = await readData(c, z.object(SetGoalMetric.omit({ kind: true, gid: true }).shape));
    perform({ kind: "setGoalMetric", gid, ...metric });
    return answers.one(c, new Ref("goal", gid));
  });
  app.post("/goals/:gid/setMetricCurrentValue", async (c) => {
    const { gid } = state.get("goal", c.req.param("gid"));
    const data = await readData(c, z.object({ current_number_value: z.number() }));
    perform({ kind: "updateGoal", gid, ...data });
    return answers.one(c, new Ref("goal", gid));
  });
  app.post("/goals/:gid/addSupportingRelationship", async (c) => {
    const { gid: goal } = state.get("goal", c.req.param("gid"));
    const data = await readData(
      c,
      z.object({
        supporting_resource: Gid,
        contribution_weight: z.number().min(0).max(1).default(0),
      }),
    );
    const { gid } = perform({
      kind: "addSupport",
      goal,
      resource: data.supporting_resource,
      contribution_weight: data.contribution_weight,
    });
    return answers.one(c, new Ref("goal_relationship", gid));
  });
  app.post("/goals/:gid/removeSupportingRelationship", async (c) => {
    const { gid: goal } = state.get("goal", c.req.param("gid"));
    const { supporting_resource } = await readData(c, z.object({ supporting_resource: Gid }));
    perform({ kind: "removeSupport", goal, resource: supporting_resource });
    return c.json({ data: {} });
  });
  return app;
}
