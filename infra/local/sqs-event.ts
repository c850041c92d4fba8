import { createHash } from "node:crypto";

import type { SQSEvent, SQSRecord } from "aws-lambda";

import { accountId, region } from "./environment.ts";
import type { ReceivedMessage } from "./queue-store.ts";

/** The event that Lambda gives a function for a batch of queue messages. */
export function sqsEvent(queue: string, messages: readonly ReceivedMessage[]): SQSEvent {
  return { Records: messages.map((message) => sqsRecord(queue, message)) };
}

function sqsRecord(queue: string, message: ReceivedMessage): SQSRecord {
  return {
    messageId: String(message.id),
    receiptHandle: `${message.id}.${message.receiveCount}`,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAtMs),
      SenderId: accountId,
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    },
    messageAttributes: {},
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${region}:${accountId}:${queue}`,
    awsRegion: region,
  };
}
