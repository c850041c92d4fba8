import { randomBytes } from "node:crypto";

import { type Context, Hono } from "hono";
import * as z from "zod";

import { readData, required } from "./answers.ts";
import type { Api } from "./api.ts";
import type { AsanaState } from "./state.ts";
import { Gid } from "./task-fields.ts";
import { AsanaRefusal, badRequest, unknownObject } from "./vendor-error.ts";
import { type Webhook, WebhookFilter } from "./webhook-registry.ts";

const NewWebhook = z.looseObject({
  resource: Gid,
  target: z.url(),
  filters: z.array(WebhookFilter).default([]),
});

/** Those that may be watched only through filters (webhooks guide, read 2026-11-21). */
const filtered = new Set(["workspace", "team", "portfolio"]);
const watchable = new Set(["task", "project", "goal", ...filtered]);

/** Webhook registrations; creation performs the handshake before it answers. */
export function webhookRoutes(api: Api): Hono {
  const { state, perform, deliver } = api;
  const app = new Hono();

  app.get("/webhooks", (c) => {
    const { gid: workspace } = state.get("workspace", required(c, "workspace"));
    const resource = c.req.query("resource");
    const found = [...state.webhooks.values()]
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
  });

  app.post("/webhooks", async (c) => {
    const input = await readData(c, NewWebhook);
    const kind = state.kindOf(input.resource);
    if (!kind) throw unknownObject("resource", input.resource);
    state.get(kind, input.resource);
    if (!watchable.has(kind)) throw badRequest(`resource: A ${kind} cannot be watched`);
    if (filtered.has(kind) && input.filters.length === 0) {
      throw badRequest("filters: Higher-level resources require filters");
    }
    refuseDuplicate(state, input);
    const secret = randomBytes(32).toString("hex");
    const echoed = await deliver.handshake(input.target, secret);
    if (echoed !== secret) {
      throw badRequest("The remote server did not respond with the handshake secret.");
    }
    // Somebody else may have been faster while the handshake was under way.
    refuseDuplicate(state, input);
    const { gid } = perform({ kind: "registerWebhook", ...pick(input), secret });
    const webhook = state.webhooks.get(gid);
    if (!webhook) throw unknownObject("webhook", gid);
    deliver.heartbeat(webhook);
    return c.json({ data: shown(api, webhook), "X-Hook-Secret": secret }, 201);
  });

  app.get("/webhooks/:gid", (c) => c.json({ data: shown(api, webhookOf(state, c)) }));
  app.delete("/webhooks/:gid", (c) => {
    perform({ kind: "deleteWebhook", gid: webhookOf(state, c).gid });
    return c.json({ data: {} });
  });
  return app;
}

function pick({ resource, target, filters }: z.infer<typeof NewWebhook>) {
  return { resource, target, filters };
}

function webhookOf(state: AsanaState, c: Context): Webhook {
  const gid = c.req.param("gid") ?? "";
  const webhook = state.webhooks.get(gid);
  if (!webhook) throw unknownObject("webhook", gid);
  return webhook;
}

function refuseDuplicate(state: AsanaState, wanted: { resource: string; target: string }): void {
  const isKnown = [...state.webhooks.values()].some(
    (webhook) => webhook.resource === wanted.resource && webhook.target === wanted.target,
  );
  if (isKnown) {
    throw new AsanaRefusal(403, "The webhook could not be created: duplicated webhook");
  }
}

function workspaceOf(state: AsanaState, gid: string): string | undefined {
  for (const kind of ["task", "project", "portfolio", "team", "goal"] as const) {
    const item = state.find(kind, gid);
    if (item) return item.workspace;
  }
  return state.find("workspace", gid)?.gid;
}

function shown({ state, deliver }: Api, webhook: Webhook): Record<string, unknown> {
  const kind = state.kindOf(webhook.resource);
  const item = kind ? state.find(kind, webhook.resource) : undefined;
  return {
    gid: webhook.gid,
    resource_type: "webhook",
    active: true,
    target: webhook.target,
    resource: {
      gid: webhook.resource,
      resource_type: webhook.resourceType,
      ...(item && "name" in item ? { name: item.name } : {}),
    },
    filters: webhook.filters,
    created_at: webhook.created_at,
    ...deliver.history(webhook),
  };
}
