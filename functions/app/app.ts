import { Hono } from "hono";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";

import { HubError, framesOf } from "#shared/errors.ts";

import { serveAlertPages } from "./alerts/alert-pages.ts";
import { alertRoutes } from "./alerts/alert-routes.ts";
import { appContext } from "./app-deps.ts";
import type { AppContext, AppDeps } from "./app-deps.ts";
import { serveAsOfPages } from "./as-of/as-of-pages.ts";
import { asOfRoutes } from "./as-of/as-of-routes.ts";
import { serveAssets } from "./assets/assets.ts";
import { briefRoutes, serveBriefPages } from "./brief/brief-pages.ts";
import { serveConnectionPages } from "./connections/connection-pages.ts";
import { connectionRoutes } from "./connections/connection-routes.ts";
import { serveConsentPages } from "./consents/consent-pages.ts";
import { consentRoutes } from "./consents/consent-routes.ts";
import { serveCoveragePages } from "./coverage/coverage-pages.ts";
import { coverageRoutes } from "./coverage/coverage-routes.ts";
import { serveCustomRulePages } from "./custom-rules/custom-rule-pages.ts";
import { customRuleRoutes } from "./custom-rules/custom-rule-routes.ts";
import { serveDeliveryPages } from "./deliveries/delivery-pages.ts";
import { deliveryRoutes } from "./deliveries/delivery-routes.ts";
import { eventRoutes } from "./events/event-routes.ts";
import { requireAccess } from "./http/access.ts";
import { asHubError, errorAnswer } from "./http/error-envelope.ts";
import { guard } from "./http/guard.ts";
import { openApiDocument } from "./http/openapi.ts";
import { defineRoute, mount } from "./http/route.ts";
import type { Route } from "./http/route.ts";
import { serveLinkRulePages } from "./link-rules/link-rule-pages.ts";
import { linkRuleRoutes } from "./link-rules/link-rule-routes.ts";
import { onboardingRoutes } from "./onboarding/onboarding-routes.ts";
import { serveSetupPages } from "./onboarding/setup-pages.ts";
import { serveOrgPages } from "./org/org-pages.ts";
import { orgRoutes } from "./org/org-routes.ts";
import { errorPage } from "./page/error-page.ts";
import { withQuery } from "./page/html.ts";
import { serveSignIn } from "./page/sign-in-page.ts";
import { serveErasurePages } from "./people/erasure-pages.ts";
import { erasureRoutes } from "./people/erasure-routes.ts";
import { servePeoplePages } from "./people/people-pages.ts";
import { peopleRoutes } from "./people/people-routes.ts";
import { serveRoutingPages } from "./routing/routing-pages.ts";
import { routingRoutes } from "./routing/routing-routes.ts";
import { serveBackTestPages } from "./rules/back-test-pages.ts";
import { backTestRoutes } from "./rules/back-test-routes.ts";
import { servePatternBackTestPages } from "./rules/pattern-back-test-pages.ts";
import { serveRulePages } from "./rules/rule-pages.ts";
import { ruleRoutes } from "./rules/rule-routes.ts";
import { serveSendingPages } from "./scim/sending-pages.ts";
import { sendingRoutes } from "./scim/sending-routes.ts";
import { serveSelfCheckPages } from "./self-check/self-check-pages.ts";
import { selfCheckRoutes } from "./self-check/self-check-routes.ts";
import { serveUploadPages } from "./uploads/upload-pages.ts";
import { uploadRoutes } from "./uploads/upload-routes.ts";
import { serveWorkPages } from "./work-items/work-pages.ts";
import { workRoutes } from "./work-items/work-routes.ts";
import { serveWriteBackPages } from "./write-back/write-back-pages.ts";
import { writeBackRoutes } from "./write-back/write-back-routes.ts";

