import { createHash } from "node:crypto";

import { Webhook } from "standardwebhooks";

import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Message, Notifier } from "#shared/kit/notifier.ts";
import { outcomeOfResult, probeFailure } from "#shared/kit/outbound-outcome.ts";
import { jsDateOf } from "#shared/model/time.ts";
import type { OutboundResult } from "#shared/ports/outbound.ts";

import { renderPayload } from "./payload.ts";
import type { WebhookSettings } from "./settings.ts";

/** The standard asks receivers to answer within 15 to 30 s; the function that calls has thirty. */
const timeoutMs = 20_000;

/**
 * Posts webhooks as Standard Webhooks 1.0.0 has them. `dropsRepeats`: the standard has receivers tell
 * repeats by `webhook-id`, so that what is uncertain is sent again under the same one.
 */
export function createWebhookNotifier(
  settings: WebhookSettings,
  context: NotifierContext,
): Notifier {
  const name = settings.name ?? "The receiver";
  return {
    dropsRepeats: true,

    async send(message: Message) {
      const id = idOf(message.idempotencyKey);
      return outcomeOfResult(
        await post(settings, context, { id, body: renderPayload(message) }),
        name,
      );
    },

    /** Posts a signed `webhook.ping`, which tells of nothing: whoever does not know it answers 2xx. */
    async probe() {
      const timestamp = context.clock.now();
      const body = JSON.stringify({ type: "webhook.ping", timestamp, data: {} });
      const result = await post(settings, context, { id: idOf(`ping:${timestamp}`), body });
      const failure = probeFailure(result, name);
      if (failure) throw failure;
      const { host } = new URL(settings.url);
      return { identity: settings.name === undefined ? host : `${settings.name} at ${host}` };
    },
  };
}

/** Keys of the hub name people and alerts; the receiver needs only that equal ones stay equal. */
function idOf(key: string): string {
  return `msg_${createHash("sha256").update(key).digest("base64url").slice(0, 27)}`;
}

function post(
  { url, secret, previousSecret }: WebhookSettings,
  { clock, outbound }: NotifierContext,
  { id, body }: { readonly id: string; readonly body: string },
): Promise<OutboundResult> {
  const nowMs = clock.nowMs();
  // While a secret is being changed each webhook has both signatures, and the receiver finds its own.
  const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
  const signatures = secrets.map((each) => new Webhook(each).sign(id, jsDateOf(nowMs), body));
  return outbound.post({
    url,
    timeoutMs,
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Throughline-Webhooks/1",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(nowMs / 1000)),
      "webhook-signature": signatures.join(" "),
    },
  });
}
