import { Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";

import type { Clock } from "#shared/ports/clock.ts";

import type { Answers } from "./answers.ts";
import { eventRoutes } from "./event-routes.ts";
import { fieldRoutes } from "./field-routes.ts";
import { goalRoutes } from "./goal-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { portfolioRoutes, statusRoutes } from "./portfolio-routes.ts";
import { projectRoutes } from "./project-routes.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { RequestStatistics } from "./request-statistics.ts";
import { requireScope } from "./scopes.ts";
import { searchRoutes } from "./search-routes.ts";
import type { AsanaState } from "./state.ts";
import { storyRoutes } from "./story-routes.ts";
import { taskReadRoutes } from "./task-read-routes.ts";
import { taskWriteRoutes } from "./task-routes.ts";
import { AsanaRefusal, errorBody, tooManyRequests } from "./vendor-error.ts";
import { viewingAs } from "./viewer.ts";
import type { WebhookDelivery } from "./webhook-delivery.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** What every route works with. */
export interface Api {
  readonly state: AsanaState;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly deliver: WebhookDelivery;
  readonly webhooksPerResource: number;
  /** How long a change stays unseen by search. */
  readonly searchLagMs: number;
  readonly limits: RequestLimits;
  readonly statistics: RequestStatistics;
  /** How long each answer takes, on the clock. */
  readonly latencyMs: number;
  /** Performs an operation and answers the gid it made or changed. */
  readonly perform: (operation: unknown) => { readonly gid: string };
}

export const apiPath = "/api/1.0";

/** The REST API of Asana, as far as the hub and its sample company use it. */
export function apiRoutes(api: Api): Hono {
  const app = new Hono().basePath(apiPath);
  app.use("*", access(api));
  app.route("/", peopleRoutes(api));
  app.route("/", projectRoutes(api));
  app.route("/", portfolioRoutes(api));
  app.route("/", statusRoutes(api));
  app.route("/", taskReadRoutes(api));
  app.route("/", taskWriteRoutes(api));
  app.route("/", searchRoutes(api));
  app.route("/", fieldRoutes(api));
  app.route("/", storyRoutes(api));
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

/** Who asks, whether they may now, and how long it takes. */
function access({ state, clock, limits, statistics, latencyMs }: Api): MiddlewareHandler {
  return async (c, next) => {
    const viewer = state.access.viewer(c.req.header("authorization"), clock.nowMs());
    const path = c.req.path.slice(apiPath.length);
    const entry = limits.enter(viewer.token, c.req.method, path);
    if ("reason" in entry) {
      statistics.refuse(entry.reason);
      c.header("Retry-After", String(entry.retryAfterSeconds));
      return c.json(errorBody(tooManyRequests), 429);
    }
    try {
      if (latencyMs > 0) await clock.sleep(latencyMs);
      requireScope(viewer, c.req.method, path);
      await viewingAs(viewer, next);
    } finally {
      entry.leave();
    }
    return undefined;
  };
}
