import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

/**
 * Asana's webhooks: a handshake introduces the secret in `X-Hook-Secret`, deliveries are signed with
 * HMAC-SHA256 of the body, hex, in `X-Hook-Signature`
 * (https://developers.asana.com/docs/webhooks-guide#security, read 2026-11-21).
 */
export const asanaWebhook = {
  verify(delivery: Delivery, stored: readonly string[]): Verdict {
    // With an empty secret anybody could sign.
    const secrets = stored.filter((secret) => secret !== "");
    const introduced = delivery.headers["x-hook-secret"];
    if (introduced !== undefined) return handshake(introduced);
    const signature = delivery.headers["x-hook-signature"];
    if (signature === undefined) return { outcome: "unverified", reason: "signature-missing" };
    if (secrets.length === 0) return { outcome: "unverified", reason: "no-secret" };
    const isSigned = secrets.some((secret) => matches(delivery.body, secret, signature));
    if (!isSigned) return { outcome: "unverified", reason: "signature-mismatch" };
    return read(delivery.body);
  },
} satisfies WebhookVerifier;

/** Asana's secrets are 64 hex digits or shorter text; anything longer is somebody else's idea. */
const secretLengthMax = 256;

function handshake(secret: string): Verdict {
  if (secret === "" || secret.length > secretLengthMax || !/^[\x21-\x7e]+$/u.test(secret)) {
    return { outcome: "malformed", reason: "secret-unusable" };
  }
  return { outcome: "handshake", secret, responseHeaders: { "X-Hook-Secret": secret } };
}

function matches(body: Uint8Array, secret: string, signature: string): boolean {
  const expected = Buffer.from(createHmac("sha256", secret).update(body).digest("hex"));
  const given = Buffer.from(signature);
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
}

/** Events carry no id, so equal bytes are one delivery: the moment of each event is in them. */
function read(body: Uint8Array): Verdict {
  const events = eventsOf(body);
  if (events === undefined) return { outcome: "malformed", reason: "not-events" };
  if (events.length === 0) return { outcome: "ignored", reason: "heartbeat" };
  return { outcome: "accepted", deliveryId: createHash("sha256").update(body).digest("hex") };
}

function eventsOf(body: Uint8Array): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    if (typeof parsed !== "object" || parsed === null || !("events" in parsed)) return undefined;
    return Array.isArray(parsed.events) ? parsed.events : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