/** The whole app over its ports: API, OpenAPI document and pages. */
export function createApp(deps: AppDeps): Hono {
  const context = appContext(deps);
  const app = new Hono();
  app.onError((error, c) => refuse(context, c, asHubError(error)));
  app.notFound((c) =>
    refuse(context, c, new HubError("entity.not-found", "There is nothing under this address")),
  );
  guard(app, context.publicUrl);
  app.use(requireAccess(context));
  mount(app, apiRoutes(context));
  serveAssets(app);
  serveSignIn(app, context);
  // Before the alerts: an id at the end of a path takes slashes too.
  serveRoutingPages(app, context);
  serveAlertPages(app, context);
  // Before the pages of now, whose addresses they share.
  serveAsOfPages(app, context);
  serveWorkPages(app, context);
  serveConsentPages(app, context);
  serveSetupPages(app, context);
  serveSendingPages(app, context);
  serveConnectionPages(app, context);
  serveUploadPages(app, context);
  serveWriteBackPages(app, context);
  serveCoveragePages(app, context);
  serveSelfCheckPages(app, context);
  serveOrgPages(app, context);
  serveErasurePages(app, context);
  servePeoplePages(app, context);
  serveRulePages(app, context);
  serveBackTestPages(app, context);
  serveLinkRulePages(app, context);
  servePatternBackTestPages(app, context);
  serveCustomRulePages(app, context);
  serveDeliveryPages(app, context);
  serveBriefPages(app, context);
  return app;
}

/** Every operation of the API, its own description included. */
export function apiRoutes(context: AppContext): readonly Route[] {
  const routes: Route[] = [
    ...routingRoutes(context),
    ...alertRoutes(context),
    // Before what an item's id may swallow.
    ...asOfRoutes(context),
    ...workRoutes(context),
    // Before the connections: an id at the end of a path may hold slashes and would take them all.
    ...onboardingRoutes(context),
    ...sendingRoutes(context),
    ...connectionRoutes(context),
    ...consentRoutes(context),
    ...orgRoutes(context),
    ...uploadRoutes(context),
    ...ruleRoutes(context),
    ...backTestRoutes(context),
    ...linkRuleRoutes(context),
    ...customRuleRoutes(context),
    ...eventRoutes(),
    ...deliveryRoutes(context),
    ...briefRoutes(context),
    ...coverageRoutes(context),
    ...selfCheckRoutes(context),
    ...erasureRoutes(context),
    ...peopleRoutes(context),
    ...writeBackRoutes(context),
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
  if (error.traits.audience === "developer") logFailure(context, error, requestId);
  if (error.retryAfterMs !== undefined) {
    c.header("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  }
  const isPage = !c.req.path.startsWith("/api/") && prefersHtml(c);
  if (isPage && error.code === "access.denied" && c.req.method === "GET") {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(withQuery("/sign-in", { next: pathname + search }), 303);
  }
  if (error.code === "access.denied") c.header("www-authenticate", "Bearer");
  if (!isPage) return c.json(errorAnswer(error, requestId), statusOf(error));
  // Our templates hold no promises, so `c.html` answers at once.
  return c.html(errorPage(error, requestId), statusOf(error)) as Response;
}

function prefersHtml(c: Context): boolean {
  return c.req.header("accept")?.includes("text/html") === true;
}

/** Every status of the table of errors is one that has a body. */
function statusOf(error: HubError): ContentfulStatusCode {
  return error.traits.httpStatus as ContentfulStatusCode;
}

function logFailure({ logger }: AppContext, error: HubError, requestId: string): void {
  const { cause } = error;
  logger.error("app.failed", {
    requestId,
    code: error.code,
    ...error.details,
    ...(cause instanceof Error && { cause: cause.name, stack: framesOf(cause) }),
  });
}

/** The id that the host gave the request (API Gateway's), else one of ours. */
function requestIdOf(context: AppContext, c: Context): string {
  const env = c.env as { event?: { requestContext?: { requestId?: string } } } | undefined;
  return env?.event?.requestContext?.requestId ?? context.random(12);
}
