import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import { EmployeeEvent } from "./wire.ts";

/** The employee whom an event is about; undefined when it is none that we know. */
export function employeeIdOf(body: Uint8Array): string | undefined {
  const event = EmployeeEvent.safeParse(parseJson(body));
  return event.success ? event.data.data.employeeId : undefined;
}

/**
 * Verifies `Bob-Signature`: HMAC-SHA512 of the raw body, keyed with the webhook's secret, in Base64
 * (https://apidocs.hibob.com/reference/post_webhook_employee-updated, 2026-11); hex is taken as well, since
 * the documents have not always said which. Events carry no age check: one that is sent again says nothing
 * but an id, and reading somebody once more does no harm.
 */
export const hibobWebhook = {
  verify(delivery: Delivery, secrets: readonly string[]): Verdict {
    if (isPing(delivery.body)) return { outcome: "ignored", reason: "ping" };
    const signature = delivery.headers["bob-signature"];
    if (!signature) return { outcome: "unverified", reason: "signature header is missing" };
    if (!secrets.some((secret) => isSignedWith(secret, delivery.body, signature))) {
      return { outcome: "unverified", reason: "signature does not match" };
    }
    const body = parseJson(delivery.body);
    if (body === undefined) return { outcome: "malformed", reason: "the body is not JSON" };
    if (employeeIdOf(delivery.body) === undefined) {
      return { outcome: "ignored", reason: "not an event about an employee" };
    }
    // Deliveries have no id; the moment of the event is in the body, and a retry has the same bytes.
    const digest = createHash("sha256").update(delivery.body).digest("hex");
    return { outcome: "accepted", deliveryId: digest.slice(0, 40) };
  },
} satisfies WebhookVerifier;

/**
 * HiBob adds a webhook only if its test is answered with 200, and shows the secret afterwards: nobody can
 * verify it. It says nothing, and nothing is done
 * (https://apidocs.hibob.com/docs/working-with-webhooks, 2026-11).
 */
const pings: ReadonlySet<string> = new Set(["Ping test", '"Ping test"']);

function isPing(body: Uint8Array): boolean {
  // Longer ones are not worth a look: this is before anything is verified.
  if (body.byteLength > 64) return false;
  const text = Buffer.from(body).toString("utf8").trim();
  if (pings.has(text)) return true;
  const parsed = parseJson(body);
  return (
    typeof parsed === "object" &&
    parsed !== null &&
    Object.keys(parsed).length === 1 &&
    "text" in parsed &&
    parsed.text === "Ping test"
  );
}

function isSignedWith(secret: string, body: Uint8Array, signature: string): boolean {
  // An empty key would let anybody sign.
  if (secret === "") return false;
  const expected = createHmac("sha512", secret).update(body).digest();
  // Compared as text: a decoder would overlook what does not belong to it.
  return [
    [expected.toString("base64"), signature],
    [expected.toString("hex"), signature.toLowerCase()],
  ].some(([right = "", given = ""]) => isSame(Buffer.from(right), Buffer.from(given)));
}

function isSame(right: Uint8Array, given: Uint8Array): boolean {
  return given.byteLength === right.byteLength && timingSafeEqual(given, right);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
