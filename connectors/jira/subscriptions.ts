import { randomBytes } from "node:crypto";

import type { SubscriptionRequest } from "#shared/kit/connector.ts";

import type { JiraSession } from "./session.ts";
import { usedEvents } from "./webhook.ts";

/** One registration for the whole site, where the account may make it. */
export async function subscriptionResources({ client }: JiraSession): Promise<readonly string[]> {
  const held = await client.heldPermissions(["ADMINISTER"]);
  return held.has("ADMINISTER") ? ["*"] : [];
}

/**
 * Registers an administrator's webhook with a new secret. Jira never shows a secret again, so a
 * registration found for the same target is replaced: whoever made it did not live to save its secret.
 */
export async function subscribe({ client, context }: JiraSession, request: SubscriptionRequest) {
  for (const { self, url } of await client.webhooks()) {
    if (url === request.targetUrl) await client.deleteWebhook(idOf(self));
  }
  const secret = randomBytes(32).toString("base64url");
  const { projects } = context.settings;
  const { self } = await client.createWebhook({
    name: `Throughline ${request.id}`,
    url: request.targetUrl,
    events: usedEvents,
    excludeBody: false,
    secret,
    // Moves out of these projects come as events of the new one, which reconciling finds.
    filters: {
      "issue-related-events-section":
        projects.length === 0 ? "" : `project in (${projects.map((key) => `"${key}"`).join(", ")})`,
    },
  });
  return { nativeId: idOf(self), secret };
}

/** Jira names a webhook by the address of its own resource. */
function idOf(self: string): string {
  return self.split("/").at(-1) ?? self;
}
