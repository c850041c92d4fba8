import { randomBytes } from "node:crypto";

import { type Context, Hono } from "hono";
import * as z from "zod";

import { readData, required } from "./answers.ts";
import type { Api } from "./api.ts";
import { workspaceOf } from "./plan.ts";
import type { AsanaState } from "./state.ts";
import { Gid } from "./task-fields.ts";
import { AsanaRefusal, badRequest, unknownObject } from "./vendor-error.ts";
import { currentViewer } from "./viewer.ts";
import {
  isActive,
  requireAllowed,
  type Webhook,
  WebhookFilter,
  type WebhookOwner,
} from "./webhook-registry.ts";

const Filters = z.array(WebhookFilter);
const NewWebhook = z.looseObject({
  resource: Gid,
  target: z.url(),
  filters: Filters.default([]),
});

/** Webhook registrations; creation performs the handshake before it answers. */
export function webhookRoutes(api: Api): Hono {
  const { state, perform } = api;
  const app = new Hono();
  app.get("/webhooks", (c) => listed(api, c));
  app.post("/webhooks", async (c) => created(api, c));
  app.get("/webhooks/:gid", (c) => c.json({ data: shown(api, webhookOf(state, c)) }));
  app.put("/webhooks/:gid", async (c) => {
    const { gid } = webhookOf(state, c);
    const { filters } = await readData(c, z.looseObject({ filters: Filters }));
    perform({ kind: "updateWebhook", gid, filters });
    return c.json({ data: shown(api, webhookOf(state, c)) });
  });
  app.delete("/webhooks/:gid", (c) => {
    perform({ kind: "deleteWebhook", gid: webhookOf(state, c).gid });
    return c.json({ data: {} });
  });
  return app;
}

function listed(api: Api, c: Context): Response {
  const { state } = api;
  const { gid: workspace } = state.get("workspace", required(c, "workspace"));
  const resource = c.req.query("resource");
  const found = [...state.webhooks.values()]
    .filter((webhook) => isOwn(state, webhook))
    .filter((webhook) => workspaceOf(state, webhook.resource) === workspace)
    .filter((webhook) => resource === undefined || webhook.resource === resource)
    .map((webhook) => shown(api, webhook));
  const limit = Number(c.req.query("limit") ?? 100);
  const start = Number(c.req.query("offset") ?? 0);
  const isLast = start + limit >= found.length;
  const offset = String(start + limit);
  const uri = new URL(c.req.url);
  uri.searchParams.set("offset", offset);
  return c.json({
    data: found.slice(start, start + limit),
    next_page: isLast ? null : { offset, path: uri.pathname + uri.search, uri: uri.href },
  });
}

async function created(api: Api, c: Context): Promise<Response> {
  const { state, perform, deliver } = api;
  const { resource, target, filters } = await readData(c, NewWebhook);
  const kind = state.kindOf(resource);
  if (!kind) throw unknownObject("resource", resource);
  state.get(kind, resource);
  requireAllowed(kind, filters);
  refuseTooMany(api, { resource, target });
  const secret = randomBytes(32).toString("hex");
  const echoed = await deliver.handshake(target, secret);
  if (echoed !== secret) {
    throw badRequest("The remote server did not respond with the handshake secret.");
  }
  // Somebody else may have been faster while the handshake was under way.
  refuseTooMany(api, { resource, target });
  const owner = askingOwner(state);
  const { gid } = perform({ kind: "registerWebhook", resource, target, filters, secret, owner });
  const webhook = state.webhooks.get(gid);
  if (!webhook) throw unknownObject("webhook", gid);
  deliver.heartbeat(webhook);
  return c.json({ data: shown(api, webhook), "X-Hook-Secret": secret }, 201);
}

/** Throws 403 for a second webhook to the same target, and beyond what a resource may have. */
function refuseTooMany(
  { state, webhooksPerResource }: Api,
  wanted: { readonly resource: string; readonly target: string },
): void {
  const others = [...state.webhooks.values()].filter(
    (webhook) => webhook.resource === wanted.resource,
  );
  if (others.some((webhook) => webhook.target === wanted.target && isOwn(state, webhook))) {
    throw new AsanaRefusal(403, "The webhook could not be created: duplicated webhook");
  }
  if (others.length >= webhooksPerResource) {
    throw new AsanaRefusal(
      403,
      "The webhook could not be created: the resource has as many as it may have",
    );
  }
}

function askingOwner(state: AsanaState): WebhookOwner {
  const viewer = currentViewer();
  if (!viewer) return { user: state.me, kind: "pat" };
  const { token: _token, scopes: _scopes, ...owner } = viewer;
  return owner;
}

function isOwn(state: AsanaState, { owner }: Webhook): boolean {
  const asking = askingOwner(state);
  return owner.user === asking.user && owner.app === asking.app;
}

function webhookOf(state: AsanaState, c: Context): Webhook {
  const gid = c.req.param("gid") ?? "";
  const webhook = state.webhooks.get(gid);
  if (!webhook || !isOwn(state, webhook)) throw unknownObject("webhook", gid);
  return webhook;
}

function shown({ state, deliver, clock }: Api, webhook: Webhook): Record<string, unknown> {
  const kind = state.kindOf(webhook.resource);
  const item = kind ? state.find(kind, webhook.resource) : undefined;
  const { failure_deletion_timestamp, next_attempt_after, ...health } = deliver.health(webhook.gid);
  return {
    gid: webhook.gid,
    resource_type: "webhook",
    active: kind !== undefined && isActive(state, webhook, clock.nowMs()),
    target: webhook.target,
    resource: {
      gid: webhook.resource,
      resource_type: webhook.resourceType,
      ...(item && "name" in item ? { name: item.name } : {}),
    },
    filters: webhook.filters,
    created_at: webhook.created_at,
    ...health,
    // Shown while deliveries fail only.
    ...(next_attempt_after === null ? {} : { next_attempt_after }),
    ...(failure_deletion_timestamp === null ? {} : { failure_deletion_timestamp }),
  };
}
