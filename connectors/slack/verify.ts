import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import { keptBody, readBlockActions } from "./block-actions.ts";
import type { BlockActions } from "./block-actions.ts";
import { readPress } from "./presses.ts";

/** Older requests may be somebody's recording; newer ones come of clocks that differ. */
const windowSeconds = 300;

/**
 * What Slack sends when somebody presses a button: signed with HMAC-SHA256 of `v0:timestamp:body`, hex, in
 * `X-Slack-Signature` (https://docs.slack.dev/authentication/verifying-requests-from-slack, 2026-11).
 */
export const slackWebhook = {
  verify(delivery: Delivery, stored: readonly string[], nowMs: number): Verdict {
    // Slack looks whether the address has a good certificate and signs nothing then; that says nothing.
    if (isCertificateCheck(delivery.body)) return { outcome: "ignored", reason: "ssl-check" };
    // While a secret is being changed two are typed in. With an empty one anybody could sign.
    const secrets = stored.flatMap((typed) => typed.split(/\s+/u)).filter((one) => one !== "");
    const timestamp = delivery.headers["x-slack-request-timestamp"];
    const signature = delivery.headers["x-slack-signature"];
    if (timestamp === undefined || signature === undefined) return unverified("signature-missing");
    if (secrets.length === 0) return unverified("no-secret");
    if (!/^\d{9,11}$/u.test(timestamp)) return unverified("timestamp-unreadable");
    if (!/^v0=[0-9a-f]{64}$/u.test(signature)) return unverified("signature-unreadable");
    if (Math.abs(nowMs / 1000 - Number(timestamp)) > windowSeconds) {
      return unverified("timestamp-outside-window");
    }
    const isSigned = secrets.some((secret) =>
      matches(delivery.body, { secret, timestamp, signature }),
    );
    return isSigned ? read(delivery.body) : unverified("signature-mismatch");
  },
} satisfies WebhookVerifier;

function unverified(reason: string): Verdict {
  return { outcome: "unverified", reason };
}

interface Proof {
  readonly secret: string;
  readonly timestamp: string;
  readonly signature: string;
}

function matches(body: Uint8Array, { secret, timestamp, signature }: Proof): boolean {
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body);
  const expected = Buffer.from(`v0=${mac.digest("hex")}`);
  const given = Buffer.from(signature);
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
}

const certificateCheckBytesMax = 500;

function isCertificateCheck(body: Uint8Array): boolean {
  if (body.byteLength > certificateCheckBytesMax) return false;
  const form = new URLSearchParams(Buffer.from(body).toString("utf8"));
  return form.get("ssl_check") === "1" && !form.has("payload");
}

function read(body: Uint8Array): Verdict {
  const actions = readBlockActions(body);
  if (actions === "malformed") return { outcome: "malformed", reason: "not-a-payload" };
  if (actions === "other") return { outcome: "ignored", reason: "not-block-actions" };
  if (!actions.actions.some((action) => readPress(action))) {
    return { outcome: "ignored", reason: "nothing-of-ours" };
  }
  return { outcome: "accepted", deliveryId: deliveryIdOf(actions), keep: keptBody(actions) };
}

/** The same for each retry (`X-Slack-Retry-Num`), whose body and press are the same. */
function deliveryIdOf({ where, actions }: BlockActions): string {
  const presses = actions.map(({ actionId, blockId, choice, at }) => [
    actionId,
    blockId,
    choice,
    at,
  ]);
  return createHash("sha256")
    .update(JSON.stringify([where, presses]))
    .digest("hex");
}
