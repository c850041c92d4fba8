import { Hono } from "hono";
import * as z from "zod";

import { readData, refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { CreateCustomField } from "./field-operations.ts";
import { Ref } from "./field-selection.ts";
import { requireFeature, workspaceOf } from "./plan.ts";

const Setting = z.looseObject({
  custom_field: z.string(),
  is_important: z.boolean().optional(),
});
const NewField = z.object({
  ...CreateCustomField.omit({ kind: true }).shape,
  workspace: z.string(),
});

/** Custom fields and where they are used: a feature of the paid plans. */
export function fieldRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  const requirePlan = (workspace: string) => requireFeature(state, workspace, "custom_fields");

  app.get("/workspaces/:gid/custom_fields", (c) => {
    const { gid } = state.get("workspace", c.req.param("gid"));
    requirePlan(gid);
    const fields = state.list("custom_field").filter((field) => field.workspace === gid);
    return answers.many(c, refs("custom_field", fields));
  });
  app.get("/custom_fields/:gid", (c) => {
    const field = state.get("custom_field", c.req.param("gid"));
    requirePlan(field.workspace);
    return answers.one(c, new Ref("custom_field", field.gid));
  });
  app.post("/custom_fields", async (c) => {
    const data = await readData(c, NewField);
    requirePlan(state.get("workspace", data.workspace).gid);
    const { gid } = perform({ kind: "createCustomField", ...data });
    return answers.one(c, new Ref("custom_field", gid), 201);
  });
  app.delete("/custom_fields/:gid", (c) => {
    const { gid } = state.get("custom_field", c.req.param("gid"));
    perform({ kind: "deleteCustomField", gid });
    return c.json({ data: {} });
  });

  for (const kind of ["project", "portfolio", "goal"] as const) {
    const path = `/${kind}s/:gid` as const;
    app.get(`${path}/custom_field_settings`, (c) => {
      const { gid } = state.get(kind, c.req.param("gid"));
      requirePlan(workspaceOf(state, gid) ?? "");
      const settings = state
        .list("custom_field_setting")
        .filter((setting) => setting.parent === gid);
      return answers.many(c, refs("custom_field_setting", settings));
    });
    app.post(`${path}/addCustomFieldSetting`, async (c) => {
      const { gid: parent } = state.get(kind, c.req.param("gid"));
      requirePlan(workspaceOf(state, parent) ?? "");
      const { custom_field, is_important } = await readData(c, Setting);
      const operation = { kind: "addFieldSetting", parent, custom_field, is_important };
      return answers.one(c, new Ref("custom_field_setting", perform(operation).gid));
    });
    app.post(`${path}/removeCustomFieldSetting`, async (c) => {
      const { gid: parent } = state.get(kind, c.req.param("gid"));
      const { custom_field } = await readData(c, Setting);
      perform({ kind: "removeFieldSetting", parent, custom_field });
      return c.json({ data: {} });
    });
  }
  return app;
}
