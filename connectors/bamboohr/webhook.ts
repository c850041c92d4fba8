import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";

import { FieldEvents, ThinEvent } from "./wire.ts";

/**
 * BambooHR retries over about two and a half hours and does not say whether it signs anew, so an older
 * delivery may be honest. A replayed one only makes us read an employee once more.
 */
const ageMaxMs = 6 * hourMs;
/** Their clock may run ahead of ours. */
const skewMaxMs = 5 * minuteMs;

/** Employee ids that a delivery names; undefined when it is not one that we know. */
export function employeeIdsOf(body: unknown): readonly string[] | undefined {
  const thin = ThinEvent.safeParse(body);
  if (thin.success && thin.data.type.startsWith("employee")) return [thin.data.data.employeeId];
  const fields = FieldEvents.safeParse(body);
  if (fields.success) return [...new Set(fields.data.employees.map((employee) => employee.id))];
  return undefined;
}

/**
 * Verifies `X-BambooHR-Signature`: HMAC-SHA256, hex, of the raw body directly followed by the text of
 * `X-BambooHR-Timestamp` (seconds), keyed with the webhook's private key. Recorded deliveries confirm
 * this order; guides that say timestamp first are wrong (documentation.bamboohr.com/docs/webhooks, 2026-11).
 */
export const bambooWebhook = {
  verify(delivery: Delivery, secrets: readonly string[], nowMs: number): Verdict {
    const signature = delivery.headers["x-bamboohr-signature"];
    const timestamp = delivery.headers["x-bamboohr-timestamp"];
    if (!signature || !timestamp) return unverified("signature or timestamp header is missing");
    if (!/^\d{9,11}$/u.test(timestamp)) return unverified("timestamp is not in seconds");
    if (!secrets.some((secret) => isSignedWith(secret, { delivery, signature, timestamp }))) {
      return unverified("signature does not match");
    }
    const ageMs = nowMs - Number(timestamp) * 1000;
    if (ageMs > ageMaxMs || ageMs < -skewMaxMs) return unverified("timestamp is too far from now");
    const body = parseJson(delivery.body);
    if (body === undefined) return { outcome: "malformed", reason: "the body is not JSON" };
    if (employeeIdsOf(body) === undefined) {
      return { outcome: "ignored", reason: "not an event about employees" };
    }
    // BambooHR gives deliveries no id: the same bytes of the same second are the same delivery.
    const digest = createHash("sha256").update(delivery.body).update(timestamp).digest("hex");
    return { outcome: "accepted", deliveryId: digest.slice(0, 40) };
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

function isSignedWith(
  secret: string,
  signed: {
    readonly delivery: Delivery;
    readonly signature: string;
    readonly timestamp: string;
  },
): boolean {
  // An empty key would let anybody sign.
  if (secret === "") return false;
  const expected = createHmac("sha256", secret)
    .update(signed.delivery.body)
    .update(signed.timestamp)
    .digest();
  const given = Buffer.from(signed.signature, "hex");
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}

function unverified(reason: string): Verdict {
  return { outcome: "unverified", reason };
}
