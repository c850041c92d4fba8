import { HubError } from "#shared/errors.ts";
import type { SubscriptionReport, SubscriptionRequest } from "#shared/kit/connector.ts";

import { isGone } from "./errors.ts";
import type { ReaderDeps } from "./reader.ts";
import { readActiveProjects } from "./task-lists.ts";
import { isOurs, isStanding, listWebhooks } from "./webhook-list.ts";
import type { WebhookWire } from "./wire.ts";

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
    return readActiveProjects(this.#deps);
  }

  /** Registering a second time would be refused as a duplicate, or deliver everything twice. */
  async subscribe({
    targetUrl,
    resource,
  }: SubscriptionRequest): Promise<{ nativeId: string; secret?: string }> {
    const known = await this.#find(targetUrl, resource);
    if (known && isStanding(known)) return { nativeId: known.gid };
    // One that Asana gives up on is in the way of a new one to the same target.
    if (known) await this.unsubscribe(known.gid);
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
    this.#known = this.#known?.then((known) => known.filter(({ gid }) => gid !== nativeId));
  }

  /** One that Asana is about to delete does not work: it is made anew while there is time. */
  async inspect(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport> {
    this.#known = listWebhooks(this.#deps);
    const ours = (await this.#known).filter((webhook) => isOurs(this.#deps, webhook));
    const found = new Map<string, Found>();
    const strays: string[] = [];
    for (const webhook of ours.toSorted((a, b) => Number(isStanding(b)) - Number(isStanding(a)))) {
      const request = known.find((one) => isOf(webhook, one));
      // Of two for one subscription, the better one stays.
      if (!request || found.has(request.id)) strays.push(webhook.gid);
      else found.set(request.id, stateOf(webhook));
    }
    return { found, strays };
  }

  async #find(target: string, resource: string): Promise<WebhookWire | undefined> {
    this.#known ??= listWebhooks(this.#deps);
    const known = await this.#known;
    return known.find((webhook) => isOf(webhook, { targetUrl: target, resource }));
  }
}

type Found = SubscriptionReport["found"] extends ReadonlyMap<string, infer F> ? F : never;

function isOf(
  { target, resource }: WebhookWire,
  wanted: Pick<SubscriptionRequest, "targetUrl" | "resource">,
): boolean {
  return target === wanted.targetUrl && (resource?.gid ?? wanted.resource) === wanted.resource;
}

function stateOf(webhook: WebhookWire): Found {
  if (isStanding(webhook)) return { nativeId: webhook.gid, isWorking: true };
  const endsAt = webhook.failure_deletion_timestamp;
  const problem =
    typeof endsAt === "string"
      ? `Asana could not deliver and will delete the webhook at ${endsAt}`
      : "Asana no longer delivers to the webhook";
  return { nativeId: webhook.gid, isWorking: false, problem };
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
