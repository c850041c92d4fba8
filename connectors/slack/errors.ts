import type { SendOutcome } from "#shared/kit/notifier.ts";
import type { OutboundResult } from "#shared/ports/outbound.ts";

/** How long to wait when Slack does not say; the queue's retries are this far apart at least. */
const retryDefaultMs = 30_000;
/** Slack never asks for more than minutes; a wait of days would be a broken clock. */
const retryMaxMs = 3_600_000;

/** Every outcome but that it was shown. */
export type Failed = Exclude<SendOutcome, { readonly outcome: "sent" }>;

/**
 * Answers of an incoming webhook, in words for whoever must mend it, and whether the webhook is of no use
 * any more (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, 2026-11).
 */
const reasons: Readonly<Record<string, readonly [reason: string, isGone?: true]>> = {
  no_service: ["The webhook was removed or disabled in Slack: make a new one", true],
  no_service_id: ["The webhook URL is incomplete: copy it again", true],
  no_team: ["The Slack workspace of the webhook does not exist", true],
  team_disabled: ["The Slack workspace of the webhook is disabled", true],
  invalid_token: ["The webhook URL is not valid: copy it again", true],
  channel_not_found: ["The channel of the webhook does not exist any more", true],
  channel_is_archived: ["The channel of the webhook is archived", true],
  action_prohibited: ["An admin of the workspace does not allow this webhook to post"],
  posting_to_general_channel_denied: ["The webhook may not post to the general channel"],
  invalid_payload: ["Slack did not understand the message"],
};

/** What an answer of an incoming webhook means. Only 429, 5xx and no answer are worth another try. */
export function outcomeOf(status: number, body: string, retryAfter: string | null): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  const troubled = outcomeOfTrouble(status, retryAfter);
  if (troubled) return troubled;
  const [reason, isGone] = reasons[body.trim().slice(0, 60)] ?? [
    `Slack refused the message (${status})`,
  ];
  return { outcome: "refused", reason, ...(isGone && { isGone }) };
}

/**
 * What a status says by itself, whoever answered. That Slack has failed means that nothing was shown; a
 * gateway that got no answer (502, 504) does not know.
 */
export function outcomeOfTrouble(status: number, retryAfter: string | null): Failed | undefined {
  const reason = `Slack answered ${status}`;
  if (status === 502 || status === 504) return { outcome: "uncertain", reason };
  if (status !== 429 && status < 500) return undefined;
  return { outcome: "retry", afterMs: waitMs(retryAfter), reason };
}

/** What `Retry-After` asks for, in milliseconds. */
export function waitMs(retryAfter: string | null): number {
  const seconds = retryAfter !== null && /^\d+$/u.test(retryAfter) ? Number(retryAfter) : 0;
  return seconds > 0 ? Math.min(seconds * 1000, retryMaxMs) : retryDefaultMs;
}

/**
 * No answer. Where no connection came about Slack has seen nothing and may be reached later; otherwise
 * it may have posted the message: it answers after it did, and knows no idempotency key.
 */
export function outcomeOfNoAnswer(
  result: Exclude<OutboundResult, { readonly outcome: "answered" }>,
): Failed {
  switch (result.outcome) {
    case "forbidden":
      return { outcome: "refused", reason: result.reason };
    case "unreached":
      return { outcome: "retry", afterMs: retryDefaultMs, reason: "Slack could not be reached" };
    case "unanswered":
      return { outcome: "uncertain", reason: `Slack: ${result.reason}` };
    default:
      return result satisfies never;
  }
}

/** For what may be done twice without harm: nothing is uncertain about it, it is done again. */
export function asRepeatable(failed: Failed): Failed {
  return failed.outcome === "uncertain"
    ? { outcome: "retry", afterMs: retryDefaultMs, reason: failed.reason }
    : failed;
}
