import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";

import { HubError } from "#shared/errors.ts";
import type { Queue } from "#shared/ports/queue.ts";

import { awsPatience, calling } from "./aws-failure.ts";

/** The one call that sending needs; a test passes its own. */
export interface SqsSending {
  sendMessage(input: SendMessageCommandInput): Promise<unknown>;
}

/** 1 MiB since 2025-08: docs.aws.amazon.com/AWSSimpleQueueService quotas-messages, 2026-11. */
export const messageBytesMax = 1_048_576;
/** The longest DelaySeconds that SQS takes. */
const delaySecondsMax = 900;

export function createSqsClient(): SQSClient {
  return new SQSClient(awsPatience);
}

export function sqsSending(client: SQSClient): SqsSending {
  return { sendMessage: (input) => client.send(new SendMessageCommand(input)) };
}

/** The sending side of one SQS queue. Resolves when SQS has stored the message. */
export function createSqsQueue(sqs: SqsSending, queueUrl: string): Queue {
  return {
    async send(body, { delaySeconds = 0 } = {}) {
      const bytes = Buffer.byteLength(body);
      if (bytes === 0 || bytes > messageBytesMax) {
        throw new HubError("input.too-large", `A message must have 1 to ${messageBytesMax} bytes`, {
          details: { bytes },
        });
      }
      if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > delaySecondsMax) {
        throw new HubError("invariant.broken", `A message waits 0 to ${delaySecondsMax} seconds`, {
          details: { delaySeconds },
        });
      }
      await calling("The queue did not take a message", () =>
        sqs.sendMessage({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
        }),
      );
    },
  };
}
