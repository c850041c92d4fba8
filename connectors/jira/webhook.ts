import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/connector.ts";
import type { Delivery } from "#shared/model/delivery.ts";

/** The events that `interpret.ts` understands; what else Jira sends is acknowledged and counted. */
export const usedEvents = [
  "jira:issue_created",
  "jira:issue_updated",
  "jira:issue_deleted",
  "issuelink_created",
  "issuelink_deleted",
];

/**
 * Verifies `X-Hub-Signature: sha256=<hex>`, the HMAC of the raw body, keyed with the webhook's secret
 * (https://developer.atlassian.com/cloud/jira/platform/webhooks/, secure admin webhooks, 2026-11). The
 * page says that the method before `=` may change: one that we do not know is refused.
 */
export const jiraWebhook = {
  verify(delivery: Delivery, secrets: readonly string[]): Verdict {
    const signature = delivery.headers["x-hub-signature"];
    if (!signature) return unverified("signature header is missing");
    const [method, hex = ""] = signature.split("=", 2);
    if (method !== "sha256") return unverified("signature method is not sha256");
    const given = Buffer.from(hex, "hex");
    if (!secrets.some((secret) => isSignedWith(secret, delivery.body, given))) {
      return unverified("signature does not match");
    }
    const body = parseJson(delivery.body);
    if (typeof body !== "object" || body === null) {
      return { outcome: "malformed", reason: "the body is not a JSON object" };
    }
    const event = "webhookEvent" in body ? body.webhookEvent : undefined;
    if (typeof event !== "string") {
      return { outcome: "malformed", reason: "the body names no webhookEvent" };
    }
    if (!usedEvents.includes(event)) {
      return { outcome: "ignored", reason: "events of this kind say nothing that the hub keeps" };
    }
    return { outcome: "accepted", deliveryId: deliveryIdOf(delivery) };
  },
} satisfies WebhookVerifier;

/** The body of a delivery; undefined when it is not JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isSignedWith(secret: string, body: Uint8Array, given: Uint8Array): boolean {
  // An empty key would let anybody sign.
  if (secret === "") return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}

/** Jira's identifier is the same on every retry; a delivery without one is known by its bytes. */
function deliveryIdOf({ headers, body }: Delivery): string {
  const identifier = headers["x-atlassian-webhook-identifier"];
  if (identifier && identifier.length <= 200) return identifier;
  return createHash("sha256").update(body).digest("hex").slice(0, 40);
}

function unverified(reason: string): Verdict {
  return { outcome: "unverified", reason };
}
