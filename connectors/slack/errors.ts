import type { SendOutcome } from "#shared/kit/notifier.ts";

/** How long to wait when Slack does not say; the queue's retries are this far apart at least. */
const retryDefaultMs = 30_000;
/** Slack never asks for more than minutes; a wait of days would be a broken clock. */
const retryMaxMs = 3_600_000;

/**
 * Answers of an incoming webhook, in words for whoever must mend it
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, 2026-11).
 */
const reasons: Readonly<Record<string, string>> = {
  no_service: "The webhook was removed or disabled in Slack: make a new one",
  no_service_id: "The webhook URL is incomplete: copy it again",
  no_team: "The Slack workspace of the webhook does not exist",
  team_disabled: "The Slack workspace of the webhook is disabled",
  invalid_token: "The webhook URL is not valid: copy it again",
  channel_not_found: "The channel of the webhook does not exist any more",
  channel_is_archived: "The channel of the webhook is archived",
  action_prohibited: "An admin of the workspace does not allow this webhook to post",
  posting_to_general_channel_denied: "The webhook may not post to the general channel",
  invalid_payload: "Slack did not understand the message",
};

/** What an answer means. Only 429, 5xx and no answer are worth another try. */
export function outcomeOf(status: number, body: string, retryAfter: string | null): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  if (status === 429 || status >= 500) {
    const seconds = retryAfter !== null && /^\d+$/u.test(retryAfter) ? Number(retryAfter) : 0;
    const afterMs = seconds > 0 ? Math.min(seconds * 1000, retryMaxMs) : retryDefaultMs;
    return { outcome: "retry", afterMs, reason: `Slack answered ${status}` };
  }
  const code = body.trim().slice(0, 60);
  return { outcome: "refused", reason: reasons[code] ?? `Slack refused the message (${status})` };
}

/** Failures before anything of a request was sent: no connection came about. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * No answer. Where no connection came about Slack has seen nothing and may be reached later; otherwise
 * it may have posted the message: it answers after it did, and knows no idempotency key.
 */
export function outcomeOfNetworkFailure(error: unknown): SendOutcome {
  if (unsentCodes.has(codeOf(error))) {
    return { outcome: "retry", afterMs: retryDefaultMs, reason: "Slack could not be reached" };
  }
  const why = error instanceof Error && error.name === "TimeoutError" ? "in time" : "to the end";
  return { outcome: "uncertain", reason: `Slack did not answer ${why}` };
}

/** `fetch` fails with one message for all, and the reason as its cause. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
