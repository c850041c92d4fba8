import * as z from "zod";

import type { AsanaEvent } from "./asana-event.ts";
import type { Happening } from "./happening.ts";
import { Gid } from "./task-fields.ts";
import { unknownObject } from "./vendor-error.ts";

export const WebhookFilter = z.strictObject({
  resource_type: z.string(),
  resource_subtype: z.string().nullish(),
  action: z.enum(["changed", "added", "removed", "deleted", "undeleted"]).nullish(),
  fields: z.array(z.string()).nullish(),
});
export type WebhookFilter = z.infer<typeof WebhookFilter>;

/** A webhook whose handshake has succeeded. */
export interface Webhook {
  readonly gid: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly target: string;
  readonly filters: readonly WebhookFilter[];
  readonly secret: string;
  readonly created_at: string;
}

export const RegisterWebhook = z.strictObject({
  kind: z.literal("registerWebhook"),
  resource: Gid,
  target: z.url(),
  filters: z.array(WebhookFilter).default([]),
  secret: z.string(),
});
export const DeleteWebhook = z.strictObject({ kind: z.literal("deleteWebhook"), gid: Gid });

export function registerWebhook(on: Happening, input: z.infer<typeof RegisterWebhook>) {
  const kind = on.state.kindOf(input.resource);
  if (!kind) throw unknownObject("resource", input.resource);
  const webhook: Webhook = {
    gid: on.state.nextGid(),
    resource: input.resource,
    resourceType: kind,
    target: input.target,
    filters: input.filters,
    secret: input.secret,
    created_at: on.at,
  };
  on.state.webhooks.set(webhook.gid, webhook);
  return { gid: webhook.gid };
}

export function deleteWebhook(on: Happening, { gid }: z.infer<typeof DeleteWebhook>) {
  if (!on.state.webhooks.delete(gid)) throw unknownObject("webhook", gid);
  return { gid };
}

/** Those above projects hear of projects only, never of tasks (webhooks guide, read 2026-11-21). */
const upperResources = new Set(["workspace", "team", "portfolio"]);

/** Whether a webhook is told of an event: it watches the resource, and any of its filters passes. */
export function hears(webhook: Webhook, event: AsanaEvent): boolean {
  if (!event.watchedAs.has(webhook.resource)) return false;
  const { resource_type, resource_subtype } = event.resource;
  if (upperResources.has(webhook.resourceType) && resource_type !== "project") return false;
  // The guide's table of webhook events names no goals; their changes are found by polling only.
  if (resource_type === "goal") return false;
  if (webhook.filters.length === 0) return true;
  return webhook.filters.some(
    (filter) =>
      filter.resource_type === resource_type &&
      (filter.resource_subtype ?? resource_subtype) === resource_subtype &&
      (filter.action ?? event.action) === event.action &&
      (!filter.fields || !event.change || filter.fields.includes(event.change.field)),
  );
}
