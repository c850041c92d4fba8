import { HubError } from "#shared/errors.ts";
import type { Message, Notifier, SendOutcome } from "#shared/kit/notifier.ts";

import { outcomeOf, outcomeOfNetworkFailure } from "./errors.ts";
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
export function createWebhookNotifier(settings: WebhookSettings): Notifier {
  const hasButtons = showsButtons(settings);
  return {
    async send(message: Message): Promise<SendOutcome> {
      try {
        const { status, body, retryAfter } = await post(
          settings,
          renderMessage(message, { hasButtons }),
        );
        return outcomeOf(status, body, retryAfter);
      } catch (error) {
        return outcomeOfNetworkFailure(error);
      }
    },

    /**
     * Posts a message without text, which Slack refuses (400) when the webhook is alive, and with 403,
     * 404 or 410 when it is not. Nobody sees anything.
     */
    async probe() {
      const identity = `${settings.channel ?? "a channel"} through ${new URL(settings.webhookUrl).host}`;
      let answer;
      try {
        answer = await post(settings, {});
      } catch (error) {
        throw new HubError(
          "connector.unreachable",
          "The webhook's server could not be reached: check the URL and the network",
          { cause: error },
        );
      }
      const outcome = outcomeOf(answer.status, answer.body, answer.retryAfter);
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

async function post(settings: WebhookSettings, payload: unknown) {
  const response = await fetch(settings.webhookUrl, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(payload),
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = (await response.text()).slice(0, answerCharactersMax);
  return { status: response.status, body, retryAfter: response.headers.get("retry-after") };
}
