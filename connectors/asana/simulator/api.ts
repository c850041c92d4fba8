import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";

import type { Clock } from "#shared/ports/clock.ts";

import type { Answers } from "./answers.ts";
import { eventRoutes } from "./event-routes.ts";
import { goalRoutes } from "./goal-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { portfolioRoutes, statusRoutes } from "./portfolio-routes.ts";
import { projectRoutes } from "./project-routes.ts";
import { requireScope } from "./scopes.ts";
import type { AsanaState } from "./state.ts";
import { taskReadRoutes, taskWriteRoutes } from "./task-routes.ts";
import { AsanaRefusal, errorBody } from "./vendor-error.ts";
import { viewingAs } from "./viewer.ts";
import type { WebhookDelivery } from "./webhook-delivery.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** What every route works with. */
export interface Api {
  readonly state: AsanaState;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly deliver: WebhookDelivery;
  /** Performs an operation and answers the gid it made or changed. */
  readonly perform: (operation: unknown) => { readonly gid: string };
}

export const apiPath = "/api/1.0";

/** The REST API of Asana, as far as the hub and its sample company use it. */
export function apiRoutes(api: Api): Hono {
  const app = new Hono().basePath(apiPath);
  app.use("*", async (c, next) => {
    const viewer = api.state.access.viewer(c.req.header("authorization"), api.clock.nowMs());
    requireScope(viewer, c.req.method, c.req.path.slice(apiPath.length));
    await viewingAs(viewer, next);
  });
  app.route("/", peopleRoutes(api));
  app.route("/", projectRoutes(api));
  app.route("/", portfolioRoutes(api));
  app.route("/", statusRoutes(api));
  app.route("/", taskReadRoutes(api));
  app.route("/", taskWriteRoutes(api));
  app.route("/", goalRoutes(api));
  app.route("/", eventRoutes(api));
  app.route("/", webhookRoutes(api));
  app.all("*", (c) => {
    throw new AsanaRefusal(404, `No matching route for request: ${c.req.method} ${c.req.path}`);
  });
  app.onError((error, c) => {
    if (error instanceof AsanaRefusal) return c.json(error.body(), error.status);
    if (error instanceof HTTPException) return c.json(errorBody(error.message), error.status);
    throw error;
  });
  return app;
}
