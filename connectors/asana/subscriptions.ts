import { HubError } from "#shared/errors.ts";
import type { SubscriptionRequest } from "#shared/kit/connector.ts";

import { parsed } from "./client.ts";
import { isGone } from "./errors.ts";
import { collect, type ReaderDeps } from "./reader.ts";
import { readTaskLists } from "./task-lists.ts";
import { type WebhookWire, WebhookWire as WebhookSchema } from "./wire.ts";

/**
 * Webhooks: one per project that is not archived, for what happens to it and its tasks. Workspaces
 * and teams cannot be watched for tasks (https://developers.asana.com/docs/webhooks-guide, read 2026-11-21).
 */
export class Subscriptions {
  readonly #deps: ReaderDeps;
  /** What is registered, asked once: a connection registers its projects one after the other. */
  #known: Promise<readonly WebhookWire[]> | undefined;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async resources(): Promise<readonly string[]> {
    return (await readTaskLists(this.#deps)).activeProjects;
  }

  /** Registering a second time would be refused as a duplicate, or deliver everything twice. */
  async subscribe({
    targetUrl,
    resource,
  }: SubscriptionRequest): Promise<{ nativeId: string; secret?: string }> {
    const known = await this.#find(targetUrl, resource);
    if (known) return { nativeId: known.gid };
    try {
      const made = await this.#deps.client.createWebhook({
        resource,
        target: targetUrl,
        filters: [{ resource_type: "task" }, { resource_type: "project" }],
      });
      return { nativeId: made.gid, ...(made.secret === undefined ? {} : { secret: made.secret }) };
    } catch (error) {
      // Another run was faster, or our own earlier try succeeded without our hearing of it.
      this.#known = undefined;
      const made = await this.#find(targetUrl, resource);
      if (made) return { nativeId: made.gid };
      throw explained(error);
    }
  }

  async unsubscribe(nativeId: string): Promise<void> {
    try {
      await this.#deps.client.deleteWebhook(nativeId);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #find(target: string, resource: string): Promise<WebhookWire | undefined> {
    this.#known ??= this.#list();
    const known = await this.#known;
    return known.find(
      (webhook) =>
        webhook.target === target &&
        (webhook.resource?.gid ?? resource) === resource &&
        webhook.active !== false,
    );
  }

  async #list(): Promise<readonly WebhookWire[]> {
    const { client, source } = this.#deps;
    const lists = source.settings.workspaces.map(async (workspace) => {
      const records = await collect(client.every((page) => client.webhooks(workspace, page)));
      return records.map((record) => parsed(WebhookSchema, record, "webhooks"));
    });
    return (await Promise.all(lists)).flat();
  }
}

/** Asana answers 400 or 403 when its call to us fails or the address is not one it may call. */
function explained(error: unknown): unknown {
  const isRefused =
    error instanceof HubError &&
    (error.code === "connector.misconfigured" || error.code === "connector.forbidden");
  if (!isRefused) return error;
  return new HubError(
    "connector.misconfigured",
    "Asana did not register the webhook: it must be able to reach the hub at its public address, and get its handshake back",
    { cause: error },
  );
}
