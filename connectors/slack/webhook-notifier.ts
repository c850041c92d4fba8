import { HubError } from "#shared/errors.ts";
import type { Message, Notifier, SendOutcome } from "#shared/kit/notifier.ts";
import { outcomeOfResult } from "#shared/kit/outbound-outcome.ts";
import type { Outbound, OutboundResult } from "#shared/ports/outbound.ts";

import { outcomeOf } from "./errors.ts";
import { renderMessage } from "./render.ts";
import type { WebhookSettings } from "./settings.ts";
import { showsButtons } from "./settings.ts";

/** Slack answers webhooks within a second; the function that calls has thirty. */
const timeoutMs = 10_000;
/** Answers are one word; more is not Slack and not worth reading. */
const answerCharactersMax = 200;

/**
 * Posts to an incoming webhook. It takes no idempotency key, so that a message whose answer was lost is
 * not sent again: it was shown once or not at all, and the alert's page says so. (`client_msg_id` of
 * chat.postMessage is for Slack's own clients: github.com/slackapi/java-slack-sdk/issues/852, 2026-11.)
 */
export function createWebhookNotifier(settings: WebhookSettings, outbound: Outbound): Notifier {
  const hasButtons = showsButtons(settings);
  return {
    async send(message: Message): Promise<SendOutcome> {
      const payload = renderMessage(message, { hasButtons });
      const result = await post(settings, outbound, payload);
      return result.outcome === "answered"
        ? outcomeOf(
            result.status,
            result.body.slice(0, answerCharactersMax),
            result.retryAfter ?? null,
          )
        : outcomeOfResult(result, "Slack");
    },

    /**
     * Posts a message without text, which Slack refuses (400) when the webhook is alive, and with 403,
     * 404 or 410 when it is not. Nobody sees anything.
     */
    async probe() {
      const identity = `${settings.channel ?? "a channel"} through ${new URL(settings.webhookUrl).host}`;
      const answer = await post(settings, outbound, {});
      if (answer.outcome === "forbidden") {
        throw new HubError("connector.misconfigured", answer.reason);
      }
      if (answer.outcome !== "answered") {
        throw new HubError(
          "connector.unreachable",
          "The webhook's server could not be reached: check the URL and the network",
        );
      }
      const outcome = outcomeOf(answer.status, answer.body, answer.retryAfter ?? null);
      if (outcome.outcome === "sent" || answer.status === 400) return { identity };
      if (outcome.outcome === "retry") {
        throw new HubError("connector.unavailable", outcome.reason, {
          retryAfterMs: outcome.afterMs,
        });
      }
      throw new HubError("connector.unauthorized", outcome.reason, {
        details: { status: answer.status },
      });
    },
  };
}

function post(
  settings: WebhookSettings,
  outbound: Outbound,
  payload: unknown,
): Promise<OutboundResult> {
  return outbound.post({
    url: settings.webhookUrl,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(payload),
    timeoutMs,
  });
}
