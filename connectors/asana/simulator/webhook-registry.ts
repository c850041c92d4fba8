import * as z from "zod";

import type { AsanaEvent } from "./asana-event.ts";
import type { Happening } from "./happening.ts";
import type { AsanaState, Kind } from "./state.ts";
import { Gid } from "./task-fields.ts";
import { badRequest, unknownObject } from "./vendor-error.ts";
import { type TokenKind, type Viewer, viewingAs } from "./viewer.ts";

export const WebhookFilter = z.strictObject({
  resource_type: z.string(),
  resource_subtype: z.string().nullish(),
  action: z.enum(["changed", "added", "removed", "deleted", "undeleted"]).nullish(),
  fields: z.array(z.string()).nullish(),
});
export type WebhookFilter = z.infer<typeof WebhookFilter>;

/** Whose a webhook is: it sees what that user sees, and is listed for that app only. */
const Owner = z.strictObject({
  user: Gid,
  kind: z.enum(["pat", "oauth", "service-account"]),
  app: z.string().optional(),
  workspace: Gid.optional(),
});
export interface WebhookOwner {
  readonly user: string;
  readonly kind: TokenKind;
  readonly app?: string | undefined;
  readonly workspace?: string | undefined;
}

/** A webhook whose handshake has succeeded. */
export interface Webhook {
  readonly gid: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly target: string;
  readonly filters: readonly WebhookFilter[];
  readonly secret: string;
  readonly created_at: string;
  readonly owner: WebhookOwner;
}

export const RegisterWebhook = z.strictObject({
  kind: z.literal("registerWebhook"),
  resource: Gid,
  target: z.url(),
  filters: z.array(WebhookFilter).default([]),
  secret: z.string(),
  /** The seed's own user when left out. */
  owner: Owner.optional(),
});
/** Replaces all filters. */
export const UpdateWebhook = z.strictObject({
  kind: z.literal("updateWebhook"),
  gid: Gid,
  filters: z.array(WebhookFilter),
});
export const DeleteWebhook = z.strictObject({ kind: z.literal("deleteWebhook"), gid: Gid });

export function registerWebhook(on: Happening, input: z.infer<typeof RegisterWebhook>) {
  const kind = on.state.kindOf(input.resource);
  if (!kind) throw unknownObject("resource", input.resource);
  requireAllowed(kind, input.filters);
  const webhook: Webhook = {
    gid: on.state.nextGid(),
    resource: input.resource,
    resourceType: kind,
    target: input.target,
    filters: input.filters,
    secret: input.secret,
    created_at: on.at,
    owner: input.owner ?? { user: on.by, kind: "pat" },
  };
  on.state.webhooks.set(webhook.gid, webhook);
  return { gid: webhook.gid };
}

export function updateWebhook(on: Happening, input: z.infer<typeof UpdateWebhook>) {
  const webhook = on.state.webhooks.get(input.gid);
  const kind = webhook && on.state.kindOf(webhook.resource);
  if (!webhook || !kind) throw unknownObject("webhook", input.gid);
  requireAllowed(kind, input.filters);
  on.state.webhooks.set(webhook.gid, { ...webhook, filters: input.filters });
  return { gid: webhook.gid };
}

export function deleteWebhook(on: Happening, { gid }: z.infer<typeof DeleteWebhook>) {
  if (!on.state.webhooks.delete(gid)) throw unknownObject("webhook", gid);
  return { gid };
}

/** Those above projects may be watched through filters only, and never for tasks (guide, 2026-11-21). */
const upperResources: ReadonlySet<string> = new Set(["workspace", "team", "portfolio"]);
const watchable: ReadonlySet<string> = new Set(["task", "project", "goal", ...upperResources]);

/** Throws Asana's 400 for a resource that cannot be watched, or not like this. */
export function requireAllowed(kind: Kind, filters: readonly WebhookFilter[]): void {
  if (!watchable.has(kind)) throw badRequest(`resource: A ${kind} cannot be watched`);
  if (filters.some(({ fields, action }) => fields && action !== "changed")) {
    throw badRequest("filters: fields may be given for the action changed only");
  }
  if (!upperResources.has(kind)) return;
  if (filters.length === 0) throw badRequest("filters: Higher-level resources require filters");
  if (filters.some(({ fields }) => fields)) {
    throw badRequest("filters: Higher-level resources do not support fields");
  }
}

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

/** Silent where its owner has lost every token, or no longer sees what is watched. */
export function isActive(state: AsanaState, webhook: Webhook, nowMs: number): boolean {
  const { owner, resource } = webhook;
  if (!state.access.isAuthorized(owner, nowMs)) return false;
  const kind = state.kindOf(resource);
  // What was deleted a moment ago is still reported.
  if (!kind) return true;
  return viewingAs(viewerOf(owner), () => state.seen(kind, resource) !== undefined);
}

function viewerOf({ user, kind, app, workspace }: WebhookOwner): Viewer {
  return {
    token: "",
    user,
    kind,
    ...(app === undefined ? {} : { app }),
    ...(workspace === undefined ? {} : { workspace }),
  };
}
