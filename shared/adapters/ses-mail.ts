import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import type { SendEmailCommandInput } from "@aws-sdk/client-sesv2";

import type { CloudMail, CloudMailResult } from "#shared/ports/cloud-mail.ts";

import { awsPatience, isAwsError } from "./aws-failure.ts";

/** The one call that is made; a test passes its own. */
export interface SesCalls {
  sendEmail(input: SendEmailCommandInput): Promise<unknown>;
}

export function sesCalls(): SesCalls {
  // One attempt: a second one after a lost answer would be a second mail. The queue of notices tries again.
  const client = new SESv2Client({ ...awsPatience, maxAttempts: 1 });
  return { sendEmail: (input) => client.send(new SendEmailCommand(input)) };
}

/** Mail through Amazon SES v2. It has no idempotency key and no Retry-After. */
export function createSesMail(calls: SesCalls): CloudMail {
  return {
    async send({ from, to, raw }) {
      try {
        await calls.sendEmail({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Raw: { Data: raw } },
        });
        return { outcome: "accepted" };
      } catch (error) {
        return resultOf(error);
      }
    },
  };
}

/** Errors of SendEmail (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html, 2026-11). */
const refusals: Readonly<Record<string, string>> = {
  MessageRejected:
    "Amazon SES rejected the mail: in its sandbox, the recipient must be verified too",
  MailFromDomainNotVerifiedException: "The sender's domain is not verified in Amazon SES",
  NotFoundException: "The sender is not known to Amazon SES: verify the address or its domain",
  BadRequestException: "Amazon SES did not accept the mail as it is",
  AccessDeniedException: "The hub may not send mail through Amazon SES from this address",
};

const closings: Readonly<Record<string, string>> = {
  AccountSuspendedException: "Amazon SES has suspended sending for this account",
};

const throttles = [
  "TooManyRequestsException",
  "LimitExceededException",
  "ThrottlingException",
  // An admin paused it, and will end the pause.
  "SendingPausedException",
];

/** Failures before anything was sent: no connection, or nobody to sign as. */
const unsentCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

function resultOf(error: unknown): CloudMailResult {
  const name = error instanceof Error ? error.name : "";
  if (isAwsError(error, ...throttles)) {
    return { outcome: "throttled", reason: `Amazon SES takes no mail right now (${name})` };
  }
  const closing = closings[name];
  if (closing !== undefined) return { outcome: "refused", reason: closing, isClosed: true };
  const refusal = refusals[name];
  if (refusal !== undefined) return { outcome: "refused", reason: refusal };
  if (isUnsent(error)) return { outcome: "unreached", reason: "Amazon SES could not be reached" };
  const status = statusOf(error);
  if (status === undefined) {
    return { outcome: "unanswered", reason: "Amazon SES did not answer" };
  }
  return status >= 500
    ? { outcome: "throttled", reason: `Amazon SES answered ${status}` }
    : { outcome: "refused", reason: `Amazon SES refused the mail (${status})` };
}

function isUnsent(error: unknown): boolean {
  if (isAwsError(error, "CredentialsProviderError")) return true;
  return error instanceof Error && "code" in error && unsentCodes.has(error.code);
}

/** The status of the answer, where there was one. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  const isRecord = typeof metadata === "object" && metadata !== null;
  const status = isRecord && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? status : undefined;
}
