import { HubError } from "#shared/errors.ts";
import type { SendOutcome } from "#shared/kit/notifier.ts";
import { retryDefaultMs } from "#shared/kit/outbound-outcome.ts";
import type { CloudMailResult } from "#shared/ports/cloud-mail.ts";

import { SmtpFailure } from "./smtp.ts";

/** Neither way of sending says when to come back; greylisting servers want some minutes. */
const retryLaterMs = 5 * 60_000;

/**
 * What a mail server's failure means: 4xx is for later, 5xx for good, and no answer after the mail had
 * begun to go out is neither. Reasons never repeat what the server said, which names people (RFC 5321).
 */
export function outcomeOfSmtp(error: unknown): SendOutcome {
  if (!(error instanceof SmtpFailure)) throw error;
  const { status, isUnderway, isLogin, isEncryption } = error;
  if (status !== undefined && status >= 400 && status < 500) {
    return {
      outcome: "retry",
      afterMs: retryLaterMs,
      reason: `The mail server answered ${status}`,
    };
  }
  if (isLogin) return { outcome: "refused", reason: "The mail server refused user and password" };
  if (status !== undefined) {
    return { outcome: "refused", reason: refusalOf(status) };
  }
  if (isUnderway) {
    return { outcome: "uncertain", reason: "The mail server did not say whether it took the mail" };
  }
  const reason = isEncryption
    ? "The connection to the mail server could not be encrypted"
    : "The mail server could not be reached";
  return { outcome: "retry", afterMs: retryDefaultMs, reason };
}

/** 550 and its kin are about the recipient: others are still reached. */
function refusalOf(status: number): string {
  if (status === 552) return "The mail was too large, or the recipient's mailbox is full (552)";
  return status === 550 || status === 551 || status === 553
    ? `The mail server does not take mail for this recipient or sender (${status})`
    : `The mail server refused the mail (${status})`;
}

export function outcomeOfCloudMail(result: CloudMailResult, receipt: string): SendOutcome {
  switch (result.outcome) {
    case "accepted":
      return { outcome: "sent", receipt };
    case "throttled":
      return { outcome: "retry", afterMs: retryLaterMs, reason: result.reason };
    case "unreached":
      return { outcome: "retry", afterMs: retryDefaultMs, reason: result.reason };
    case "unanswered":
      return { outcome: "uncertain", reason: result.reason };
    case "refused":
      return {
        outcome: "refused",
        reason: result.reason,
        ...(result.isClosed === true && { isGone: true }),
      };
    default:
      return result satisfies never;
  }
}

/** The error that a probe throws, in words for the admin. */
export function probeFailureOf(error: unknown): HubError {
  const outcome = outcomeOfSmtp(error);
  const { status, isLogin, isEncryption } = error instanceof SmtpFailure ? error : {};
  const reason = outcome.outcome === "sent" ? "" : outcome.reason;
  const details = { ...(status !== undefined && { status }) };
  if (status !== undefined && status < 500) {
    return new HubError("connector.unavailable", reason, { details });
  }
  if (isLogin === true) return new HubError("connector.unauthorized", reason, { details });
  if (isEncryption === true) {
    return new HubError("connector.misconfigured", `${reason}: check port and encryption`);
  }
  if (status !== undefined) return new HubError("connector.forbidden", reason, { details });
  return new HubError(
    "connector.unreachable",
    `${reason}: check its name, the port and the network`,
  );
}
