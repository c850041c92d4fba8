import { Hono, type MiddlewareHandler } from "hono";
import * as z from "zod";

import { epochMsOf } from "#shared/model/time.ts";

import { type JiraEnv, needsCaller } from "../access.ts";
import { readBody } from "../answers.ts";
import type { Webhook } from "../entities.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { JiraState } from "../state.ts";
import { actorOf } from "./issue-routes.ts";

const issueFilter = "issue-related-events-section";
const WebhookBody = z.looseObject({
  name: z.string().min(1),
  url: z.url(),
  events: z.array(z.string()).min(1),
  secret: z.string().optional(),
  excludeBody: z.boolean().default(false),
  filters: z.looseObject({ [issueFilter]: z.string().optional() }).optional(),
});

const needsAdmin: MiddlewareHandler<JiraEnv> = async (c, next) => {
  if (c.get("caller")?.isAdmin === true) return next();
  throw new Refusal(403, "You do not have permission to administer webhooks.");
};

/**
 * Webhooks as an administrator registers them, by hand or with a script
 * (https://developer.atlassian.com/cloud/jira/platform/webhooks/, 2026-11). The secret is never shown again.
 */
export function webhookRoutes({ state, perform }: Site): Hono<JiraEnv> {
  const app = new Hono<JiraEnv>().basePath("/rest/webhooks/1.0");
  app.use("/webhook/*", needsCaller, needsAdmin);
  app.get("/webhook", (c) => c.json([...state.webhooks.values()].map((each) => bean(state, each))));
  app.post("/webhook", async (c) => {
    const { name, url, events, secret, filters, excludeBody } = await readBody(c, WebhookBody);
    const filter = filters?.[issueFilter];
    const { result } = perform({
      kind: "registerWebhook",
      name,
      url,
      events,
      excludeBody,
      ...(secret && { secret }),
      ...(filter && { filter }),
      ...actorOf(c),
    });
    return c.json(bean(state, load(state, String(result["id"]))), 201);
  });
  app.get("/webhook/:id", (c) => c.json(bean(state, load(state, c.req.param("id")))));
  app.delete("/webhook/:id", (c) => {
    perform({ kind: "removeWebhook", id: load(state, c.req.param("id")).id, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}

function load(state: JiraState, id: string): Webhook {
  const webhook = state.webhooks.get(id);
  if (webhook) return webhook;
  throw new Refusal(404, "The webhook does not exist.");
}

function bean(state: JiraState, webhook: Webhook): object {
  const { id, name, url, events, filter, excludeBody } = webhook;
  return {
    name,
    url,
    excludeBody,
    filters: { [issueFilter]: filter ?? "" },
    events,
    enabled: true,
    isSigned: webhook.secret !== undefined,
    self: `${state.baseUrl}/rest/webhooks/1.0/webhook/${id}`,
    lastUpdatedUser: webhook.lastUpdatedUserId,
    lastUpdated: epochMsOf(webhook.lastUpdated),
  };
}
