import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import { parseJson } from "./parse-json.ts";
import { isAppToken, readAppSecret } from "./webhook-token.ts";

/** The events that `interpret.ts` understands; what else Jira sends is acknowledged and counted. */
export const usedEvents = [
  "jira:issue_created",
  "jira:issue_updated",
  "jira:issue_deleted",
  "issuelink_created",
  "issuelink_deleted",
];

/**
 * Verifies a delivery by what proves its kind of webhook: an administrator's has a signed body, an
 * app's a signed token (`webhook-token.ts`).
 */
export const jiraWebhook = {
  verify(delivery: Delivery, secrets: readonly string[], nowMs: number) {
    const apps = secrets.map(readAppSecret).filter((secret) => secret !== undefined);
    const bearer = /^Bearer (.+)$/u.exec(delivery.headers["authorization"] ?? "")?.[1];
    if (delivery.headers["x-hub-signature"] || bearer === undefined || apps.length === 0) {
      return verifySigned(
        delivery,
        secrets.filter((secret) => readAppSecret(secret) === undefined),
      );
    }
    return isAppToken(bearer, apps, nowMs).then((isJiras) =>
      isJiras ? judge(delivery) : unverified("token is not one of Jira's for this app"),
    );
  },
} satisfies WebhookVerifier;

/**
 * `X-Hub-Signature: sha256=<hex>`, the HMAC of the raw body, keyed with the webhook's secret
 * (https://developer.atlassian.com/cloud/jira/platform/webhooks/, secure admin webhooks, 2026-11). The
 * page says that the method before `=` may change: one that we do not know is refused.
 */
export function verifySigned(delivery: Delivery, secrets: readonly string[]): Verdict {
  const signature = delivery.headers["x-hub-signature"];
  if (!signature) return unverified("signature header is missing");
  const [method, hex = ""] = signature.split("=", 2);
  if (method !== "sha256") return unverified("signature method is not sha256");
  const given = Buffer.from(hex, "hex");
  if (!secrets.some((secret) => isSignedWith(secret, delivery.body, given))) {
    return unverified("signature does not match");
  }
  return judge(delivery);
}

/** What a delivery that is Jira's for certain asks us to do. */
function judge(delivery: Delivery): Verdict {
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
