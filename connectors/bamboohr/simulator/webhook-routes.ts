import { Hono } from "hono";
import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";

import { fieldsOf } from "./employee-fields.ts";
import { accountOf } from "./key-check.ts";
import type { BambooState, Webhook } from "./state.ts";
import { legacyEvents } from "./webhook-delivery.ts";

const NewWebhook = z.object({
  name: z.string().min(1),
  url: z.url(),
  format: z.enum(["json", "form-encoded"]),
  events: z.array(z.string()).default([...legacyEvents]),
  monitorFields: z.array(z.string()).default([]),
  postFields: z.record(z.string(), z.string()).default({}),
});

/**
 * Registration of webhooks. Departs from the vendor in one thing, on purpose: a target on this machine
 * may be http, since nobody has a certificate for 127.0.0.1.
 */
export function webhookRoutes(
  state: BambooState,
  perform: (operation: unknown) => { readonly id: string },
): Hono {
  const app = new Hono();
  app.get("/webhooks", (c) =>
    c.json({
      webhooks: [...state.webhooks.values()]
        .filter(({ owner }) => owner === accountOf(c))
        .map(({ id, name, created, url }) => {
          return { id, name, created: dateTime(created), lastSent: null, url };
        }),
    }),
  );
  app.get("/webhooks/monitor_fields", (c) =>
    c.json({
      fields: fieldsOf(state)
        .filter(({ alias }) => !state.hiddenFields.has(alias))
        .filter(({ alias }) => !["lastChanged", "displayName", "supervisorEId"].includes(alias))
        .map(({ id, name, alias }) => ({ id: String(id), name, alias })),
    }),
  );
  app.post("/webhooks", async (c) => {
    const body = NewWebhook.safeParse(await c.req.json());
    if (!body.success) {
      const issues = body.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
      return c.json({ errors: [{ error: "Invalid request body", issues }] }, 400);
    }
    const issues = problemsOf(body.data);
    if (issues.length > 0) {
      return c.json({ errors: [{ error: "Invalid request body", issues }] }, 400);
    }
    const { id } = perform({ kind: "registerWebhook", ...body.data, owner: accountOf(c) });
    const webhook = state.webhooks.get(id);
    return webhook
      ? c.json({ ...shown(webhook), privateKey: webhook.privateKey }, 201)
      : c.body(null, 500);
  });
  app.get("/webhooks/:id", (c) => {
    const webhook = state.webhooks.get(c.req.param("id"));
    if (!webhook) return c.json(noWebhook(c.req.param("id")), 404);
    return webhook.owner === accountOf(c)
      ? c.json({ ...shown(webhook), errors: errorsOf(state, webhook) })
      : c.json(othersWebhook, 403);
  });
  app.delete("/webhooks/:id", (c) => {
    const id = c.req.param("id");
    const webhook = state.webhooks.get(id);
    if (!webhook) return c.json(noWebhook(id), 404);
    if (webhook.owner !== accountOf(c)) return c.json(othersWebhook, 403);
    perform({ kind: "deleteWebhook", id });
    return c.text("Web hook has been deleted.");
  });
  return app;
}

function problemsOf(webhook: z.infer<typeof NewWebhook>): readonly string[] {
  const { protocol, hostname } = new URL(webhook.url);
  const isHere = hostname === "127.0.0.1" || hostname === "localhost";
  const isModern = webhook.events.some((event) => event.startsWith("employee."));
  const isLegacy = webhook.events.some((event) => event.startsWith("employee_with_fields."));
  const watchesUpdates = webhook.events.some((event) => event.endsWith(".updated"));
  return [
    ...(protocol === "https:" || isHere ? [] : ["url must begin with https://"]),
    ...(isModern && isLegacy ? ["employee and employee_with_fields events cannot be mixed"] : []),
    ...(watchesUpdates && webhook.monitorFields.length === 0 ? ["monitorFields is required"] : []),
  ];
}

const othersWebhook = { errors: [{ error: "The webhook belongs to another user." }] };

/** Fields that the account may no longer see: changes of them are told to nobody. */
function errorsOf(state: BambooState, { monitorFields }: Webhook) {
  const lost = fieldsOf(state).filter(
    ({ alias }) => monitorFields.includes(alias) && state.hiddenFields.has(alias),
  );
  if (lost.length === 0) return [];
  return [
    {
      error: "No permission for some fields",
      monitorFields: lost.map(({ id, name }) => ({ id: String(id), name })),
    },
  ];
}

function shown({ privateKey: _secret, owner: _owner, created, ...webhook }: Webhook) {
  return { ...webhook, created: dateTime(created), lastSent: null, includeCompanyDomain: false };
}

function noWebhook(id: string) {
  return { errors: [{ error: `No webhook was found with ID: ${id}.` }] };
}

/** `2021-09-20 22:38:01`, UTC. */
function dateTime(instant: Instant): string {
  return instant.slice(0, 19).replace("T", " ");
}
