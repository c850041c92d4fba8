import { Hono } from "hono";
import * as z from "zod";

import type { JiraEnv } from "../access.ts";
import { readBody } from "../answers.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import { actorOf, loadVisible } from "./issue-routes.ts";

/** Entity properties: what apps note on an issue, unseen by people. */
export function propertyRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3/issue/:idOrKey/properties");
  app.get("/", (c) => {
    const issue = loadVisible(site, c);
    const self = `${state.baseUrl}/rest/api/3/issue/${issue.id}/properties`;
    const keys = [...(state.properties.get(issue.id)?.keys() ?? [])].toSorted();
    return c.json({
      keys: keys.map((key) => ({ key, self: `${self}/${encodeURIComponent(key)}` })),
    });
  });
  app.get("/:property", (c) => {
    const issue = loadVisible(site, c);
    const key = c.req.param("property");
    const properties = state.properties.get(issue.id);
    if (!properties?.has(key)) throw new Refusal(404, "The property does not exist.");
    return c.json({ key, value: properties.get(key) });
  });
  app.put("/:property", async (c) => {
    const { key } = loadVisible(site, c);
    const value = await readBody(c, z.json());
    const property = c.req.param("property");
    const { result } = perform({ kind: "setEntityProperty", key, property, value, ...actorOf(c) });
    return c.body(null, result["isNew"] === true ? 201 : 200);
  });
  app.delete("/:property", (c) => {
    const { key } = loadVisible(site, c);
    const property = c.req.param("property");
    perform({ kind: "deleteEntityProperty", key, property, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}
