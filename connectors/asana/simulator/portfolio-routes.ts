import { Hono } from "hono";
import * as z from "zod";

import { readData, refs, required } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";
import { requireFeature, workspaceAsked } from "./plan.ts";
import { AddStatusUpdate } from "./project-operations.ts";
import { badRequest } from "./vendor-error.ts";
import { askingUser, currentViewer } from "./viewer.ts";

/** Portfolios: a feature of the higher plans. */
export function portfolioRoutes({ state, answers }: Api): Hono {
  const app = new Hono();
  app.use("/portfolios/*", async (c, next) => {
    requireFeature(state, workspaceAsked(state, c), "portfolios");
    await next();
  });
  app.get("/portfolios", (c) => {
    const { gid } = state.get("workspace", required(c, "workspace"));
    const owner = ownerAsked(c.req.query("owner"));
    const found = state
      .list("portfolio")
      .filter((portfolio) => portfolio.workspace === gid)
      .filter((portfolio) => owner === undefined || portfolio.owner === owner);
    return answers.many(c, refs("portfolio", found));
  });
  app.get("/portfolios/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("portfolio", state.get("portfolio", gid).gid));
  });
  app.get("/portfolios/:gid/items", (c) => {
    const { gid } = state.get("portfolio", c.req.param("gid"));
    const projects = state.list("project").filter(({ portfolios }) => portfolios.includes(gid));
    const nested = state.list("portfolio").filter(({ portfolios }) => portfolios.includes(gid));
    return answers.many(c, [...refs("project", projects), ...refs("portfolio", nested)]);
  });

  /** Only a service account may ask for others' portfolios, or leave the owner out and get all. */
  function ownerAsked(owner: string | undefined): string | undefined {
    const me = askingUser(state.me);
    const asked = owner === "me" ? me : owner;
    if (currentViewer()?.kind === "service-account") return asked;
    if (asked !== me) throw badRequest("owner: Must be the authorized user");
    return me;
  }
  return app;
}

/** Status updates of projects, portfolios and goals. */
export function statusRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  app.get("/status_updates", (c) => {
    const parent = required(c, "parent");
    const kind = state.kindOf(parent);
    if (kind) state.get(kind, parent);
    const since = c.req.query("created_since");
    const updates = state
      .list("status_update")
      .filter((update) => update.parent === parent)
      .filter((update) => since === undefined || update.created_at >= since);
    return answers.many(c, refs("status_update", updates));
  });
  app.get("/status_updates/:gid", (c) => {
    const gid = c.req.param("gid");
    return answers.one(c, new Ref("status_update", state.get("status_update", gid).gid));
  });
  app.post("/status_updates", async (c) => {
    const data = await readData(c, z.object(AddStatusUpdate.omit({ kind: true }).shape));
    const { gid } = perform({ kind: "addStatusUpdate", ...data });
    return answers.one(c, new Ref("status_update", gid), 201);
  });
  return app;
}
