import { Hono } from "hono";
import type { Context } from "hono";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { alertRoutes } from "./alerts/alert-routes.ts";
import { appContext } from "./app-deps.ts";
import type { AppContext, AppDeps } from "./app-deps.ts";
import { connectionRoutes } from "./connections/connection-routes.ts";
import { coverageRoutes } from "./coverage/coverage-routes.ts";
import { requireAccess } from "./http/access.ts";
import { asHubError, errorAnswer } from "./http/error-envelope.ts";
import { guard } from "./http/guard.ts";
import { openApiDocument } from "./http/openapi.ts";
import { defineRoute, mount } from "./http/route.ts";
import type { Route } from "./http/route.ts";
import { ruleRoutes } from "./rules/rule-routes.ts";
import { workRoutes } from "./work/work-routes.ts";

/** The whole app over its ports: API, OpenAPI document and pages. */
export function createApp(deps: AppDeps): Hono {
  const context = appContext(deps);
  const app = new Hono();
  app.onError((error, c) => refuse(context, c, asHubError(error)));
  app.notFound((c) => refuse(context, c, new HubError("entity.not-found", "There is nothing here")));
  guard(app, context.publicUrl);
  app.use(requireAccess(context));
  mount(app, apiRoutes(context));
  return app;
}

/** Every operation of the API, its own description included. */
export function apiRoutes(context: AppContext): readonly Route[] {
  const routes: Route[] = [
    ...alertRoutes(context),
    ...workRoutes(context),
    ...connectionRoutes(context),
    ...ruleRoutes(context),
    ...coverageRoutes(context),
  ];
  let document: Record<string, unknown> | undefined;
  routes.push(
    defineRoute({
      method: "get",
      path: "/api/openapi.json",
      topic: "Description",
      summary: "This document",
      answer: z.record(z.string(), z.unknown()),
      run: async () => (document ??= openApiDocument(routes, context.publicUrl)),
    }),
  );
  return routes;
}

function refuse(context: AppContext, c: Context, error: HubError): Response {
  const requestId = requestIdOf(context, c);
  const { httpStatus, audience } = error.traits;
  if (audience === "developer") {
    const { cause } = error;
    context.logger.error("app.failed", {
      requestId,
      code: error.code,
      ...error.details,
      ...(cause instanceof Error && { cause: cause.name, stack: cause.stack }),
    });
  }
  if (error.retryAfterMs !== undefined) {
    c.header("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  }
  if (error.code === "access.denied") c.header("www-authenticate", "Bearer");
  return c.json(errorAnswer(error, requestId), httpStatus);
}

/** The id that the host gave the request (API Gateway's), else one of ours. */
function requestIdOf(context: AppContext, c: Context): string {
  const env = c.env as { event?: { requestContext?: { requestId?: string } } } | undefined;
  return env?.event?.requestContext?.requestId ?? context.random(12);
}
